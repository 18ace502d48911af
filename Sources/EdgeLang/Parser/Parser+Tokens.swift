extension Parser {
    // MARK: Looking

    var token: Token { list.tokens[position] }

    var kind: TokenKind { token.kind }

    func peek(_ distance: Int = 1) -> Token {
        list.tokens[min(position + distance, list.tokens.count - 1)]
    }

    /// The token taken last.
    var previous: Token { list.tokens[max(position - 1, 0)] }

    /// Whether the token begins a line where a newline ends the statement.
    var isAfterNewline: Bool {
        token.isFirstOnLine && (brackets.last?.newlinesEnd ?? true)
    }

    /// Whether the token is the given word where a word has a meaning only in its place.
    func isWord(_ word: String) -> Bool {
        kind == .identifier && token.text == word
    }

    /// The index of the token behind the bracket that closes the one at the position; nil if it is never closed.
    var indexBehindPartner: Int? {
        let partner = Int(list.partners[position])
        return partner > position ? min(partner + 1, list.tokens.count - 1) : nil
    }

    /// From a token to the last one taken.
    func span(from start: Token) -> Span {
        span(from: start.span)
    }

    func span(from start: Span) -> Span {
        start.joined(with: previous.span)
    }

    // MARK: Taking

    /// Takes the token; the end of the text is never passed.
    @discardableResult
    mutating func take() -> Token {
        let taken = token
        if taken.kind != .endOfFile { position += 1 }
        return taken
    }

    mutating func take(_ kind: TokenKind) -> Token? {
        self.kind == kind ? take() : nil
    }

    mutating func expect(_ kind: TokenKind, _ expected: String? = nil) throws(ParseFailure) -> Token {
        if let token = take(kind) { return token }
        throw fail(expected: expected ?? kind.rawValue)
    }

    /// Takes an opening bracket and notes whether newlines end statements within.
    mutating func open(newlinesEnd: Bool) -> Int {
        brackets.append(OpenBracket(token: position, newlinesEnd: newlinesEnd))
        take()
        return position - 1
    }

    /// Takes the bracket that closes the innermost open one.
    mutating func close(expected: String) throws(ParseFailure) {
        guard let bracket = brackets.last else { return }
        let opening = list.tokens[bracket.token]
        guard let closing = opening.kind.closing else { return }
        guard kind == closing else {
            if kind == .endOfFile || token.kind.opening != nil || list.partners[bracket.token] < 0 {
                noteEnd()
                report(.neverClosed(opening.kind, opening.span, missingAt: token.span))
                // A bracket that closes nothing else was meant for this one.
                if kind != .endOfFile, list.partners[position] < 0 { take() }
                throw ParseFailure()
            }
            throw fail(expected: expected)
        }
        brackets.removeLast()
        take()
    }

    // MARK: Reporting

    mutating func report(_ diagnostic: Diagnostic) {
        guard !isAbandoned else { return }
        // What stands at an invalid character has been reported by the lexer.
        diagnostics.append(diagnostic)
    }

    /// Notes that the text ends too early if that is the first thing wrong with it.
    mutating func noteEnd() {
        if kind == .endOfFile, diagnostics.isEmpty { endsTooEarly = true }
    }

    /// Reports that something else was expected here.
    mutating func fail(expected: String, hint: String? = nil) -> ParseFailure {
        noteEnd()
        if kind != .invalid {
            if kind.opening != nil, list.partners[position] < 0 {
                report(.neverOpened(kind, token.span))
            } else {
                report(.unexpected(description(of: token), token.span, expected: expected, hint: hint))
            }
        }
        return ParseFailure()
    }

    /// What a diagnostic calls a token.
    func description(of token: Token) -> String {
        switch token.kind {
        case .identifier: "`\(token.text)`"
        case .integer, .float, .quantity: "`\(source.text(of: token.span))`"
        default: token.kind.rawValue
        }
    }

    // MARK: Depth

    /// Runs a step one level deeper; beyond the limit the rest of the text is given up, since every level would report.
    mutating func nested<Result>(
        _ step: (inout Parser) throws(ParseFailure) -> Result
    ) throws(ParseFailure) -> Result {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.maximumNesting else { throw abandon() }
        return try step(&self)
    }

    /// Gives the rest of the text up because it is nested too deeply.
    mutating func abandon() -> ParseFailure {
        abandon(at: token.span, limit: Self.maximumNesting)
    }

    /// Gives the rest of the text up because the tree has grown too tall.
    mutating func abandon(at span: Span, limit: Int = Parser.maximumHeight) -> ParseFailure {
        report(.nestedTooDeeply(span, limit: limit))
        isAbandoned = true
        position = list.tokens.count - 1
        return ParseFailure()
    }

    /// What a tree may measure before it is put into another: the few levels that a statement adds still fit.
    static let maximumHeight = Expression.maximumHeight - 100

    /// Refuses a tree that has grown too tall, be it by nesting or by a chain of operators.
    mutating func checked(_ expression: Expression) throws(ParseFailure) -> Expression {
        guard Int(expression.height) <= Self.maximumHeight else { throw abandon(at: expression.span) }
        return expression
    }
}
