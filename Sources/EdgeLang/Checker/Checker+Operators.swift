extension Checker {
    func unary(_ symbol: UnaryOperator, _ operand: Expression, _ span: Span) -> StaticType {
        let value = type(of: operand)
        if value.isNever { return .never }
        switch symbol {
        case .not:
            if value.isKnown, !value.may({ $0 == .bool }) { report(.conditionNotBool(value, operand.span)) }
            return .bool
        case .negate:
            let kept = value.filtered { $0.dimension != nil || $0 == .anyQuantity || $0.isHost }
            if kept.isNever { report(.noOperator("-", value, operand.span)) }
            return kept.isNever || kept.alternatives?.contains(where: \.isHost) == true ? .unknown : kept.with(nil)
        case .bitNot:
            if value.isKnown, !value.may({ $0 == .int || $0.isHost }) { report(.noOperator("~", value, operand.span)) }
            return value == .int ? .int : .unknown
        }
    }

    func typeOfShortCircuit(
        _ symbol: ShortCircuitOperator, _ left: Expression, _ right: Expression
    ) -> StaticType {
        let first = type(of: left)
        if symbol == .coalesce {
            if first.isKnown, !first.isNever, !first.may({ $0 == .null || $0.isHost }), reads(left) {
                report(.neverNull(first, left.span))
            }
            let second = withoutAssuming(questioned(by: left)) { type(of: right) }
            return first.filtered { $0 != .null }.joined(with: second).with(nil)
        }
        if first.isKnown, !first.isNever, !first.may({ $0 == .bool }) { report(.conditionNotBool(first, left.span)) }
        let second = withoutAssuming(questioned(by: left)) { type(of: right) }
        return StaticType.bool.joined(with: second).with(nil)
    }

    /// Whether an expression is more than a literal: `5 ?? 6` is only written to show what it does.
    private func reads(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .name, .call, .field, .index, .binary, .interpolation: true
        default: false
        }
    }

    func typeOfBinary(
        _ symbol: BinaryOperator, _ left: Expression, _ right: Expression, _ span: Span
    ) -> StaticType {
        let first = type(of: left)
        let second = type(of: right)
        return binary(symbol, first, second, (left.span, right.span), span)
    }

    /// The type of `left symbol right`; an error where no pair of their types has the operator.
    func binary(
        _ symbol: BinaryOperator, _ left: StaticType, _ right: StaticType, _ places: (left: Span, right: Span),
        _ span: Span
    ) -> StaticType {
        if left.isNever || right.isNever { return .never }
        if symbol == .equal || symbol == .notEqual { return .bool }
        guard let firsts = left.alternatives, let seconds = right.alternatives else {
            return symbol.isComparison ? .bool : .unknown
        }
        var result = StaticType.never
        var dimensions: (Dimension, Dimension)?
        for first in firsts {
            for second in seconds {
                switch OperatorTable.result(symbol, first, second) {
                case .type(let type): result = result.joined(with: type)
                case .differ(let one, let other): dimensions = (one, other)
                case .undefined: break
                }
            }
        }
        guard result.isNever else { return result }
        if let dimensions, firsts.count == 1, seconds.count == 1 {
            report(
                .dimensionsDiffer(
                    operation: "`\(symbol.rawValue)`", span, (dimensions.0, places.left), (dimensions.1, places.right)))
        } else {
            report(.operandTypes(symbol, span, (left, places.left), (right, places.right)))
        }
        return symbol.isComparison ? .bool : .unknown
    }

    // MARK: Conditions

    /// The value of a condition that is the same in every run.
    func constantTruth(of condition: Expression) -> Bool? {
        switch condition.kind {
        case .bool(let value): return value
        case .unary(.not, let operand): return constantTruth(of: operand).map { !$0 }
        case .shortCircuit(.and, let left, let right):
            let (first, second) = (constantTruth(of: left), constantTruth(of: right))
            return first == false || second == false ? false : (first == true && second == true ? true : nil)
        case .shortCircuit(.or, let left, let right):
            let (first, second) = (constantTruth(of: left), constantTruth(of: right))
            return first == true || second == true ? true : (first == false && second == false ? false : nil)
        case .binary(let symbol, let left, let right, _): return constantComparison(symbol, left, right)
        default: return nil
        }
    }

    private func constantComparison(_ symbol: BinaryOperator, _ left: Expression, _ right: Expression) -> Bool? {
        if let first = Literal(left), let second = Literal(right) { return first.compare(symbol, second) }
        guard symbol == .equal || symbol == .notEqual else { return nil }
        let (first, second) = (knownType(of: left), knownType(of: right))
        guard let firsts = first.alternatives, let seconds = second.alternatives, !firsts.isEmpty, !seconds.isEmpty
        else { return nil }
        if firsts.contains(where: { one in seconds.contains { one.mayEqual($0) } }) { return nil }
        return symbol == .notEqual
    }

    /// The type of a simple operand that has been checked already: a literal, a variable or a field of one.
    private func knownType(of expression: Expression) -> StaticType {
        switch expression.kind {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .float: .float
        case .string, .interpolation: .string
        case .quantity(let literal): StaticType(.quantity(literal.dimension))
        case .name(let use): binding(of: use).map { bindingTypes[$0.index] } ?? .unknown
        default: .unknown
        }
    }
}

/// A number or text that is written down, as far as conditions compare them.
private enum Literal {
    case number(Double)
    case text(String)

    init?(_ expression: Expression) {
        switch expression.kind {
        case .int(let value) where value.magnitude < 1 << 53: self = .number(Double(value))
        case .float(let value): self = .number(value)
        case .string(let text): self = .text(text)
        default: return nil
        }
    }

    func compare(_ symbol: BinaryOperator, _ other: Literal) -> Bool? {
        switch (self, other) {
        case (.number(let left), .number(let right)): Literal.compare(symbol, left, right)
        case (.text(let left), .text(let right)):
            symbol == .equal ? left == right : (symbol == .notEqual ? left != right : nil)
        case (.number, .text), (.text, .number): nil
        }
    }

    private static func compare(_ symbol: BinaryOperator, _ left: Double, _ right: Double) -> Bool? {
        switch symbol {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .contained, .bitAnd, .bitOr,
            .bitXor, .shiftLeft, .shiftRight:
            nil
        }
    }
}
