extension Parser {
    /// Reads the calls, indices and fields behind an operand.
    mutating func parsePostfix(_ operand: Expression) throws(ParseFailure) -> Expression {
        var base = operand
        while let next = try parsePostfixStep(base) { base = try checked(next) }
        return base
    }

    private mutating func parsePostfixStep(_ base: Expression) throws(ParseFailure) -> Expression? {
        switch kind {
        case .leftParenthesis where !isAfterNewline:
            let arguments = try parseArguments()
            let call = Call(id: nextCall(), callee: base, arguments: arguments, isPiped: false)
            return Expression(.call(call), span: span(from: base.span))
        case .leftBracket where !isAfterNewline:
            return try parseIndex(of: base)
        case .dot:
            // A line that begins with `.` goes on with the one before.
            return try parseField(of: base)
        case .question where peek().kind == .dot && !isAfterNewline:
            report(.foreignOperator("?.", token.span.joined(with: peek().span)))
            throw ParseFailure()
        default:
            return nil
        }
    }

    private mutating func parseField(of base: Expression) throws(ParseFailure) -> Expression {
        take()
        guard kind == .identifier || kind.isKeyword, !token.text.isEmpty else {
            throw fail(expected: "the name of a field")
        }
        let name = take()
        return Expression(
            .field(base, FieldName(name: name.text, span: name.span)), span: base.span.joined(with: name.span))
    }

    /// Reads `[index]`, `[lower..upper]`, `[..upper]`, `[lower..]`.
    private mutating func parseIndex(of base: Expression) throws(ParseFailure) -> Expression {
        _ = open(newlinesEnd: false)
        let result: ExpressionKind
        if kind == .range || kind == .closedRange {
            let closed = take().kind == .closedRange
            let upper = closed || kind != .rightBracket ? try parseExpression() : nil
            result = .slice(base, lower: nil, upper: upper, closed: closed)
        } else {
            let index = try parseExpression()
            if kind == .range {
                take()
                result = .slice(base, lower: index, upper: nil, closed: false)
            } else if case .range(let lower, let upper, let closed) = index.kind, lower.span.start == index.span.start {
                // A range in parentheses begins before its lower end: it is an index like any other value.
                result = .slice(base, lower: lower, upper: upper, closed: closed)
            } else {
                result = .index(base, index)
            }
        }
        try close(expected: "`]`")
        return Expression(result, span: span(from: base.span))
    }

    // MARK: Calls

    /// Reads `(value, label: value)`.
    mutating func parseArguments() throws(ParseFailure) -> [Argument] {
        var arguments: [Argument] = []
        var firstLabel: FieldName?
        _ = open(newlinesEnd: false)
        while kind != .rightParenthesis, kind != .endOfFile {
            if kind == .ellipsis {
                throw fail(expected: "an argument", hint: "a list cannot be spread over the parameters of a call")
            }
            var label: FieldName?
            if kind == .identifier || kind.isKeyword, peek().kind == .colon {
                let name = take()
                take()
                label = FieldName(name: name.text, span: name.span)
                firstLabel = firstLabel ?? label
            }
            let value = try parseExpression()
            if label == nil, let firstLabel { report(.positionalAfterLabel(value.span, label: firstLabel.span)) }
            arguments.append(Argument(label: label, value: value))
            if kind == .assign, case .name(let use) = value.kind {
                throw fail(expected: "`,` or `)`", hint: "labels are followed by a colon: `\(use.name): value`")
            }
            if take(.comma) == nil { break }
        }
        try close(expected: "`,` or `)`")
        return arguments
    }

    // MARK: Pipes

    /// Reads the stage behind `|>` and puts the value in.
    ///
    /// The value becomes the first argument of the stage's call. If `_` appears in the stage, the value goes there instead:
    /// it is then held in a variable no script can name, so that it is evaluated once and first.
    mutating func parsePipe(into value: Expression) throws(ParseFailure) -> Expression {
        let declaration = declare("(piped value)", value.span)
        pipeStages.append(PipeStage(declaration: declaration))
        let start = token
        let stage = try parseStage(value)
        let uses = pipeStages.removeLast().uses
        let whole = value.span.joined(with: stage.span)
        if uses == 0 { return stage }

        if case .call(let call) = stage.kind, uses == 1, let direct = substituted(value, for: declaration, in: call) {
            return Expression(.call(direct), span: whole)
        }
        let binding = LetStatement(
            pattern: Pattern(.binding(declaration), span: start.span), isMutable: false, annotation: nil, value: value,
            isExported: false, documentation: nil)
        let statements = [
            Statement(.let(binding), span: value.span), Statement(.expression(stage), span: stage.span),
        ]
        return Expression(.block(makeBlock(statements, whole)), span: whole)
    }

    /// Reads what stands behind `|>` up to and including the call the value goes into. Without a `_` in it, the value is
    /// the first argument already.
    private mutating func parseStage(_ value: Expression) throws(ParseFailure) -> Expression {
        let first = token
        var stage = isAtClosure ? try parseClosure() : try parsePrimary()
        while kind != .leftParenthesis || isAfterNewline {
            // The fields of a callee stand on its line: a line that begins with `.` is about the result.
            if token.isFirstOnLine { break }
            guard kind == .dot || kind == .leftBracket, let next = try parsePostfixStep(stage) else { break }
            stage = try checked(next)
        }
        var arguments: [Argument]?
        if kind == .leftParenthesis, !isAfterNewline { arguments = try parseArguments() }

        let usesPlaceholder = (pipeStages.last?.uses ?? 0) > 0
        if arguments == nil, usesPlaceholder { return stage }
        if arguments == nil, !stage.isCallable {
            report(.pipeIntoValue(stage.span))
            throw ParseFailure()
        }
        let piped = usesPlaceholder ? [] : [Argument(label: nil, value: value)]
        let call = Call(
            id: nextCall(), callee: stage, arguments: piped + (arguments ?? []), isPiped: !usesPlaceholder)
        let start = usesPlaceholder ? first.span : value.span
        let result = try checked(Expression(.call(call), span: span(from: start)))
        return result
    }

    /// The call with the value in place of `_`, if `_` is an argument of its own and nothing that could have an effect is
    /// evaluated before it.
    private func substituted(_ value: Expression, for placeholder: Declaration, in call: Call) -> Call? {
        guard call.callee.isNameOrField else { return nil }
        var arguments = call.arguments
        for (index, argument) in arguments.enumerated() {
            if case .name(let use) = argument.value.kind, use.name == placeholder.name {
                arguments[index] = Argument(label: argument.label, value: value)
                return Call(id: call.id, callee: call.callee, arguments: arguments, isPiped: index == 0)
            }
            guard argument.value.isConstant else { return nil }
        }
        return nil
    }
}

extension Expression {
    /// Whether it may stand as a stage of a pipe by itself.
    fileprivate var isCallable: Bool {
        switch kind {
        case .name, .field, .index, .function, .call, .block, .if, .match, .try: true
        default: false
        }
    }

    fileprivate var isNameOrField: Bool {
        switch kind {
        case .name: true
        case .field(let base, _): base.isNameOrField
        default: false
        }
    }

    /// Whether evaluating it has no effect and cannot be affected.
    fileprivate var isConstant: Bool {
        switch kind {
        case .null, .bool, .int, .float, .quantity, .string, .bytes, .function: true
        default: false
        }
    }
}
