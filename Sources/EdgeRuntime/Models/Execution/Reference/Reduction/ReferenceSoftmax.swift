import EdgeTensors
import Glibc

/// `Softmax` and `LogSoftmax` along one axis.
enum ReferenceSoftmax {
    /// How a softmax lies in memory.
    struct Layout {
        var outer: Int
        var extent: Int
        var inner: Int
    }

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.floatOperand(0)
        let layout = try layout(context, data.shape)
        let result = try context.result(.f32, data.shape)
        let isLogarithm = context.node.op == .logSoftmax
        let beta = context.node.float("beta") ?? 1
        return Lowered([result], inPlace: [0]) { memory throws(ModelError) in
            let source = memory.input(0, as: Float.self)
            let target = memory.output(0, as: Float.self)
            for row in 0..<layout.outer {
                for column in 0..<layout.inner {
                    let start = row * layout.extent * layout.inner + column
                    var largest = -Float.infinity
                    for position in 0..<layout.extent {
                        largest = max(largest, source[start + position * layout.inner])
                    }
                    var sum: Float = 0
                    for position in 0..<layout.extent {
                        let index = start + position * layout.inner
                        let shifted = beta * (source[index] - largest)
                        let power = expf(shifted)
                        sum += power
                        target[index] = isLogarithm ? shifted : power
                    }
                    let scale = 1 / sum
                    let logarithm = logf(sum)
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
