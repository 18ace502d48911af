/// `expect(a == b)` shows what stood on either side where it fails: the sides are evaluated once, compared, and given to the
/// function beside the result.
extension FunctionCompiler {
    /// Compiles a call of `expect` whose condition is a comparison, so that the function gets both sides.
    ///
    /// - Parameter registers: Where the arguments belong, in the order of the function's parameters.
    /// - Returns: False, and nothing is emitted, for every other call.
    func compileExpectation(_ call: Call, _ spec: BuiltinSpec, _ resolved: ResolvedCall, into registers: Int) -> Bool {
        guard spec.name == OutputBuiltins.expectation, resolved.arguments.count == 4,
            case .argument(0) = resolved.arguments[0], case .omitted = resolved.arguments[2],
            case .omitted = resolved.arguments[3]
        else { return false }
        let condition = call.arguments[0].value
        var comparison = condition
        var isNegated = false
        // `a not in b`
        if case .unary(.not, let operand) = condition.kind, operand.span == condition.span {
            (comparison, isNegated) = (operand, true)
        }
        guard case .binary(let symbol, let left, let right, _) = comparison.kind, symbol.isComparison else {
            return false
        }
        let (sides, message) = (registers + 2, registers + 1)
        compile(left, into: sides, .owned, isNew: true)
        compile(right, into: sides + 1, .owned, isNew: true)
        builder.span = condition.span
        emit(symbol, registers, sides, sides + 1)
        if isNegated { builder.emit(.not, registers, registers) }
        if case .argument(let index) = resolved.arguments[1] {
            compile(call.arguments[index].value, into: message, .argument, isNew: true)
        } else {
            builder.emit(.loadAbsent, message)
        }
        return true
    }
}
