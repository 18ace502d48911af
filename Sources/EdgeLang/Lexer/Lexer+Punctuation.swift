extension Lexer {
    /// Operators of other languages, each read as what is meant here after the report.
    static let foreignOperators: [(StaticString, TokenKind)] = [
        ("===", .equal), ("!==", .notEqual), ("&&", .keywordAnd), ("||", .keywordOr),
    ]

    /// The punctuation at the cursor: the longest that fits.
    func punctuation() -> (length: Int, kind: TokenKind)? {
        let (second, third) = (cursor.peek(1), cursor.peek(2))
        let assign = UInt8(ascii: "=")
        switch cursor.peek() {
        case UInt8(ascii: "("): return (1, .leftParenthesis)
        case UInt8(ascii: ")"): return (1, .rightParenthesis)
        case UInt8(ascii: "["): return (1, .leftBracket)
        case UInt8(ascii: "]"): return (1, .rightBracket)
        case UInt8(ascii: "{"): return (1, .leftBrace)
        case UInt8(ascii: "}"): return (1, .rightBrace)
        case UInt8(ascii: ","): return (1, .comma)
        case UInt8(ascii: ":"): return (1, .colon)
        case UInt8(ascii: ";"): return (1, .semicolon)
        case UInt8(ascii: "~"): return (1, .tilde)
        case UInt8(ascii: "."):
            guard second == UInt8(ascii: ".") else { return (1, .dot) }
            if third == assign { return (3, .closedRange) }
            return third == UInt8(ascii: ".") ? (3, .ellipsis) : (2, .range)
        case UInt8(ascii: "?"): return second == UInt8(ascii: "?") ? (2, .coalesce) : (1, .question)
        case UInt8(ascii: "="):
            if second == assign { return (2, .equal) }
            return second == UInt8(ascii: ">") ? (2, .arrow) : (1, .assign)
        case UInt8(ascii: "!"): return second == assign ? (2, .notEqual) : nil
        case UInt8(ascii: "<"):
            if second == UInt8(ascii: "<") { return third == assign ? (3, .shiftLeftAssign) : (2, .shiftLeft) }
            return second == assign ? (2, .lessOrEqual) : (1, .less)
        case UInt8(ascii: ">"):
            if second == UInt8(ascii: ">") { return third == assign ? (3, .shiftRightAssign) : (2, .shiftRight) }
            return second == assign ? (2, .greaterOrEqual) : (1, .greater)
        case UInt8(ascii: "|"):
            if second == UInt8(ascii: ">") { return (2, .pipe) }
            return second == assign ? (2, .barAssign) : (1, .bar)
        case UInt8(ascii: "+"): return second == assign ? (2, .plusAssign) : (1, .plus)
        case UInt8(ascii: "-"):
            if second == UInt8(ascii: ">") { return (2, .resultArrow) }
            return second == assign ? (2, .minusAssign) : (1, .minus)
        case UInt8(ascii: "*"):
            if second == UInt8(ascii: "*") { return third == assign ? (3, .doubleStarAssign) : (2, .doubleStar) }
            return second == assign ? (2, .starAssign) : (1, .star)
        case UInt8(ascii: "/"):
            if second == UInt8(ascii: "/") { return third == assign ? (3, .doubleSlashAssign) : (2, .doubleSlash) }
            return second == assign ? (2, .slashAssign) : (1, .slash)
        case UInt8(ascii: "%"): return second == assign ? (2, .percentAssign) : (1, .percent)
        case UInt8(ascii: "&"): return second == assign ? (2, .ampersandAssign) : (1, .ampersand)
        case UInt8(ascii: "^"): return second == assign ? (2, .caretAssign) : (1, .caret)
        default: return nil
        }
    }
}

extension TokenKind {
    /// The bracket that closes an opening one.
    var closing: TokenKind? {
        switch self {
        case .leftParenthesis: .rightParenthesis
        case .leftBracket: .rightBracket
        case .leftBrace: .rightBrace
        case .interpolationStart: .interpolationEnd
        default: nil
        }
    }

    /// The bracket a closing one closes.
    var opening: TokenKind? {
        switch self {
        case .rightParenthesis: .leftParenthesis
        case .rightBracket: .leftBracket
        case .rightBrace: .leftBrace
        case .interpolationEnd: .interpolationStart
        default: nil
        }
    }
}
