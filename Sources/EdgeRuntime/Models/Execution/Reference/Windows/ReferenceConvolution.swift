import EdgeTensors

/// `Conv`, in any layout, on floats; quantized weights are turned into floats one output channel at a time.
enum ReferenceConvolution {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.floatOperand(0)
        let weights = try WeightRows(context, 1)
        let shape = weights.shape
        guard data.shape.count >= 3, shape.count == data.shape.count else {
            throw context.fail("weights of shape \(shape) do not fit an input of shape \(data.shape)")
        }
        let geometry = try WindowGeometry(context, data: data.shape, kernel: Array(shape[2...]))
        let groups = context.node.int("group") ?? 1
        let outputs = shape[0]
        guard groups > 0, outputs % groups == 0, geometry.channels % groups == 0, shape[1] == geometry.channels / groups
        else {
            throw context.fail(
                "weights of shape \(shape) do not fit an input of shape \(data.shape) in \(groups) groups")
        }
        let bias = context.optional(2)
        if let bias, bias.dtype != .f32 || bias.type.count != outputs {
            throw context.fail("a bias of shape \(bias.shape) does not fit \(outputs) channels")
        }
        let result = try context.result(.f32, geometry.outputShape(channels: outputs))
        let loops = Loops(geometry: geometry, groups: groups, outputs: outputs)
        let hasBias = bias != nil
        return Lowered([result], scratch: [weights.rowLength * 4]) { memory throws(ModelError) in
            let bias = memory.input(2, as: Float.self)
            for output in 0..<outputs {
                let row = weights.row(output, of: memory.inputs[1], scratch: memory.scratch(0))
                loops.run(
                    output: output, weights: row, bias: hasBias ? bias[output] : 0, from: memory.input(0),
                    to: memory.output(0))
            }
        }
    }

    /// One output channel after the other, over all positions of all images.
    private struct Loops {
        let geometry: WindowGeometry
        let groupInputs: Int
        let groupOutputs: Int
        let source: (batch: Int, channel: Int, spatial: [Int])
        let target: (batch: Int, channel: Int, spatial: [Int])

        init(geometry: WindowGeometry, groups: Int, outputs: Int) {
            self.geometry = geometry
            groupInputs = geometry.channels / groups
            groupOutputs = outputs / groups
            source = geometry.strides(extents: geometry.input, channels: geometry.channels)
            target = geometry.strides(extents: geometry.output, channels: outputs)
        }

        func run(
            output: Int, weights: UnsafePointer<Float>, bias: Float, from data: UnsafePointer<Float>,
            to result: UnsafeMutablePointer<Float>
        ) {
            let firstChannel = output / groupOutputs * groupInputs
            for image in 0..<geometry.batch {
                let data = data + image * source.batch + firstChannel * source.channel
                let result = result + image * target.batch + output * target.channel
                for z in 0..<geometry.output[0] {
                    let depth = geometry.taps(0, at: z)
                    for y in 0..<geometry.output[1] {
                        let height = geometry.taps(1, at: y)
                        for x in 0..<geometry.output[2] {
                            let width = geometry.taps(2, at: x)
                            result[z * target.spatial[0] + y * target.spatial[1] + x * target.spatial[2]] =
                                bias + sum(data, weights, at: (z, y, x), depth, height, width)
                        }
                    }
                }
            }
        }

        @inline(__always) private func sum(
            _ data: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, at position: (Int, Int, Int),
            _ depth: Range<Int>,
            _ height: Range<Int>, _ width: Range<Int>
        ) -> Float {
            let kernel = (geometry.kernel[0], geometry.kernel[1], geometry.kernel[2])
            let area = kernel.0 * kernel.1 * kernel.2
            let z = position.0 * geometry.strides[0] - geometry.pads[0]
            let y = position.1 * geometry.strides[1] - geometry.pads[1]
            let x = position.2 * geometry.strides[2] - geometry.pads[2]
            var total: Float = 0
            for kz in depth {
                for ky in height {
                    for kx in width {
                        let tap = (kz * kernel.1 + ky) * kernel.2 + kx
                        let pixel =
                            (z + kz * geometry.dilations[0]) * source.spatial[0]
                            + (y + ky * geometry.dilations[1]) * source.spatial[1]
                            + (x + kx * geometry.dilations[2]) * source.spatial[2]
                        for channel in 0..<groupInputs {
                            total += data[pixel + channel * source.channel] * weights[channel * area + tap]
                        }
                    }
                }
            }
            return total
        }
    }
}
