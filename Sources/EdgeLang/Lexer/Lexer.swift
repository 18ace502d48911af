/// Turns bytes into tokens.
///
/// It never fails and never recurses: what it cannot read becomes an `.invalid` token and a diagnostic, and nested
/// interpolations stand on an explicit stack. Newlines are no tokens; each token knows whether it begins a line.
struct Lexer {
    /// What the text at the cursor is part of.
    enum Mode {
        case string(StringLiteral)
        /// The code of an interpolation, with the number of parentheses open in it.
        case interpolation(parentheses: Int)
    }

    let file: FileID
    var cursor: SourceCursor
    var list = TokenList()
    var diagnostics: [Diagnostic] = []
    var modes: [Mode] = []
    var isFirstOnLine = true
    var hasSpaceBefore = false
    var pendingDocumentation: [String] = []
    /// Opening brackets that are not closed yet, and how many there are of each kind.
    private var brackets: [Int] = []
    private var openCounts: [TokenKind: Int] = [:]

    private init(_ source: SourceFile, file: FileID) {
        self.file = file
        cursor = SourceCursor(source.bytes)
    }

    /// Reads a whole text.
    static func tokens(of source: SourceFile, file: FileID) -> (list: TokenList, diagnostics: [Diagnostic]) {
        guard source.bytes.count <= SourceFile.maximumLength else {
            var lexer = Lexer(SourceFile(name: source.name, bytes: []), file: file)
            lexer.diagnostics.append(.textTooLong(file: file))
            lexer.append(.endOfFile, from: 0)
            return (lexer.list, lexer.diagnostics)
        }
        var lexer = Lexer(source, file: file)
        for (finding, range) in EncodingCheck.findings(in: source.bytes) {
            let span = Span(file: file, start: range.lowerBound, end: range.upperBound)
            lexer.diagnostics.append(finding == .invalidUTF8 ? .invalidUTF8(span) : .directionControl(span))
        }
        if lexer.cursor.starts(with: "\u{FEFF}") { lexer.cursor.advance(3) }
        lexer.run()
        return (lexer.list, lexer.diagnostics)
    }

    private mutating func run() {
        while true {
            if case .string(let literal) = modes.last {
                modes.removeLast()
                readString(literal)
                continue
            }
            skipSpace()
            if cursor.isAtEnd { break }
            if isFirstOnLine, isInsideSingleLineString { abandonString() } else { readToken() }
        }
        if !modes.isEmpty { abandonString() }
        append(.endOfFile, from: cursor.position)
    }

    private var isInsideSingleLineString: Bool {
        modes.contains { mode in
            if case .string(let literal) = mode { !literal.isMultiline } else { false }
        }
    }

    // MARK: Tokens

    func span(from start: Int) -> Span {
        Span(file: file, start: start, end: cursor.position)
    }

    mutating func append(_ kind: TokenKind, from start: Int, _ value: Token.Value = .none) {
        let index = list.tokens.count
        if !pendingDocumentation.isEmpty {
            list.documentation[index] = pendingDocumentation.joined(separator: "\n")
            pendingDocumentation = []
        }
        var partner: Int32 = -1
        switch kind {
        case .leftParenthesis, .leftBracket, .leftBrace, .interpolationStart:
            brackets.append(index)
            openCounts[kind, default: 0] += 1
        case .rightParenthesis, .rightBracket, .rightBrace, .interpolationEnd:
            partner = closeBracket(kind, at: index)
        default: break
        }
        list.partners.append(partner)
        list.tokens.append(
            Token(
                kind: kind, span: span(from: start), value: value, isFirstOnLine: isFirstOnLine,
                hasSpaceBefore: hasSpaceBefore))
        isFirstOnLine = false
        hasSpaceBefore = false
    }

    /// Finds the bracket a closing one belongs to; -1 if there is none. Brackets within that were never closed stay
    /// without a partner. Each is looked at once: what is passed over is removed.
    private mutating func closeBracket(_ kind: TokenKind, at index: Int) -> Int32 {
        guard let opening = kind.opening, openCounts[opening, default: 0] > 0 else { return -1 }
        while let open = brackets.popLast() {
            openCounts[list.tokens[open].kind, default: 1] -= 1
            if list.tokens[open].kind == opening {
                list.partners[open] = Int32(index)
                return Int32(open)
            }
        }
        return -1
    }

    private mutating func readToken() {
        let start = cursor.position
        let byte = cursor.peek()
        if byte.isDecimalDigit { return readNumber() }
        if byte == UInt8(ascii: "\"") { return beginString(from: start, isRaw: false) }
        if byte.isLetter || byte == UInt8(ascii: "_") || byte >= 0x80 { return readWord() }
        for (text, kind) in Self.foreignOperators where cursor.starts(with: text) {
            cursor.advance(text.utf8CodeUnitCount)
            diagnostics.append(.foreignOperator("\(text)", span(from: start)))
            return append(kind, from: start)
        }
        guard let (length, kind) = punctuation() else { return readInvalid() }
        cursor.advance(length)
        guard case .interpolation(let parentheses)? = modes.last else { return append(kind, from: start) }
        switch kind {
        case .leftParenthesis: modes[modes.count - 1] = .interpolation(parentheses: parentheses + 1)
        case .rightParenthesis where parentheses == 0:
            modes.removeLast()
            append(.interpolationEnd, from: start)
            return endInterpolation()
        case .rightParenthesis: modes[modes.count - 1] = .interpolation(parentheses: parentheses - 1)
        default: break
        }
        append(kind, from: start)
    }

    private mutating func readWord() {
        let start = cursor.position
        if cursor.starts(with: "r\"") {
            cursor.advance()
            return beginString(from: start, isRaw: true)
        }
        if cursor.starts(with: "hex\"") { return readHexBytes() }
        while true {
            cursor.skip(while: \.isNamePart)
            guard cursor.peek() >= 0x80, let (scalar, length) = cursor.scalar() else { break }
            guard cursor.position == start ? scalar.properties.isIDStart : scalar.properties.isIDContinue else { break }
            cursor.advance(length)
        }
        guard cursor.position > start else { return readInvalid() }
        let word = cursor.text(from: start)
        append(TokenKind(word: word), from: start, .text(word))
    }

    private mutating func readInvalid() {
        let start = cursor.position
        let first = cursor.scalar()
        cursor.advance(first?.length ?? 1)
        // Bytes that are not UTF-8 have been reported already.
        if let scalar = first?.scalar { diagnostics.append(.unexpectedCharacter(scalar, span(from: start))) }
        // One token and one report for a run of the same.
        while !cursor.isAtEnd, let next = cursor.scalar(), next.scalar == first?.scalar { cursor.advance(next.length) }
        append(.invalid, from: start)
    }
}
