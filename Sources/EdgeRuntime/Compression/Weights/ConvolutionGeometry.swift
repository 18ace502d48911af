import EdgeModels

/// Where the outputs of a convolution over images or sequences find their inputs.
struct ConvolutionGeometry {
    private let isChannelsLast: Bool
    private let inputChannels: Int
    private let outputChannels: Int
    private let groups: Int
    /// Extents, one for each of height and width; a sequence has height 1.
    private let input: [Int]
    private let output: [Int]
    private let kernel: [Int]
    private let strides: [Int]
    private let dilations: [Int]
    private let padding: [Int]

    init(_ layer: WeightLayer, input inputShape: [Int], output outputShape: [Int]) throws(CompressionError) {
        let rank = layer.weightShape.count
        guard inputShape.count == rank, outputShape.count == rank, (3...4).contains(rank) else {
            throw .calibration("\(layer.node.name) has activations that do not fit its weights")
        }
        let node = layer.node
        isChannelsLast = node.layout == .channelsLast
        let spatial = isChannelsLast ? 1..<rank - 1 : 2..<rank
        func twoAxes(_ extents: [Int], _ filler: Int) -> [Int] { extents.count == 1 ? [filler] + extents : extents }
        inputChannels = isChannelsLast ? inputShape[rank - 1] : inputShape[1]
        outputChannels = isChannelsLast ? outputShape[rank - 1] : outputShape[1]
        groups = layer.groups
        input = twoAxes(Array(inputShape[spatial]), 1)
        output = twoAxes(Array(outputShape[spatial]), 1)
        kernel = twoAxes(Array(layer.weightShape[2...]), 1)
        strides = twoAxes(node.ints("strides") ?? spatial.map { _ in 1 }, 1)
        dilations = twoAxes(node.ints("dilations") ?? spatial.map { _ in 1 }, 1)
        let explicit = node.ints("pads").map { twoAxes(Array($0.prefix(spatial.count)), 0) } ?? [0, 0]
        guard strides.count == 2, dilations.count == 2, explicit.count == 2,
            inputChannels == layer.weightShape[1] * groups, outputChannels == layer.rows
        else { throw .calibration("\(layer.node.name) has activations that do not fit its weights") }
        // SAME: as much padding as the windows need, the odd one below (UPPER) or above (LOWER).
        let same = node.string("auto_pad")
        let (input, output, kernel, strides, dilations) = (input, output, kernel, strides, dilations)
        padding = (0..<2).map { axis in
            guard same == "SAME_UPPER" || same == "SAME_LOWER" else { return explicit[axis] }
            let reach = (output[axis] - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1
            let missing = max(0, reach - input[axis])
            return same == "SAME_UPPER" ? missing / 2 : missing - missing / 2
        }
    }

    /// The inputs of the outputs at these positions (counted over images, rows and columns): `[channel, kernel row, kernel column][position]`.
    func patches(_ values: UnsafeBufferPointer<Float>, positions: [Int]) -> [Float] {
        let width = positions.count
        let plane = input[0] * input[1]
        let area = kernel[0] * kernel[1]
        var result = [Float](repeating: 0, count: inputChannels * area * width)
        let (channelStep, pixelStep) = isChannelsLast ? (1, inputChannels) : (plane, 1)
        for (column, position) in positions.enumerated() {
            let image = position / (output[0] * output[1])
            let row = position / output[1] % output[0] * strides[0] - padding[0]
            let start = position % output[1] * strides[1] - padding[1]
            let base = image * plane * inputChannels
            guard base + plane * inputChannels <= values.count else { continue }
            for ky in 0..<kernel[0] {
                let y = row + ky * dilations[0]
                guard y >= 0, y < input[0] else { continue }
                for kx in 0..<kernel[1] {
                    let x = start + kx * dilations[1]
                    guard x >= 0, x < input[1] else { continue }
                    let pixel = base + (y * input[1] + x) * pixelStep
                    let tap = ky * kernel[1] + kx
                    for channel in 0..<inputChannels {
                        result[(channel * area + tap) * width + column] = values[pixel + channel * channelStep]
                    }
                }
            }
        }
        return result
    }

    /// The outputs at these positions: `[channel][position]`.
    func outputs(_ values: UnsafeBufferPointer<Float>, positions: [Int]) -> [Float] {
        let width = positions.count
        let plane = output[0] * output[1]
        var result = [Float](repeating: 0, count: outputChannels * width)
        let (channelStep, pixelStep) = isChannelsLast ? (1, outputChannels) : (plane, 1)
        for (column, position) in positions.enumerated() {
            let pixel = position / plane * plane * outputChannels + position % plane * pixelStep
            guard pixel + (outputChannels - 1) * channelStep < values.count else { continue }
            for channel in 0..<outputChannels {
                result[channel * width + column] = values[pixel + channel * channelStep]
            }
        }
        return result
    }
}
