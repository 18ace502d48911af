extension Parser {
    /// Reads `fn name(…) -> type { … }`.
    mutating func parseFunctionDeclaration(
        isExported: Bool, _ documentation: String?, from first: Token
    ) throws(ParseFailure) -> Statement {
        take()
        let name = try expect(.identifier, "the name of the function")
        let declaration = declare(name.text, name.span)
        let function = try parseFunctionRest(.function, name: name.text, from: first)
        let node = FunctionDeclaration(
            declaration: declaration, function: function, isExported: isExported, documentation: documentation)
        return Statement(.function(node), span: span(from: first))
    }

    /// Reads `fn(…) { … }` where a value is expected.
    mutating func parseAnonymousFunction() throws(ParseFailure) -> Expression {
        let first = take()
        let function = try parseFunctionRest(.closure, name: nil, from: first)
        return Expression(.function(function), span: function.span)
    }

    private mutating func parseFunctionRest(
        _ kind: FunctionLiteral.Kind, name: String?, from first: Token
    ) throws(ParseFailure) -> FunctionLiteral {
        let id = nextFunction()
        guard self.kind == .leftParenthesis else { throw fail(expected: "`(` and the parameters") }
        let (parameters, taken) = try parseParameters()
        let resultType = take(.resultArrow) != nil ? try parseType() : nil
        let stages = pipeStages
        let body = try parseBlock("`{` and the body of the function")
        pipeStages = stages
        return FunctionLiteral(
            id: id, kind: kind, name: name, parameters: parameters, resultType: resultType,
            body: prepending(taken, to: body), span: span(from: first))
    }

    /// Whether a closure begins here: `x =>` or `(…) =>`.
    var isAtClosure: Bool {
        switch kind {
        case _ where bracketsAtGuard == brackets.count: false
        case .identifier: peek().kind == .arrow
        case .leftParenthesis: indexBehindPartner.map { list.tokens[$0].kind == .arrow } ?? false
        default: false
        }
    }

    /// Reads `x => e` or `(a, b) => e`.
    mutating func parseClosure() throws(ParseFailure) -> Expression {
        let first = token
        let id = nextFunction()
        var parameters: [Parameter] = []
        var taken: [Statement] = []
        if kind == .identifier {
            parameters = [try parseParameter(isLabelOnly: false, position: 0, &taken)]
        } else {
            (parameters, taken) = try parseParameters()
        }
        _ = try expect(.arrow)
        let body = try parseArmOrClosureBody()
        let function = FunctionLiteral(
            id: id, kind: .closure, name: nil, parameters: parameters, resultType: nil,
            body: prepending(taken, to: body), span: span(from: first))
        return try checked(Expression(.function(function), span: function.span))
    }

    /// The body behind `=>`: a block as it is, an expression or an assignment as the only statement of one.
    private mutating func parseArmOrClosureBody() throws(ParseFailure) -> Block {
        let expression = try parseExpression()
        if let assignment = try parseAssignment(to: expression) {
            return makeBlock([assignment], assignment.span)
        }
        if case .block(let block) = expression.kind { return block }
        return makeBlock([Statement(.expression(expression), span: expression.span)], expression.span)
    }

    private mutating func prepending(_ statements: [Statement], to body: Block) -> Block {
        statements.isEmpty ? body : Block(id: body.id, statements: statements + body.statements, span: body.span)
    }

    // MARK: Parameters

    /// Reads `(a, [x, y], b: int = 3, *, c)`; a parameter written as a pattern is taken apart by a statement that belongs
    /// at the beginning of the body.
    private mutating func parseParameters() throws(ParseFailure) -> ([Parameter], taken: [Statement]) {
        var parameters: [Parameter] = []
        var taken: [Statement] = []
        var star: Token?
        var firstDefault: Parameter?
        _ = open(newlinesEnd: false)
        while kind != .rightParenthesis, kind != .endOfFile {
            if let token = take(.star) {
                if star != nil {
                    report(
                        .parameterOrder("a second `*`", token.span, hint: "all parameters behind the first need labels")
                    )
                }
                star = token
            } else {
                let parameter = try parseParameter(isLabelOnly: star != nil, position: parameters.count, &taken)
                if parameter.isLabelOnly || parameter.defaultValue != nil {
                    if !parameter.isLabelOnly, firstDefault == nil { firstDefault = parameter }
                } else if firstDefault != nil {
                    report(
                        .parameterOrder(
                            "parameter without a default behind one with a default", parameter.declaration.span,
                            hint: "put it before, or behind a `*` so that it is given by label"))
                }
                parameters.append(parameter)
            }
            if take(.comma) == nil { break }
        }
        if let star, parameters.last?.isLabelOnly != true {
            report(
                .parameterOrder(
                    "nothing stands behind this `*`", star.span, hint: "put the parameters that need labels there"))
        }
        try close(expected: "`,` or `)`")
        return (parameters, taken)
    }

    private mutating func parseParameter(
        isLabelOnly: Bool, position: Int, _ taken: inout [Statement]
    ) throws(ParseFailure) -> Parameter {
        let declaration: Declaration
        if kind == .leftBracket || kind == .leftBrace {
            let pattern = try parseBindingPattern()
            declaration = declare("(parameter \(position + 1))", pattern.span)
            let value = Expression(.name(useName(declaration.name, pattern.span)), span: pattern.span)
            let statement = LetStatement(
                pattern: pattern, isMutable: false, annotation: nil, value: value, isExported: false, documentation: nil
            )
            taken.append(Statement(.let(statement), span: pattern.span))
        } else {
            let name = try expect(.identifier, "the name of a parameter")
            // `_` is a parameter nobody looks at; there may be several.
            declaration = declare(name.text == "_" ? "(parameter \(position + 1))" : name.text, name.span)
        }
        let annotation = try parseAnnotation()
        let defaultValue = take(.assign) != nil ? try parseExpression() : nil
        return Parameter(
            declaration: declaration, isLabelOnly: isLabelOnly, annotation: annotation, defaultValue: defaultValue)
    }

    // MARK: Types

    /// Reads `: type`, if it stands here.
    mutating func parseAnnotation() throws(ParseFailure) -> TypeAnnotation? {
        take(.colon) != nil ? try parseType() : nil
    }

    /// Reads `int | float`, `string?`.
    private mutating func parseType() throws(ParseFailure) -> TypeAnnotation {
        let first = token
        var names: [FieldName] = []
        repeat {
            let name = take(.keywordNull) != nil ? previous : try expect(.identifier, "the name of a type")
            names.append(FieldName(name: name.text, span: name.span))
            if kind == .question || kind == .coalesce {
                names.append(FieldName(name: "null", span: take().span))
            }
        } while take(.bar) != nil
        return TypeAnnotation(names: names, span: span(from: first))
    }
}

extension FunctionLiteral {
    /// The same function with a name for tracebacks, unless it has one.
    func named(_ name: String) -> FunctionLiteral {
        FunctionLiteral(
            id: id, kind: kind, name: self.name ?? name, parameters: parameters, resultType: resultType, body: body,
            span: span)
    }
}
