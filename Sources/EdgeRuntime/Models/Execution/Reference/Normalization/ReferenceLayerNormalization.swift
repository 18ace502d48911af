import EdgeTensors

/// `LayerNormalization` and `RMSNormalization`: the trailing axes of each sample get mean 0 and variance 1, or mean square 1.
enum ReferenceLayerNormalization {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.loweredFloat(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: FloatKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: BinaryFloatingPoint & KernelNumber & MathFunctions>(_: T.Type) throws(ModelError) -> Lowered {
            let axis = try context.axis(context.node.int("axis") ?? -1, of: data.shape)
            let rows = data.shape[..<axis].reduce(1, *)
            let count = data.shape[axis...].reduce(1, *)
            let centres = context.node.op == .layerNormalization
            let epsilon = Double(context.node.float("epsilon") ?? 1e-5)
            let scale = try parameter(1)
            let bias = context.optional(2) == nil ? nil : try parameter(2)
            let statistics = try context.result(
                data.dtype, data.shape[..<axis] + data.shape[axis...].map { _ in 1 })
            let results = [try context.result(data.dtype, data.shape), statistics, statistics]
            return Lowered(Array(results.prefix(max(context.node.outputs.count, 1))), inPlace: []) {
                memory throws(ModelError) in
                let source = memory.input(0, as: T.self)
                let target = memory.output(0, as: T.self)
                let outputs = context.node.outputs.count
                for row in 0..<rows {
                    let start = source + row * count
                    let out = target + row * count
                    var sum = 0.0
                    if centres { for position in 0..<count { sum += Double(start[position]) } }
                    let mean = centres ? sum / Double(count) : 0
                    var squares = 0.0
                    for position in 0..<count {
                        let distance = Double(start[position]) - mean
                        squares += distance * distance
                    }
                    let factor = 1 / (squares / Double(count) + epsilon).squareRoot()
                    for position in 0..<count { out[position] = T((Double(start[position]) - mean) * factor) }
                    if outputs > 1 { memory.output(1, as: T.self)[row] = T(mean) }
                    if outputs > 2 { memory.output(2, as: T.self)[row] = T(factor) }
                }
                let factors = memory.input(1, as: T.self)
                scale.forEachRow { start, run, positions, steps in
                    for column in 0..<run { target[start + column] *= factors[positions[1] + column * steps[1]] }
                }
                guard let bias else { return }
                let offsets = memory.input(2, as: T.self)
                bias.forEachRow { start, run, positions, steps in
                    for column in 0..<run { target[start + column] += offsets[positions[1] + column * steps[1]] }
                }
            }
        }

        /// A scale or bias, repeated over the data.
        private func parameter(_ position: Int) throws(ModelError) -> Broadcasting {
            let operand = try context.operand(position, of: data.dtype)
            guard let walk = Broadcasting([data.shape, operand.shape]), walk.shape == data.shape else {
                throw context.fail("its input \(position) of shape \(operand.shape) does not fit \(data.shape)")
            }
            return walk
        }
    }
}
