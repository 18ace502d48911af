/// A token as the formatter sees it: a string is one token whatever stands between its quotes.
struct LayoutToken {
    let kind: TokenKind
    /// Offsets of its first byte and behind its last one.
    let range: Range<Int>
    /// As it stands in the source, with Unix line ends.
    let text: String
    let isFirstOnLine: Bool
    /// The index of the other bracket of the pair; -1 where there is none.
    var partner = -1
}

/// The tokens of a text that has no syntax errors, the last one `.endOfFile`, with the comments that stand around them.
struct LayoutTokens {
    struct Comment {
        let text: String
        /// Whether an empty line stands before it.
        let isAfterBlankLine: Bool
    }

    private(set) var tokens: [LayoutToken] = []
    /// By token: comments on lines of their own before it.
    private(set) var leading: [[Comment]] = []
    /// By token: the comment behind it on its line.
    private(set) var trailing: [String?] = []
    /// By token: whether an empty line stands directly before it, behind its leading comments.
    private(set) var isAfterBlankLine: [Bool] = []
    /// How many comments stand before each token and behind the tokens before it.
    private var commentsBefore: [Int] = []
    private var indexByStart: [Int: Int] = [:]

    init(_ source: SourceFile, _ list: TokenList) {
        readTokens(source, list)
        readComments(source)
    }

    subscript(index: Int) -> LayoutToken { tokens[index] }

    var count: Int { tokens.count }

    /// The token that begins at an offset; nil for places inside of strings.
    func index(startingAt offset: UInt32) -> Int? { indexByStart[Int(offset)] }

    /// Whether a comment stands between two tokens, or behind the first of them.
    func hasComment(between first: Int, and last: Int) -> Bool {
        commentsBefore[last] > commentsBefore[first]
    }

    private mutating func readTokens(_ source: SourceFile, _ list: TokenList) {
        var openBrackets: [Int] = []
        var index = 0
        while index < list.tokens.count {
            let token = list.tokens[index]
            var end = Int(token.span.end)
            if token.kind == .stringStart {
                var depth = 0
                repeat {
                    if list.tokens[index].kind == .stringStart { depth += 1 }
                    if list.tokens[index].kind == .stringEnd { depth -= 1 }
                    end = Int(list.tokens[index].span.end)
                    index += 1
                } while depth > 0 && index < list.tokens.count
            } else {
                index += 1
            }
            let range = Int(token.span.start)..<max(end, Int(token.span.start))
            let bytes = source.bytes[range]
            let text = bytes.contains(0x0D) ? Self.unixLines(bytes) : String(decoding: bytes, as: UTF8.self)
            indexByStart[range.lowerBound] = tokens.count
            tokens.append(
                LayoutToken(
                    kind: token.kind == .stringStart ? .string : token.kind, range: range, text: text,
                    isFirstOnLine: token.isFirstOnLine))
            switch token.kind {
            case .leftParenthesis, .leftBracket, .leftBrace: openBrackets.append(tokens.count - 1)
            case .rightParenthesis, .rightBracket, .rightBrace:
                guard let open = openBrackets.popLast() else { break }
                tokens[open].partner = tokens.count - 1
                tokens[tokens.count - 1].partner = open
            default: break
            }
        }
    }

    private static func unixLines(_ bytes: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        for byte in bytes {
            if byte == 0x0A, result.last == 0x0D { result.removeLast() }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func readComments(_ source: SourceFile) {
        leading = Array(repeating: [], count: tokens.count)
        trailing = Array(repeating: nil, count: tokens.count)
        isAfterBlankLine = Array(repeating: false, count: tokens.count)
        var position = 0
        for index in tokens.indices {
            var newlines = 0
            var isBehindToken = index > 0
            while position < tokens[index].range.lowerBound {
                let byte = source.bytes[position]
                if byte == UInt8(ascii: "#") {
                    var end = position
                    while end < source.bytes.count, source.bytes[end] != 0x0A { end += 1 }
                    var text = source.bytes[position..<end]
                    while let last = text.last, last == 0x20 || last == 0x09 || last == 0x0D { text.removeLast() }
                    let comment = String(decoding: text, as: UTF8.self)
                    if isBehindToken {
                        trailing[index - 1] = comment
                    } else {
                        leading[index].append(Comment(text: comment, isAfterBlankLine: newlines > 1))
                    }
                    newlines = 0
                    position = end
                } else {
                    if byte == 0x0A {
                        newlines += 1
                        isBehindToken = false
                    }
                    position += 1
                }
            }
            isAfterBlankLine[index] = newlines > 1
            position = tokens[index].range.upperBound
        }
        var count = 0
        for index in tokens.indices {
            count += leading[index].count
            commentsBefore.append(count)
            if trailing[index] != nil { count += 1 }
        }
    }
}
