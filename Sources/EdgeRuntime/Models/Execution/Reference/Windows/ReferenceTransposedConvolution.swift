import EdgeTensors

/// `ConvTranspose`: every input element adds its multiple of the window to the output. Weights are `[in, out / group, kernel…]`, as in ONNX.
enum ReferenceTransposedConvolution {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let window = try TransposedWindow(context)
        let result = try context.result(.f32, window.resultShape)
        let outputs = window.outputs
        let bias = context.optional(2)
        if let bias, bias.dtype != .f32 || bias.type.count != outputs {
            throw context.fail("a bias of shape \(bias.shape) does not fit \(outputs) channels")
        }
        let rank = window.input.count
        let lead = [Int](repeating: 1, count: 3 - rank)
        let loops = Loops(
            batch: window.batch, channels: window.channels, outputs: outputs, groups: window.groups,
            input: lead + window.input, output: lead + window.output, kernel: lead + window.kernel,
            strides: lead + window.strides, dilations: lead + window.dilations,
            pads: [Int](repeating: 0, count: 3 - rank) + window.pads, isFirst: window.isFirst)
        let hasBias = bias != nil
        return Lowered([result]) { memory throws(ModelError) in
            loops.fill(memory.output(0), bias: hasBias ? memory.input(2) : nil)
            loops.run(from: memory.input(0), weights: memory.input(1), to: memory.output(0))
        }
    }

    private struct Loops {
        let batch, channels, outputs, groups: Int
        let input, output, kernel, strides, dilations, pads: [Int]
        let isFirst: Bool

        func fill(_ result: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?) {
            let area = output.reduce(1, *)
            for position in 0..<batch * outputs * area {
                result[position] = bias.map { $0[isFirst ? position / area % outputs : position % outputs] } ?? 0
            }
        }

        func run(from data: UnsafePointer<Float>, weights: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>)
        {
            let inputArea = input.reduce(1, *)
            let outputArea = output.reduce(1, *)
            let kernelArea = kernel.reduce(1, *)
            let groupOutputs = outputs / groups
            let groupInputs = channels / groups
            for image in 0..<batch {
                for pixel in 0..<inputArea {
                    let position = [pixel / (input[1] * input[2]), pixel / input[2] % input[1], pixel % input[2]]
                    for tap in 0..<kernelArea {
                        let offset = [tap / (kernel[1] * kernel[2]), tap / kernel[2] % kernel[1], tap % kernel[2]]
                        var target = 0
                        var isInside = true
                        for axis in 0..<3 {
                            let at = position[axis] * strides[axis] - pads[axis] + offset[axis] * dilations[axis]
                            isInside = isInside && at >= 0 && at < output[axis]
                            target = target * output[axis] + at
                        }
                        guard isInside else { continue }
                        for channel in 0..<channels {
                            let value = data[
                                isFirst
                                    ? (image * channels + channel) * inputArea + pixel
                                    : (image * inputArea + pixel) * channels + channel]
                            let first = channel / groupInputs * groupOutputs
                            for relative in 0..<groupOutputs {
                                let weight = weights[(channel * groupOutputs + relative) * kernelArea + tap]
                                let index = first + relative
                                result[
                                    isFirst
                                        ? (image * outputs + index) * outputArea + target
                                        : (image * outputArea + target) * outputs + index] += value * weight
                            }
                        }
                    }
                }
            }
        }
    }
}
