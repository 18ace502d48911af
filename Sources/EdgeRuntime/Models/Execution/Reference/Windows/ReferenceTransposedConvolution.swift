import EdgeTensors

/// `ConvTranspose`: every input element adds its multiple of the window to the output. Weights are `[in, out / group, kernel…]`, as in ONNX.
enum ReferenceTransposedConvolution {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.floatOperand(0)
        let weights = try context.floatOperand(1)
        let rank = data.shape.count - 2
        guard (1...3).contains(rank), weights.shape.count == data.shape.count else {
            throw context.fail("weights of shape \(weights.shape) do not fit an input of shape \(data.shape)")
        }
        let isFirst = context.node.layout == .channelsFirst
        let channels = isFirst ? data.shape[1] : data.shape[rank + 1]
        let input = Array(isFirst ? data.shape[2...] : data.shape[1...rank])
        let kernel = Array(weights.shape[2...])
        let groups = context.node.int("group") ?? 1
        guard groups > 0, channels % groups == 0, weights.shape[0] == channels else {
            throw context.fail(
                "weights of shape \(weights.shape) do not fit an input of shape \(data.shape) in \(groups) groups")
        }
        let (outputs, overflow) = weights.shape[1].multipliedReportingOverflow(by: groups)
        guard !overflow else { throw context.fail("it has too many channels") }
        let strides = context.node.ints("strides") ?? kernel.map { _ in 1 }
        let dilations = context.node.ints("dilations") ?? kernel.map { _ in 1 }
        let extra = context.node.ints("output_padding") ?? kernel.map { _ in 0 }
        var pads = context.node.ints("pads") ?? [Int](repeating: 0, count: 2 * rank)
        let limit = LoweringContext.largestExtent
        guard strides.count == rank, dilations.count == rank, extra.count == rank, pads.count == 2 * rank,
            (strides + dilations + kernel).allSatisfy({ $0 > 0 && $0 <= limit }),
            (pads + extra).allSatisfy({ $0 >= 0 && $0 <= limit })
        else { throw context.fail("its strides, dilations or pads do not fit its window") }
        let automatic = context.node.string("auto_pad") ?? "NOTSET"
        let asked = context.node.ints("output_shape")
        if let asked, asked.count != rank { throw context.fail("its output shape \(asked) does not fit") }
        var output: [Int] = []
        for axis in 0..<rank {
            let full = (input[axis] - 1) * strides[axis] + extra[axis] + (kernel[axis] - 1) * dilations[axis] + 1
            let isSame = automatic == "SAME_UPPER" || automatic == "SAME_LOWER"
            if let extent = asked?[axis] ?? (isSame ? input[axis] * strides[axis] : nil) {
                let total = max(full - extent, 0)
                pads[axis] =
                    automatic == "SAME_UPPER" || asked != nil && automatic != "SAME_LOWER"
                    ? total / 2 : total - total / 2
                if asked != nil, !isSame { pads[axis] = total - total / 2 }
                pads[rank + axis] = total - pads[axis]
                output.append(extent)
            } else {
                output.append(full - pads[axis] - pads[rank + axis])
            }
        }
        let result = try context.result(
            .f32, isFirst ? [data.shape[0], outputs] + output : [data.shape[0]] + output + [outputs])
        let bias = context.optional(2)
        if let bias, bias.dtype != .f32 || bias.type.count != outputs {
            throw context.fail("a bias of shape \(bias.shape) does not fit \(outputs) channels")
        }
        let lead = [Int](repeating: 1, count: 3 - rank)
        let loops = Loops(
            batch: data.shape[0], channels: channels, outputs: outputs, groups: groups, input: lead + input,
            output: lead + output, kernel: lead + kernel, strides: lead + strides, dilations: lead + dilations,
            pads: [Int](repeating: 0, count: 3 - rank) + pads[..<rank], isFirst: isFirst)
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
