import EdgeTensors

/// `Where`: elements of one operand or the other.
enum ReferenceSelect {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let condition = try context.operand(0)
        let first = try context.operand(1)
        let second = try context.operand(2)
        guard condition.dtype == .bool else { throw context.fail("its condition must be bool") }
        guard first.dtype == second.dtype, !first.dtype.isPacked else {
            throw context.fail("its operands are of types \(first.dtype.rawValue) and \(second.dtype.rawValue)")
        }
        guard let broadcasting = Broadcasting([condition.shape, first.shape, second.shape]) else {
            throw context.fail("shapes \(condition.shape), \(first.shape) and \(second.shape) do not fit together")
        }
        let result = try context.result(first.dtype, broadcasting.shape)
        switch first.dtype.bits {
        case 8: return select(broadcasting, result, UInt8.self)
        case 16: return select(broadcasting, result, UInt16.self)
        case 32: return select(broadcasting, result, UInt32.self)
        default: return select(broadcasting, result, UInt64.self)
        }
    }

    private static func select<T: BitwiseCopyable>(
        _ broadcasting: Broadcasting, _ result: ConcreteType, _ type: T.Type
    ) -> Lowered {
        Lowered([result]) { memory throws(ModelError) in
            let condition = memory.input(0, as: UInt8.self)
            let first = memory.input(1, as: T.self)
            let second = memory.input(2, as: T.self)
            let target = memory.output(0, as: T.self)
            broadcasting.forEachRow { start, count, positions, steps in
                for column in 0..<count {
                    let chosen = condition[positions[0] + column * steps[0]] != 0
                    target[start + column] =
                        chosen ? first[positions[1] + column * steps[1]] : second[positions[2] + column * steps[2]]
                }
            }
        }
    }
}
