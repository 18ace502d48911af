extension Parser {
    /// Reads statements up to the end of the text.
    mutating func parseTopLevel() -> [Statement] {
        var statements: [Statement] = []
        if kind == .pipe, !options.isPrompt {
            report(.nothingToPipe(token.span))
            take()
        }
        while kind != .endOfFile {
            parseStatement(into: &statements)
            if kind.opening != nil {
                report(.neverOpened(kind, token.span))
                take()
            }
        }
        return statements
    }

    /// Reads `{ statements }`.
    mutating func parseBlock(_ expected: String = "`{`") throws(ParseFailure) -> Block {
        guard kind == .leftBrace else { throw fail(expected: expected) }
        return try nested { parser throws(ParseFailure) in
            let start = parser.open(newlinesEnd: true)
            var statements: [Statement] = []
            while parser.kind != .rightBrace, parser.kind != .endOfFile {
                // A bracket that closes something around this block: the block was never closed.
                if parser.kind.opening != nil { break }
                parser.parseStatement(into: &statements)
            }
            try parser.close(expected: "`}`")
            let block = parser.makeBlock(statements, parser.span(from: parser.list.tokens[start]))
            guard Int(block.height) <= Self.maximumHeight else { throw parser.abandon(at: block.span) }
            return block
        }
    }

    /// Reads one statement and what separates it from the next; after an error goes on with the next statement.
    mutating func parseStatement(into statements: inout [Statement]) {
        if take(.semicolon) != nil { return }
        let start = position
        let openBrackets = brackets.count
        let stages = pipeStages
        // Within a block `_` of a pipe around it may still be meant: stages stay.
        do throws(ParseFailure) {
            statements.append(try parseStatement())
            guard kind != .endOfFile, kind.opening == nil, !isAfterNewline, take(.semicolon) == nil else { return }
            reportNotSeparated()
            throw ParseFailure()
        } catch {
            pipeStages = stages
            recover(from: start, openBrackets: openBrackets)
            let span = list.tokens[start].span.joined(with: previous.span)
            statements.append(Statement(.invalid, span: span))
        }
    }

    private mutating func reportNotSeparated() {
        guard kind != .invalid else { return }
        var hint: String?
        if kind == .doubleSlash { hint = "comments begin with `#`" }
        if kind == .colon { hint = "labels stand in calls and records: `f(label: value)`, `{key: value}`" }
        if kind == .question { hint = "there is no `?` operator: use `if a { b } else { c }` or `a ?? b`" }
        if previous.kind == .identifier, ["const", "def", "function", "func", "import", "from"].contains(previous.text)
        {
            hint = "bindings begin with `let` or `var`, functions with `fn`"
        }
        if previous.kind == .identifier, previous.text == "print" { hint = "calls have parentheses: `print(value)`" }
        report(.notSeparated(description(of: token), token.span, hint: hint))
    }

    /// Skips to where the next statement begins, over the brackets the broken one has opened.
    private mutating func recover(from start: Int, openBrackets: Int) {
        if brackets.count > openBrackets {
            let partner = Int(list.partners[brackets[openBrackets].token])
            if partner >= position { position = min(partner + 1, list.tokens.count - 1) }
            brackets.removeSubrange(openBrackets...)
        }
        if position == start, kind.opening == nil { take() }
        while kind != .endOfFile, kind.opening == nil {
            if token.isFirstOnLine || kind == .semicolon { return }
            if let behind = indexBehindPartner { position = behind } else { take() }
        }
    }

    private mutating func parseStatement() throws(ParseFailure) -> Statement {
        let first = token
        let documentation = list.documentation[position]
        switch kind {
        case .keywordLet, .keywordVar:
            return try parseLet(isExported: false, documentation, from: first)
        case .keywordFn where peek().kind == .identifier:
            return try parseFunctionDeclaration(isExported: false, documentation, from: first)
        case .keywordFor:
            return try parseFor()
        case .keywordWhile:
            take()
            let condition = try parseExpression()
            let body = try parseBlock()
            return Statement(.while(condition: condition, body: body), span: span(from: first))
        case .keywordDefer:
            return try parseDefer()
        case .keywordImport:
            return try parseImport()
        case .identifier where first.text == "export" && [.keywordLet, .keywordVar, .keywordFn].contains(peek().kind):
            take()
            if !brackets.isEmpty { report(.onlyAtTopLevel("`export`", first.span)) }
            if kind == .keywordFn { return try parseFunctionDeclaration(isExported: true, documentation, from: first) }
            return try parseLet(isExported: true, documentation, from: first)
        case .identifier where first.text == "test" && peek().kind == .string && peek(2).kind == .leftBrace:
            return try parseTest()
        default:
            let expression = try parseExpression()
            if let assignment = try parseAssignment(to: expression) { return assignment }
            return Statement(.expression(expression), span: expression.span)
        }
    }

    private mutating func parseLet(
        isExported: Bool, _ documentation: String?, from first: Token
    ) throws(ParseFailure) -> Statement {
        let isMutable = take().kind == .keywordVar
        let pattern = try parseBindingPattern()
        let annotation = try parseAnnotation()
        guard take(.assign) != nil else {
            throw fail(
                expected: "`=`",
                hint: "a variable is given a value where it is declared: `\(isMutable ? "var" : "let") name = value`")
        }
        var value = try parseExpression()
        if case .binding(let declaration) = pattern.kind, case .function(let function) = value.kind {
            value = Expression(.function(function.named(declaration.name)), span: value.span)
        }
        let statement = LetStatement(
            pattern: pattern, isMutable: isMutable, annotation: annotation, value: value, isExported: isExported,
            documentation: documentation)
        return Statement(.let(statement), span: span(from: first))
    }

    private mutating func parseFor() throws(ParseFailure) -> Statement {
        let first = take()
        let pattern = try parseBindingPattern()
        _ = try expect(.keywordIn)
        let sequence = try parseExpression()
        let body = try parseBlock()
        let loop = ForStatement(pattern: pattern, sequence: sequence, body: body)
        return Statement(.for(loop), span: span(from: first))
    }

    private mutating func parseDefer() throws(ParseFailure) -> Statement {
        let first = take()
        let id = nextFunction()
        let body: Block
        if kind == .leftBrace {
            body = try parseBlock()
        } else {
            let expression = try parseExpression()
            body = makeBlock([Statement(.expression(expression), span: expression.span)], expression.span)
        }
        let function = FunctionLiteral(
            id: id, kind: .defer, name: "defer", parameters: [], resultType: nil, body: body, span: span(from: first))
        return Statement(.defer(function), span: function.span)
    }

    private mutating func parseTest() throws(ParseFailure) -> Statement {
        let first = take()
        if !brackets.isEmpty { report(.onlyAtTopLevel("`test`", first.span)) }
        let name = take().text
        let id = nextFunction()
        let body = try parseBlock()
        let function = FunctionLiteral(
            id: id, kind: .test, name: "test \"\(name)\"", parameters: [], resultType: nil, body: body,
            span: span(from: first))
        return Statement(.test(name: name, function), span: function.span)
    }

    private mutating func parseImport() throws(ParseFailure) -> Statement {
        let first = take()
        if !brackets.isEmpty { report(.onlyAtTopLevel("`import`", first.span)) }
        let path = try expect(.string, "the path of a module in quotes")
        var name = Self.moduleName(of: path.text)
        var nameSpan = path.span
        if isWord("as") {
            take()
            let token = try expect(.identifier, "a name for the module")
            (name, nameSpan) = (token.text, token.span)
        } else if name == nil {
            report(.unusedImportName(path.span))
        }
        let declaration = declare(name ?? path.text, nameSpan)
        let node = ImportDeclaration(path: path.text, pathSpan: path.span, declaration: declaration)
        return Statement(.import(node), span: span(from: first))
    }

    /// The last part of a path without its ending, if that is a name.
    private static func moduleName(of path: String) -> String? {
        let last = path.split(separator: "/").last ?? ""
        let stem = last.hasSuffix(".edge") ? last.dropLast(5) : last
        guard let first = stem.utf8.first, first.isLetter || first == UInt8(ascii: "_"), stem != "_",
            stem.utf8.allSatisfy(\.isNamePart), TokenKind(word: String(stem)) == .identifier
        else { return nil }
        return String(stem)
    }

    // MARK: Assignments

    /// Reads `= value` or `+= value` behind an expression, if it stands there.
    mutating func parseAssignment(to expression: Expression) throws(ParseFailure) -> Statement? {
        guard isAssignmentOperator else { return nil }
        let operatorToken = take()
        let value = try parseExpression()
        guard let target = assignmentTarget(expression) else {
            return Statement(.invalid, span: span(from: expression.span))
        }
        let assignment = Assignment(
            target: target, operator: Self.compoundAssignments[operatorToken.kind], operatorSpan: operatorToken.span,
            value: value)
        return Statement(.assignment(assignment), span: span(from: expression.span))
    }

    private var isAssignmentOperator: Bool {
        kind == .assign || Self.compoundAssignments[kind] != nil
    }

    private static let compoundAssignments: [TokenKind: BinaryOperator] = [
        .plusAssign: .add, .minusAssign: .subtract, .starAssign: .multiply, .slashAssign: .divide,
        .doubleSlashAssign: .floorDivide, .percentAssign: .remainder, .doubleStarAssign: .power,
        .ampersandAssign: .bitAnd, .barAssign: .bitOr, .caretAssign: .bitXor, .shiftLeftAssign: .shiftLeft,
        .shiftRightAssign: .shiftRight,
    ]

    private mutating func assignmentTarget(_ expression: Expression) -> AssignmentTarget? {
        var steps: [AssignmentTarget.Step] = []
        var base = expression
        while true {
            switch base.kind {
            case .name(let use):
                return AssignmentTarget(variable: use, steps: steps.reversed(), span: expression.span)
            case .field(let inner, let name):
                steps.append(.field(name))
                base = inner
            case .index(let inner, let index):
                steps.append(.index(index))
                base = inner
            case .slice:
                report(.notAssignable(base.span, hint: "assign to the items one by one, or build a new list with `+`"))
                return nil
            case .invalid:
                return nil
            default:
                let hint =
                    base.span == expression.span
                    ? "only a variable, or a field or item of one, can be assigned to; `==` compares"
                    : "lists and records are values: an update must begin with a variable"
                report(.notAssignable(base.span, hint: hint))
                return nil
            }
        }
    }
}
