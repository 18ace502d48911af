import EdgeTensors

/// `Softmax` and `LogSoftmax` along one axis.
enum ReferenceSoftmax {
    /// How a softmax lies in memory.
    struct Layout {
        var outer: Int
        var extent: Int
        var inner: Int
    }

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.loweredFloat(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: FloatKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: BinaryFloatingPoint & KernelNumber & MathFunctions>(_: T.Type) throws(ModelError) -> Lowered {
            try ReferenceSoftmax.normalise(context, data, T.self)
        }
    }

    private static func normalise<T: BinaryFloatingPoint & KernelNumber & MathFunctions>(
        _ context: LoweringContext, _ data: Operand, _: T.Type
    ) throws(ModelError) -> Lowered {
        let layout = try layout(context, data.shape)
        let result = try context.result(data.dtype, data.shape)
        let isLogarithm = context.node.op == .logSoftmax
        let beta = T(context.node.float("beta") ?? 1)
        return Lowered([result], inPlace: [0]) { memory throws(ModelError) in
            let source = memory.input(0, as: T.self)
            let target = memory.output(0, as: T.self)
            for row in 0..<layout.outer {
                for column in 0..<layout.inner {
                    let start = row * layout.extent * layout.inner + column
                    var largest = -T.infinity
                    for position in 0..<layout.extent {
                        largest = max(largest, source[start + position * layout.inner])
                    }
                    var sum: T = 0
                    for position in 0..<layout.extent {
                        let index = start + position * layout.inner
                        let shifted = beta * (source[index] - largest)
                        let power = T.exp(shifted)
                        sum += power
                        target[index] = isLogarithm ? shifted : power
                    }
                    let scale = 1 / sum
                    let logarithm = T.log(sum)
                    for position in 0..<layout.extent {
                        let index = start + position * layout.inner
                        target[index] = isLogarithm ? target[index] - logarithm : target[index] * scale
                    }
                }
            }
        }
    }

    /// The axis of a softmax, the last where none is given.
    static func layout(_ context: LoweringContext, _ shape: [Int]) throws(ModelError) -> Layout {
        if shape.isEmpty { return Layout(outer: 1, extent: 1, inner: 1) }
        let axis = try context.axis(context.node.int("axis") ?? -1, of: shape)
        return Layout(
            outer: shape[..<axis].reduce(1, *), extent: shape[axis], inner: shape[(axis + 1)...].reduce(1, *))
    }
}
