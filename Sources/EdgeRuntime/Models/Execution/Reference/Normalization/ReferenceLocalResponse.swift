import EdgeTensors

/// `LRN`: each element divided by a power of the squares of its neighbours in other channels.
enum ReferenceLocalResponse {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.loweredFloat(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: FloatKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: BinaryFloatingPoint & KernelNumber & MathFunctions>(_: T.Type) throws(ModelError) -> Lowered {
            guard data.shape.count >= 2, let size = context.node.int("size"), size > 0 else {
                throw context.fail("it needs channels and a size")
            }
            let channels = data.shape[1]
            let area = data.shape[2...].reduce(1, *)
            let batch = data.shape[0]
            let alpha = T(context.node.float("alpha") ?? 1e-4) / T(size)
            let beta = T(context.node.float("beta") ?? 0.75)
            let bias = T(context.node.float("bias") ?? 1)
            let before = (size - 1) / 2
            let after = size - 1 - before
            return Lowered([try context.result(data.dtype, data.shape)]) { memory throws(ModelError) in
                for image in 0..<batch {
                    let source = memory.input(0, as: T.self) + image * channels * area
                    let target = memory.output(0, as: T.self) + image * channels * area
                    for channel in 0..<channels {
                        let neighbours = max(channel - before, 0)...min(channel + min(after, channels), channels - 1)
                        for position in 0..<area {
                            var squares: T = 0
                            for neighbour in neighbours {
                                let value = source[neighbour * area + position]
                                squares += value * value
                            }
                            let index = channel * area + position
                            target[index] = source[index] / T.pow(bias + alpha * squares, beta)
                        }
                    }
                }
            }
        }
    }
}
