extension Parser {
    /// Reads an operand without the calls, indices and fields behind it.
    mutating func parsePrimary() throws(ParseFailure) -> Expression {
        let first = token
        switch kind {
        case .integer, .float, .quantity, .bytes, .string, .keywordTrue, .keywordFalse, .keywordNull:
            return parseLiteral()
        case .stringStart: return try parseInterpolation()
        case .identifier:
            if first.text == "_" { return try parsePlaceholder() }
            take()
            return Expression(.name(useName(first.text, first.span)), span: first.span)
        case .leftParenthesis:
            _ = open(newlinesEnd: false)
            if kind == .rightParenthesis {
                throw fail(expected: "an expression", hint: "a function without parameters is written `() => …`")
            }
            let inner = try parseExpression()
            if kind == .comma {
                throw fail(expected: "`)`", hint: "there are no tuples: write a list, `[a, b]`")
            }
            try close(expected: "`)`")
            return Expression(inner.kind, span: span(from: first))
        case .leftBracket: return try parseList()
        case .leftBrace:
            if isAtRecord { return try parseRecord() }
            let block = try parseBlock()
            return Expression(.block(block), span: block.span)
        case .keywordIf: return try parseIf()
        case .keywordMatch: return try parseMatch()
        case .keywordTry: return try parseTry()
        case .keywordFn: return try parseAnonymousFunction()
        case .keywordBreak:
            take()
            return Expression(.break, span: first.span)
        case .keywordContinue:
            take()
            return Expression(.continue, span: first.span)
        case .keywordReturn: return try parseReturn()
        case .doubleSlash:
            report(.foreignOperator("//", first.span))
            throw ParseFailure()
        case .range, .closedRange:
            throw fail(
                expected: "an expression", hint: "a range without a beginning stands in an index only: `xs[..3]`")
        case .keywordFor, .keywordWhile:
            throw fail(expected: "an expression", hint: "a loop has no value; to make a list from another use `map`")
        case .keywordLet, .keywordVar, .keywordDefer, .keywordImport:
            throw fail(expected: "an expression", hint: "\(kind.rawValue) is a statement: put it on a line of its own")
        default:
            throw fail(expected: "an expression")
        }
    }

    private mutating func parseLiteral() -> Expression {
        let token = take()
        let kind: ExpressionKind
        switch (token.kind, token.value) {
        case (.keywordTrue, _): kind = .bool(true)
        case (.keywordFalse, _): kind = .bool(false)
        case (_, .integer(let magnitude)):
            if magnitude > UInt64(Int64.max) { report(.integerTooLarge(token.span)) }
            kind = .int(Int64(clamping: magnitude))
        case (_, .float(let value)): kind = .float(value)
        case (_, .quantity(let literal)): kind = .quantity(literal)
        case (_, .bytes(let bytes)): kind = .bytes(bytes)
        case (.string, .text(let text)): kind = .string(text)
        default: kind = .null
        }
        return Expression(kind, span: token.span)
    }

    private mutating func parseInterpolation() throws(ParseFailure) -> Expression {
        let first = take()
        var parts: [InterpolationPart] = []
        while kind != .stringEnd, kind != .endOfFile {
            if kind == .stringText {
                let text = take().text
                if !text.isEmpty { parts.append(.text(text)) }
                continue
            }
            guard kind == .interpolationStart else { throw fail(expected: "the end of the string") }
            _ = open(newlinesEnd: false)
            parts.append(.expression(try parseExpression()))
            try close(expected: "`)`")
        }
        _ = try expect(.stringEnd)
        return Expression(.interpolation(parts), span: span(from: first))
    }

    /// Reads `_`: the piped value behind `|>`, the last result at the prompt.
    private mutating func parsePlaceholder() throws(ParseFailure) -> Expression {
        let underscore = take()
        if !pipeStages.isEmpty {
            pipeStages[pipeStages.count - 1].uses += 1
            let declaration = pipeStages[pipeStages.count - 1].declaration
            return Expression(.name(useName(declaration.name, underscore.span)), span: underscore.span)
        }
        if options.isPrompt { return Expression(.lastResult, span: underscore.span) }
        report(.placeholderOutsidePipe(underscore.span))
        return Expression(.invalid, span: underscore.span)
    }

    private mutating func parseReturn() throws(ParseFailure) -> Expression {
        let first = take()
        switch kind {
        case .endOfFile, .semicolon, .comma, .rightBrace, .rightBracket, .rightParenthesis, .interpolationEnd:
            return Expression(.return(nil), span: first.span)
        default:
            if isAfterNewline { return Expression(.return(nil), span: first.span) }
            let value = try parseExpression()
            return Expression(.return(value), span: span(from: first))
        }
    }

