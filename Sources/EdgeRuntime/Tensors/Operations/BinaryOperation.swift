/// An operation on two numbers.
public enum BinaryOperation: String, Sendable, CaseIterable {
    case add, subtract, multiply, divide, minimum, maximum

    /// The result for floating-point numbers; minimum and maximum of NaN and a number is NaN.
    func apply<Number: BinaryFloatingPoint>(_ a: Number, _ b: Number) -> Number {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .minimum: a.isNaN || a < b ? a : b
        case .maximum: a.isNaN || a > b ? a : b
        }
    }

    /// The result for integers: what does not fit saturates, quotients are cut towards zero and zero for a divisor of zero.
    func apply(_ a: Int64, _ b: Int64) -> Int64 {
        switch self {
        case .add:
            let (sum, overflow) = a.addingReportingOverflow(b)
            return overflow ? (a < 0 ? .min : .max) : sum
        case .subtract:
            let (difference, overflow) = a.subtractingReportingOverflow(b)
            return overflow ? (a < 0 ? .min : .max) : difference
        case .multiply:
            let (product, overflow) = a.multipliedReportingOverflow(by: b)
            return overflow ? ((a < 0) != (b < 0) ? .min : .max) : product
        case .divide:
            guard b != 0 else { return 0 }
            let (quotient, overflow) = a.dividedReportingOverflow(by: b)
            return overflow ? .max : quotient
        case .minimum: return min(a, b)
        case .maximum: return max(a, b)
        }
    }
}
