import EdgeTensors

/// `GatherElements`: one element for each index, along an axis.
enum ReferenceGatherElements {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.loweredBits(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: BitsKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws(ModelError) -> Lowered {
            let shape = try context.operand(1).shape
            let axis = try context.axis(context.node.int("axis") ?? 0, of: data.shape)
            guard shape.count == data.shape.count,
                shape.indices.allSatisfy({ $0 == axis || shape[$0] <= data.shape[$0] })
            else { throw context.fail("indices of shape \(shape) do not fit data of shape \(data.shape)") }
            let result = try context.result(data.dtype, shape, data.type.quantization)
            let read = try context.indexReader(1)
            let strides = Tensor.contiguousStrides(of: data.shape)
            let extent = data.shape[axis]
            return Lowered([result]) { memory throws(ModelError) in
                let source = memory.input(0, as: T.self)
                let target = memory.output(0, as: T.self)
                var counter = IndexCounter(shape)
                for position in 0..<result.count {
                    let chosen = try context.place(read(memory, position), extent: extent)
                    target[position] = source[counter.offset(strides) + (chosen - counter.index[axis]) * strides[axis]]
                    counter.advance()
                }
            }
        }
    }
}