    // MARK: Collections

    private mutating func parseList() throws(ParseFailure) -> Expression {
        let first = token
        _ = open(newlinesEnd: false)
        var elements: [ListElement] = []
        while kind != .rightBracket, kind != .endOfFile {
            if take(.ellipsis) != nil {
                elements.append(.spread(try parseExpression()))
            } else {
                elements.append(.item(try parseExpression()))
            }
            if take(.comma) == nil { break }
        }
        try close(expected: "`,` or `]`")
        return Expression(.list(elements), span: span(from: first))
    }

    /// Whether the `{` at the position opens a record: it reads `{}`, `{key:` or `{...`.
    private var isAtRecord: Bool {
        let next = peek()
        switch next.kind {
        case .rightBrace, .ellipsis: return true
        case .identifier, .string: return peek(2).kind == .colon
        default: return next.kind.isKeyword && peek(2).kind == .colon
        }
    }

    private mutating func parseRecord() throws(ParseFailure) -> Expression {
        let first = token
        _ = open(newlinesEnd: false)
        var elements: [RecordElement] = []
        while kind != .rightBrace, kind != .endOfFile {
            if take(.ellipsis) != nil {
                elements.append(.spread(try parseExpression()))
            } else {
                guard kind == .identifier || kind == .string || kind.isKeyword else {
                    throw fail(expected: "the name of a field")
                }
                let key = take()
                _ = try expect(.colon, "`:` and a value")
                elements.append(.field(FieldName(name: key.text, span: key.span), try parseExpression()))
            }
            if take(.comma) == nil { break }
        }
        try close(expected: "`,` or `}`")
        return Expression(.record(elements), span: span(from: first))
    }

    // MARK: Control flow

    private mutating func parseIf() throws(ParseFailure) -> Expression {
        let first = token
        var branches: [IfExpression.Branch] = []
        var otherwise: Block?
        // A chain of `else if` is read in a loop: however long it is, it does not nest.
        while true {
            take()
            let condition = try parseExpression()
            if kind == .assign {
                throw fail(expected: "`{`", hint: "`==` compares, `=` assigns")
            }
            branches.append(.init(condition: condition, body: try parseBlock("`{` after the condition")))
            guard take(.keywordElse) != nil else { break }
            if kind == .keywordIf { continue }
            otherwise = try parseBlock("`{` or `if`")
            break
        }
        return Expression(.if(IfExpression(branches: branches, otherwise: otherwise)), span: span(from: first))
    }

    private mutating func parseTry() throws(ParseFailure) -> Expression {
        let first = take()
        let body = try parseBlock()
        guard take(.keywordCatch) != nil else {
            noteEnd()
            report(.tryWithoutCatch(first.span))
            throw ParseFailure()
        }
        let name = take(.identifier)
        let error = name.flatMap { $0.text == "_" ? nil : declare($0.text, $0.span) }
        let handler = try parseBlock("a name or `{`")
        return Expression(.try(TryExpression(body: body, error: error, handler: handler)), span: span(from: first))
    }

    private mutating func parseMatch() throws(ParseFailure) -> Expression {
        let first = take()
        let subject = try parseExpression()
        guard kind == .leftBrace else { throw fail(expected: "`{` and the arms of the match") }
        return try nested { parser throws(ParseFailure) in
            _ = parser.open(newlinesEnd: true)
            var arms: [MatchExpression.Arm] = []
            while parser.kind != .rightBrace, parser.kind != .endOfFile {
                arms.append(try parser.parseArm())
                if parser.take(.comma) == nil, parser.take(.semicolon) == nil, !parser.isAfterNewline { break }
            }
            try parser.close(expected: "a newline, `,` or `}`")
            return Expression(.match(MatchExpression(subject: subject, arms: arms)), span: parser.span(from: first))
        }
    }

    private mutating func parseArm() throws(ParseFailure) -> MatchExpression.Arm {
        let pattern = try parsePattern()
        let condition = take(.keywordIf) != nil ? try parseGuard() : nil
        _ = try expect(.arrow, "`=>`")
        var body = try parseExpression()
        if let assignment = try parseAssignment(to: body) {
            body = Expression(.block(makeBlock([assignment], assignment.span)), span: assignment.span)
        }
        return MatchExpression.Arm(pattern: pattern, guard: condition, body: body)
    }

    private mutating func parseGuard() throws(ParseFailure) -> Expression {
        let outer = bracketsAtGuard
        bracketsAtGuard = brackets.count
        defer { bracketsAtGuard = outer }
        return try parseExpression()
    }
}
