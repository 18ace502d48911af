/// How tightly operators bind; a higher one binds first.
enum Precedence: Int, Comparable {
    case lowest, coalesce, pipe, or, and, not, comparison, range, bitOr, bitXor, bitAnd, shift, sum, product, unary,
        power

    static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }

    /// The next one up: what the right side of a left-associative operator is read with.
    var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .power }
}

extension Parser {
    /// What an operator token means between two operands.
    private enum Infix {
        case binary(BinaryOperator)
        case shortCircuit(ShortCircuitOperator)
        case range(closed: Bool)
        case pipe
    }

    /// Reads an expression.
    mutating func parseExpression() throws(ParseFailure) -> Expression {
        try parseOperators(from: .lowest)
    }

    /// Reads operands and operators that bind at least as tightly as the given one.
    private mutating func parseOperators(from minimum: Precedence) throws(ParseFailure) -> Expression {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.maximumNesting else { throw abandon() }

        var left = try checked(try parsePrefix())
        // The right side of the last comparison, to say how a chain of them is written.
        var comparedWith: Span?
        while let (infix, precedence) = infixOperator, precedence >= minimum {
            let operatorToken = token
            switch infix {
            case .pipe:
                take()
                left = try parsePostfix(try parsePipe(into: left))
            case .range(let closed):
                // Within an index `xs[a..]` has no upper end.
                if peek().kind == .rightBracket { return left }
                take()
                let upper = try parseOperators(from: .range.next)
                left = Expression(
                    .range(lower: left, upper: upper, closed: closed), span: left.span.joined(with: upper.span))
                if kind == .range || kind == .closedRange { throw fail(expected: "one `..` only") }
            case .shortCircuit(let symbol):
                take()
                let right = try parseOperators(from: precedence.next)
                left = Expression(.shortCircuit(symbol, left, right), span: left.span.joined(with: right.span))
            case .binary(let symbol):
                if kind == .plus, peek().kind == .plus, !peek().hasSpaceBefore {
                    report(.foreignOperator("++", operatorToken.span.joined(with: peek().span)))
                    throw ParseFailure()
                }
                if kind == .keywordNot { take() }
                take()
                // `**` groups to the right, and takes a sign on its right.
                let right = try parseOperators(from: symbol == .power ? .unary : precedence.next)
                let isNegated = operatorToken.kind == .keywordNot
                if let middle = comparedWith, symbol.isComparison {
                    let whole = left.span.joined(with: right.span)
                    report(
                        .chainedComparison(
                            whole, second: operatorToken.span, left: source.text(of: left.span),
                            middle: source.text(of: middle),
                            right: source.text(of: operatorToken.span.joined(with: right.span))))
                }
                comparedWith = symbol.isComparison ? right.span : nil
                let span = left.span.joined(with: right.span)
                left = Expression(.binary(symbol, left, right, operatorSpan: operatorToken.span), span: span)
                if isNegated { left = Expression(.unary(.not, left), span: span) }
            }
            left = try checked(left)
        }
        return left
    }

    /// The operator at the position, if the expression goes on here.
    private var infixOperator: (Infix, Precedence)? {
        if isAfterNewline, kind != .pipe, kind != .coalesce { return nil }
        switch kind {
        case .pipe: return (.pipe, .pipe)
        case .coalesce: return (.shortCircuit(.coalesce), .coalesce)
        case .keywordOr: return (.shortCircuit(.or), .or)
        case .keywordAnd: return (.shortCircuit(.and), .and)
        case .range: return (.range(closed: false), .range)
        case .closedRange: return (.range(closed: true), .range)
        case .keywordNot: return peek().kind == .keywordIn ? (.binary(.contained), .comparison) : nil
        case .keywordIn: return (.binary(.contained), .comparison)
        case .equal: return (.binary(.equal), .comparison)
        case .notEqual: return (.binary(.notEqual), .comparison)
        case .less: return (.binary(.less), .comparison)
        case .lessOrEqual: return (.binary(.lessOrEqual), .comparison)
        case .greater: return (.binary(.greater), .comparison)
        case .greaterOrEqual: return (.binary(.greaterOrEqual), .comparison)
        case .bar: return (.binary(.bitOr), .bitOr)
        case .caret: return (.binary(.bitXor), .bitXor)
        case .ampersand: return (.binary(.bitAnd), .bitAnd)
        case .shiftLeft: return (.binary(.shiftLeft), .shift)
        case .shiftRight: return (.binary(.shiftRight), .shift)
        case .plus: return (.binary(.add), .sum)
        case .minus: return (.binary(.subtract), .sum)
        case .star: return (.binary(.multiply), .product)
        case .slash: return (.binary(.divide), .product)
        case .doubleSlash: return (.binary(.floorDivide), .product)
        case .percent: return (.binary(.remainder), .product)
        case .doubleStar: return (.binary(.power), .power)
        default: return nil
        }
    }

    /// Reads an operand with the operators before it.
    private mutating func parsePrefix() throws(ParseFailure) -> Expression {
        let first = token
        switch kind {
        case .minus: return try parseNegation()
        case .tilde:
            take()
            let operand = try parseOperators(from: .unary)
            return Expression(.unary(.bitNot, operand), span: span(from: first))
        case .keywordNot:
            take()
            let operand = try parseOperators(from: .comparison)
            return Expression(.unary(.not, operand), span: span(from: first))
        case .plus:
            throw fail(expected: "an operand", hint: "numbers need no `+` before them")
        case .pipe where options.isPrompt && position == 0:
            // At the prompt a line that begins with `|>` goes on with the last result.
            return Expression(.lastResult, span: Span(file: file, start: 0, end: 0))
        default:
            if isAtClosure { return try parseClosure() }
            let primary = try parsePrimary()
            return try parsePostfix(primary)
        }
    }

    /// Reads `-x`. Before an integer literal the sign belongs to it: `-9223372036854775808` is one.
    mutating func parseNegation() throws(ParseFailure) -> Expression {
        let minus = take()
        if case .integer(let magnitude) = token.value, peek().kind != .doubleStar, !endsWithPostfix {
            let literal = take()
            let span = minus.span.joined(with: literal.span)
            guard magnitude <= UInt64(Int64.max) + 1 else { return Expression(.int(0), span: span) }
            return Expression(.int(Int64(truncatingIfNeeded: 0 &- magnitude)), span: span)
        }
        let operand = try parseOperators(from: .unary)
        let span = minus.span.joined(with: operand.span)
        switch operand.kind {
        case .float(let value): return Expression(.float(-value), span: span)
        case .quantity(let literal):
            let negated = QuantityLiteral(value: -literal.value, dimension: literal.dimension, unit: literal.unit)
            return Expression(.quantity(negated), span: span)
        default: return Expression(.unary(.negate, operand), span: span)
        }
    }

    /// Whether a call, index or field follows the number at the position.
    private var endsWithPostfix: Bool {
        let next = peek()
        // What begins a line of its own begins a statement; a dot goes on with the one before.
        if next.kind == .dot { return true }
        let isNewStatement = next.isFirstOnLine && (brackets.last?.newlinesEnd ?? true)
        return !isNewStatement && [.leftParenthesis, .leftBracket].contains(next.kind)
    }
}
