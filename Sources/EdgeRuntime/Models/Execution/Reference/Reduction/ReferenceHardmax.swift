import EdgeTensors

/// `Hardmax`: one where the largest element of an axis stands (the first of equals), zero elsewhere.
enum ReferenceHardmax {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.loweredFloat(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: FloatKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: BinaryFloatingPoint & KernelNumber & MathFunctions>(_: T.Type) throws(ModelError) -> Lowered {
            let layout = try ReferenceSoftmax.layout(context, data.shape)
            return Lowered([try context.result(data.dtype, data.shape)]) { memory throws(ModelError) in
                let source = memory.input(0, as: T.self)
                let target = memory.output(0, as: T.self)
                guard layout.extent > 0 else { return }
                for row in 0..<layout.outer {
                    for column in 0..<layout.inner {
                        let start = row * layout.extent * layout.inner + column
                        var best = start
                        for position in 0..<layout.extent {
                            let index = start + position * layout.inner
                            if source[index] > source[best] { best = index }
                            target[index] = 0
                        }
                        target[best] = 1
                    }
                }
            }
        }
    }
}
