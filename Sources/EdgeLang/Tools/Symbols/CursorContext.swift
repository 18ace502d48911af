/// What stands around a cursor in a text that may be in the middle of being typed.
public struct CursorContext: Sendable {
    public enum Place: Sendable, Equatable {
        /// In a comment, or in a number without a unit.
        case nothing
        /// In a string; for the path of an import, what is typed of it.
        case string(importPath: String?)
        /// Behind the digits of a number.
        case unit
        /// Behind a dot: the name before it, where it is one.
        case field(of: String?)
        /// Where a name may stand.
        case name
    }

    /// A call whose parentheses the cursor stands in.
    public struct OpenCall: Sendable, Equatable {
        /// The name of the function, with that of its module before a dot.
        public let callee: [String]
        /// How many arguments are complete, a piped one included.
        public let argument: Int
        /// The label of the argument at the cursor.
        public let label: String?
        /// Labels that are given already.
        public let usedLabels: [String]
        /// Whether no other bracket stands between the parenthesis and the cursor.
        public let isDirect: Bool
    }

    public let place: Place
    /// What is typed of the name, unit or path, up to the cursor.
    public let prefix: String
    public let call: OpenCall?

    public init(_ source: SourceFile, at offset: Int) {
        let tokens = Lexer.tokens(of: source, file: .none).list.tokens
        // The last token that begins before the cursor.
        let before = tokens.lastIndex { Int($0.span.start) < offset && $0.kind != .endOfFile }
        let text = { (start: Int) in String(decoding: source.bytes[max(0, start)..<max(start, offset)], as: UTF8.self) }
        call = before.flatMap { Self.openCall(tokens, upTo: $0, offset) }
        guard let before else {
            (place, prefix) = (Self.isInComment(source, from: 0, to: offset) ? .nothing : .name, "")
            return
        }
        let token = tokens[before]
        let isInside = offset <= Int(token.span.end)
        if token.kind == .string, offset < Int(token.span.end) || !Self.isClosed(token, source) {
            let isImport = before > 0 && tokens[before - 1].kind == .keywordImport
            let typed = text(Int(token.span.start) + 1)
            (place, prefix) = (.string(importPath: isImport ? typed : nil), typed)
        } else if token.kind == .stringText || token.kind == .stringStart {
            (place, prefix) = (.string(importPath: nil), "")
        } else if isInside, [.integer, .float, .quantity].contains(token.kind) {
            let typed = text(Int(token.span.start))
            let unit = String(typed.drop { $0.isNumber || $0 == "." || $0 == "_" })
            (place, prefix) = (.unit, unit)
        } else if isInside, token.kind == .identifier || token.kind.isKeyword {
            let isField = before > 0 && tokens[before - 1].kind == .dot
            place = isField ? .field(of: Self.base(tokens, before: before - 1)) : .name
            prefix = text(Int(token.span.start))
        } else if token.kind == .dot, isInside {
            (place, prefix) = (.field(of: Self.base(tokens, before: before)), "")
        } else {
            let isComment = Self.isInComment(source, from: Int(token.span.end), to: offset)
            (place, prefix) = (isComment ? .nothing : .name, "")
        }
    }

    private static func isInComment(_ source: SourceFile, from start: Int, to offset: Int) -> Bool {
        var isInside = false
        for byte in source.bytes[min(start, offset)..<offset] {
            if byte == 0x0A { isInside = false } else if byte == UInt8(ascii: "#") { isInside = true }
        }
        return isInside
    }

    private static func isClosed(_ token: Token, _ source: SourceFile) -> Bool {
        token.span.length > 1 && source.bytes[Int(token.span.end) - 1] == UInt8(ascii: "\"")
    }

    /// The name before a dot, if it is one and not itself a field.
    private static func base(_ tokens: [Token], before dot: Int) -> String? {
        guard dot > 0, tokens[dot - 1].kind == .identifier, dot < 2 || tokens[dot - 2].kind != .dot else { return nil }
        return tokens[dot - 1].text
    }

    private static func openCall(_ tokens: [Token], upTo last: Int, _ offset: Int) -> OpenCall? {
        var depth = 0
        var commas = 0
        var isDirect = true
        var labels: [String] = []
        var current: String?
        var index = last
        while index >= 0 {
            let token = tokens[index]
            // A bracket under the cursor that begins at it does not count.
            if Int(token.span.start) < offset {
                switch token.kind {
                case .rightParenthesis, .rightBracket, .rightBrace, .interpolationEnd:
                    if Int(token.span.end) <= offset { depth += 1 }
                case .leftParenthesis where depth == 0:
                    if let callee = callee(tokens, before: index) {
                        let first = index - callee.tokenCount
                        let isPiped = first > 0 && tokens[first - 1].kind == .pipe
                        return OpenCall(
                            callee: callee.names, argument: commas + (isPiped ? 1 : 0), label: current,
                            usedLabels: labels, isDirect: isDirect)
                    }
                    (commas, labels, current, isDirect) = (0, [], nil, false)
                case .leftBracket where depth == 0, .leftBrace where depth == 0:
                    (commas, labels, current, isDirect) = (0, [], nil, false)
                case .interpolationStart where depth == 0: return nil
                case .leftParenthesis, .leftBracket, .leftBrace, .interpolationStart: depth -= 1
                case .comma where depth == 0: commas += 1
                case .colon
                where depth == 0 && index > 0
                    && (tokens[index - 1].kind == .identifier || tokens[index - 1].kind.isKeyword):
                    labels.append(tokens[index - 1].text)
                    if commas == 0 { current = tokens[index - 1].text }
                default: break
                }
            }
            index -= 1
        }
        return nil
    }

    /// The name of a function before an opening parenthesis; nil for parentheses of another kind.
    private static func callee(_ tokens: [Token], before open: Int) -> (names: [String], tokenCount: Int)? {
        guard open > 0, tokens[open - 1].kind == .identifier else { return nil }
        if open > 1, tokens[open - 2].kind == .keywordFn { return nil }
        if open > 2, tokens[open - 2].kind == .dot, tokens[open - 3].kind == .identifier {
            return ([tokens[open - 3].text, tokens[open - 1].text], 3)
        }
        return ([tokens[open - 1].text], 1)
    }
}
