/// Operators with two operands whose meaning depends only on their values.
///
/// `and`, `or` and `??` are not among them: they decide whether their right side is evaluated at all.
public enum BinaryOperator: String, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    /// True division: `7 / 2` is `3.5`.
    case divide = "/"
    /// Division rounded down.
    case floorDivide = "//"
    /// Remainder with the sign of the divisor.
    case remainder = "%"
    case power = "**"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    /// Membership: an item of a list, a key of a record, a part of a string, a number of a range.
    case contained = "in"
    case bitAnd = "&"
    case bitOr = "|"
    case bitXor = "^"
    case shiftLeft = "<<"
    case shiftRight = ">>"

    /// Whether it yields a truth value by comparing; comparisons do not chain.
    public var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained: true
        case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .bitAnd, .bitOr, .bitXor,
            .shiftLeft, .shiftRight:
            false
        }
    }
}

/// Operators with one operand.
public enum UnaryOperator: String, Sendable, CaseIterable {
    case negate = "-"
    case not = "not"
    case bitNot = "~"
}

/// Operators that evaluate their right side only if the left one does not decide.
public enum ShortCircuitOperator: String, Sendable, CaseIterable {
    case and = "and"
    case or = "or"
    /// The right side if the left one is `null`.
    case coalesce = "??"
}
