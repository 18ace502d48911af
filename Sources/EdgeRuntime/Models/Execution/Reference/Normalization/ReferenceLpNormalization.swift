import EdgeTensors

/// `LpNormalization`: each row along an axis divided by its norm; a row of zeros stays one.
enum ReferenceLpNormalization {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.loweredFloat(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: FloatKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: BinaryFloatingPoint & KernelNumber & MathFunctions>(_: T.Type) throws(ModelError) -> Lowered {
            let layout = try ReferenceSoftmax.layout(context, data.shape)
            let power = context.node.int("p") ?? 2
            guard power == 1 || power == 2 else { throw context.fail("a norm of order \(power) is not known") }
            return Lowered([try context.result(data.dtype, data.shape)]) { memory throws(ModelError) in
                let source = memory.input(0, as: T.self)
                let target = memory.output(0, as: T.self)
                for row in 0..<layout.outer {
                    for column in 0..<layout.inner {
                        let start = row * layout.extent * layout.inner + column
                        var total: T = 0
                        for position in 0..<layout.extent {
                            let value = source[start + position * layout.inner]
                            total += power == 1 ? value.magnitude : value * value
                        }
                        let norm = power == 1 ? total : total.squareRoot()
                        for position in 0..<layout.extent {
                            let index = start + position * layout.inner
                            target[index] = norm == 0 ? 0 : source[index] / norm
                        }
                    }
                }
            }
        }
    }
}
