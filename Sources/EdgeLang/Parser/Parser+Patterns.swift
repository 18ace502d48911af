extension Parser {
    /// Reads a pattern of `match`.
    mutating func parsePattern() throws(ParseFailure) -> Pattern {
        let first = try nested { parser throws(ParseFailure) in try parser.parseSinglePattern() }
        guard kind == .bar else { return first }
        var alternatives = [first]
        while take(.bar) != nil {
            alternatives.append(try nested { parser throws(ParseFailure) in try parser.parseSinglePattern() })
        }
        for declaration in alternatives.flatMap(\.declarations) {
            report(
                .patternNotAllowed(
                    declaration.span, "alternatives with `|` bind no names: use `_`, or an arm for each"))
        }
        return Pattern(.alternatives(alternatives), span: span(from: first.span))
    }

    /// Reads a pattern that every value of the right form matches: of names, `_`, lists and records.
    mutating func parseBindingPattern() throws(ParseFailure) -> Pattern {
        let pattern = try parsePattern()
        reportRefutable(pattern)
        return pattern
    }

    private mutating func reportRefutable(_ pattern: Pattern) {
        switch pattern.kind {
        case .wildcard, .binding, .invalid: break
        case .literal, .range, .alternatives:
            report(
                .patternNotAllowed(pattern.span, "only names, `_`, lists and records can; to test a value use `match`"))
        case .list(let prefix, _, let suffix): for part in prefix + suffix { reportRefutable(part) }
        case .record(let fields, _): for field in fields { reportRefutable(field.pattern) }
        }
    }

    private mutating func parseSinglePattern() throws(ParseFailure) -> Pattern {
        let first = token
        switch kind {
        case .identifier:
            take()
            if first.text == "_" { return Pattern(.wildcard, span: first.span) }
            return Pattern(.binding(declare(first.text, first.span)), span: first.span)
        case .leftBracket: return try parseListPattern()
        case .leftBrace: return try parseRecordPattern()
        case .range, .closedRange:
            let closed = take().kind == .closedRange
            let upper = try parseRangeEnd()
            return Pattern(.range(lower: nil, upper: upper, closed: closed), span: span(from: first))
        default: return try parseLiteralPattern()
        }
    }

    private mutating func parseLiteralPattern() throws(ParseFailure) -> Pattern {
        let first = token
        let expected = "a pattern"
        switch kind {
        case .integer, .float, .quantity, .minus:
            let lower = try parseRangeEnd()
            guard kind == .range || kind == .closedRange else {
                return Pattern(.literal(lower), span: lower.span)
            }
            let closed = take().kind == .closedRange
            let hasUpper = [.integer, .float, .quantity, .minus].contains(kind)
            if closed, !hasUpper { throw fail(expected: "the end of the range") }
            let upper = hasUpper ? try parseRangeEnd() : nil
            return Pattern(.range(lower: lower, upper: upper, closed: closed), span: span(from: first))
        case .string, .bytes, .keywordTrue, .keywordFalse, .keywordNull:
            let literal = try parsePrimary()
            return Pattern(.literal(literal), span: literal.span)
        case .stringStart:
            let string = try parsePrimary()
            report(.patternNotAllowed(string.span, "a string in a pattern has no `\\(…)`: use a guard, `s if s == …`"))
            return Pattern(.invalid, span: string.span)
        default:
            throw fail(expected: expected)
        }
    }

    /// A number or quantity, perhaps negative.
    private mutating func parseRangeEnd() throws(ParseFailure) -> Expression {
        guard [.integer, .float, .quantity, .minus].contains(kind) else { throw fail(expected: "a number") }
        if kind == .minus, ![.integer, .float, .quantity].contains(peek().kind) {
            take()
            throw fail(expected: "a number")
        }
        return kind == .minus ? try parseNegation() : try parsePrimary()
    }

    private mutating func parseListPattern() throws(ParseFailure) -> Pattern {
        let first = token
        _ = open(newlinesEnd: false)
        var prefix: [Pattern] = []
        var suffix: [Pattern] = []
        var rest: RestPattern?
        while kind != .rightBracket, kind != .endOfFile {
            if kind == .ellipsis {
                let found = parseRest()
                if rest != nil { report(.patternNotAllowed(found.span, "a list pattern has one `...` at most")) }
                rest = rest ?? found
            } else if rest == nil {
                prefix.append(try parsePattern())
            } else {
                suffix.append(try parsePattern())
            }
            if take(.comma) == nil { break }
        }
        try close(expected: "`,` or `]`")
        return Pattern(.list(prefix: prefix, rest: rest, suffix: suffix), span: span(from: first))
    }

    private mutating func parseRecordPattern() throws(ParseFailure) -> Pattern {
        let first = token
        _ = open(newlinesEnd: false)
        var fields: [FieldPattern] = []
        var rest: RestPattern?
        while kind != .rightBrace, kind != .endOfFile {
            if kind == .ellipsis {
                rest = parseRest()
                if kind == .comma, peek().kind != .rightBrace {
                    report(.patternNotAllowed(previous.span, "`...` stands last in a record pattern"))
                }
            } else {
                fields.append(try parseFieldPattern())
            }
            if take(.comma) == nil { break }
        }
        try close(expected: "`,` or `}`")
        return Pattern(.record(fields, rest: rest), span: span(from: first))
    }

    private mutating func parseFieldPattern() throws(ParseFailure) -> FieldPattern {
        let isName = kind == .identifier || kind.isKeyword
        guard isName || kind == .string else { throw fail(expected: "the name of a field") }
        let name = take()
        let key = FieldName(name: name.text, span: name.span)
        if take(.colon) != nil { return FieldPattern(key: key, pattern: try parsePattern()) }
        guard name.kind == .identifier, name.text != "_" else { throw fail(expected: "`:` and a pattern") }
        let declaration = declare(name.text, name.span)
        return FieldPattern(key: key, pattern: Pattern(.binding(declaration), span: name.span))
    }

    private mutating func parseRest() -> RestPattern {
        let dots = take()
        guard kind == .identifier else { return RestPattern(declaration: nil, span: dots.span) }
        let name = take()
        let declaration = name.text == "_" ? nil : declare(name.text, name.span)
        return RestPattern(declaration: declaration, span: span(from: dots))
    }
}
