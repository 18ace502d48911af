extension Checker {
    /// Checks a `match`: each arm, and whether it can be reached.
    func typeOfMatch(_ node: MatchExpression) -> StaticType {
        _ = type(of: node.subject)
        let questions = questioned(by: node.subject)
        var result = StaticType.never
        var seen = ReachedPatterns()
        for arm in node.arms {
            if let earlier = seen.earlier(than: arm.pattern) {
                report(.unreachableArm(arm.pattern.span, after: earlier))
            }
            result = result.joined(with: withoutAssuming(questions) { typeOfArm(arm) })
            if arm.guard == nil { seen.add(arm.pattern) }
        }
        return result.with(nil)
    }

    private func typeOfArm(_ arm: MatchExpression.Arm) -> StaticType {
        bind(arm.pattern, to: .unknown)
        if let condition = arm.guard { checkCondition(condition) }
        return withoutAssuming(arm.guard.map { questioned(by: $0) } ?? []) { type(of: arm.body) }
    }
}

/// The patterns of a `match` that have stood before an arm, as far as it can be told what they leave over.
struct ReachedPatterns {
    enum Key: Hashable {
        case null
        case bool(Bool)
        case number(Double)
        case integer(Int64)
        case quantity(QuantityKey)
        case string(String)
        case bytes([UInt8])
    }

    struct QuantityKey: Hashable {
        let value: Double
        let dimension: Dimension
    }

    private struct NumberRange {
        let lower: Double
        let upper: Double
        let isClosed: Bool
        let span: Span

        func contains(_ number: Double) -> Bool {
            number >= lower && (isClosed || upper == .infinity ? number <= upper : number < upper)
        }
    }

    private var catchAll: Span?
    private var literals: [Key: Span] = [:]
    private var ranges: [NumberRange] = []

    /// The earlier pattern that leaves nothing for this one.
    func earlier(than pattern: Pattern) -> Span? {
        if let catchAll { return catchAll }
        switch pattern.kind {
        case .literal(let literal):
            guard let key = ReachedPatterns.key(of: literal) else { return nil }
            if let span = literals[key] { return span }
            guard let number = key.number else { return nil }
            return ranges.first { $0.contains(number) }?.span
        case .range(let lower, let upper, let closed):
            guard let range = ReachedPatterns.range(lower, upper, closed, pattern.span) else { return nil }
            return ranges.first { $0.lower <= range.lower && $0.contains(range.upper) }?.span
                ?? ranges.first { $0.lower <= range.lower && $0.upper == range.upper && $0.isClosed == range.isClosed }?
                .span
        case .alternatives(let parts):
            let earlier = parts.map { self.earlier(than: $0) }
            return earlier.allSatisfy { $0 != nil } ? earlier.first ?? nil : nil
        case .wildcard, .binding, .list, .record, .invalid: return nil
        }
    }

    /// Notes a pattern that has no condition.
    mutating func add(_ pattern: Pattern) {
        switch pattern.kind {
        case .wildcard, .binding: catchAll = catchAll ?? pattern.span
        case .literal(let literal):
            if let key = ReachedPatterns.key(of: literal), literals[key] == nil { literals[key] = pattern.span }
        case .range(let lower, let upper, let closed):
            if ranges.count < 64, let range = ReachedPatterns.range(lower, upper, closed, pattern.span) {
                ranges.append(range)
            }
        case .alternatives(let parts): for part in parts { add(part) }
        case .list, .record, .invalid: break
        }
    }

    static func key(of literal: Expression) -> ReachedPatterns.Key? {
        switch literal.kind {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): value.magnitude < 1 << 53 ? .number(Double(value)) : .integer(value)
        case .float(let value): .number(value)
        case .quantity(let quantity): .quantity(QuantityKey(value: quantity.value, dimension: quantity.dimension))
        case .string(let text): .string(text)
        case .bytes(let bytes): .bytes(bytes)
        case .unary(.negate, let operand):
            if case .number(let value)? = key(of: operand) { .number(-value) } else { nil }
        default: nil
        }
    }

    private static func range(
        _ lower: Expression?, _ upper: Expression?, _ closed: Bool, _ span: Span
    ) -> NumberRange? {
        func end(_ expression: Expression?, _ missing: Double) -> Double? {
            guard let expression else { return missing }
            if case .number(let value)? = key(of: expression) { return value }
            return nil
        }
        guard let low = end(lower, -.infinity), let high = end(upper, .infinity) else { return nil }
        return NumberRange(lower: low, upper: high, isClosed: closed, span: span)
    }
}

extension ReachedPatterns.Key {
    var number: Double? {
        if case .number(let value) = self { value } else { nil }
    }
}
