/// Numbers that are known before the program runs.
extension FunctionCompiler {
    /// The integer that an expression of literals gives.
    func integerLiteral(_ expression: Expression) -> Int? { numberLiteral(expression)?.intValue }

    /// The number that an expression of literals gives; nil where it is something else or fails, which is for the run to say.
    ///
    /// - Parameter depth: How deep it looks; more is computed when the program runs. Keeps compilation linear.
    func numberLiteral(_ expression: Expression, depth: Int = 4) -> Value? {
        switch expression.kind {
        case .int(let value): return .int(Int(value))
        case .float(let value): return .float(value)
        case .quantity(let literal): return .quantity(literal.value, literal.dimension)
        case .unary(.negate, let operand):
            guard depth > 0, let value = numberLiteral(operand, depth: depth - 1), !value.isInt || value.asInt != .min
            else { return nil }
            return value.isInt ? .int(-value.asInt) : Value(bits: (-value.asDouble).bitPattern, meta: value.meta)
        case .binary(let binary, let left, let right, _):
            guard depth > 0, let first = numberLiteral(left, depth: depth - 1),
                let second = numberLiteral(right, depth: depth - 1)
            else { return nil }
            return FunctionCompiler.fold(binary, first, second)
        default: return nil
        }
    }

    private static func fold(_ binary: BinaryOperator, _ left: Value, _ right: Value) -> Value? {
        switch binary {
        case .add: Machine.sum(left, right)
        case .subtract: Machine.difference(left, right)
        case .multiply: Machine.product(left, right)
        case .divide: Machine.ratio(left, right)
        case .floorDivide, .remainder, .power, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
            .contained, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
            nil
        }
    }
}
