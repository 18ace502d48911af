import EdgeTensors

/// `Cast` between any two unpacked types.
enum ReferenceCast {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        guard
            let target = context.node.string("to").flatMap(DType.init) ?? context.optional(1)?.dtype
                ?? context.declared.first??.dtype
        else {
            throw context.fail("the type to cast to is not known")
        }
        let result = try context.result(target, operand.shape)
        if operand.dtype == target { return .view(as: result) }
        let count = result.count
        guard let read = ElementCodec.reader(of: operand.dtype), let write = ElementCodec.writer(of: target) else {
            throw context.unsupported(operand.dtype.isPacked ? operand.dtype : target)
        }
        let isExact = !operand.dtype.isFloat && !target.isFloat
        guard isExact, let readInteger = ElementCodec.integerReader(of: operand.dtype),
            let writeInteger = ElementCodec.integerWriter(of: target)
        else {
            return Lowered([result]) { memory throws(ModelError) in
                for position in 0..<count { write(memory.outputs[0], position, read(memory.inputs[0], position)) }
            }
        }
        return Lowered([result]) { memory throws(ModelError) in
            for position in 0..<count {
                writeInteger(memory.outputs[0], position, readInteger(memory.inputs[0], position))
            }
        }
    }

    /// `BitCast`: the same bits under another type of the same width.
    static func bits(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        guard let target = context.node.string("to").flatMap(DType.init), target.bits == operand.dtype.bits else {
            throw context.fail("the bits of \(operand.dtype.rawValue) cannot be read as the type asked for")
        }
        var lowered = Lowered.view(as: try context.result(target, operand.shape))
        // The evaluator gives a view the type of its source: these bits are copied.
        lowered.isView = false
        return lowered
    }
}
