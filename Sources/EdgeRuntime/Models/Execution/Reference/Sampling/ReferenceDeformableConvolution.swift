import EdgeTensors

/// `DeformConv`: a convolution in two dimensions whose taps are moved by offsets and weighted by a mask.
enum ReferenceDeformableConvolution {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let shape = data.shape
        let weights = try context.operand(1).shape
        let offsets = try context.operand(2).shape
        guard shape.count == 4, weights.count == 4, offsets.count == 4 else {
            throw context.fail("it works on images, found shape \(shape)")
        }
        let groups = context.node.int("group") ?? 1
        let offsetGroups = context.node.int("offset_group") ?? 1
        let strides = try context.window("strides", count: 2, standard: 1)
        let dilations = try context.window("dilations", count: 2, standard: 1)
        let pads = try context.window("pads", count: 4, standard: 0, least: 0)
        let kernel = [weights[2], weights[3]]
        let taps = kernel[0] * kernel[1]
        let (channels, outputs) = (shape[1], weights[0])
        let extent: [Int] = (0..<2).map { axis in
            let padded: Int = shape[2 + axis] + pads[axis] + pads[axis + 2]
            let reach: Int = dilations[axis] * (kernel[axis] - 1) + 1
            return padded < reach ? 0 : (padded - reach) / strides[axis] + 1
        }
        guard groups > 0, offsetGroups > 0, channels % groups == 0, outputs % groups == 0, channels % offsetGroups == 0,
            weights[1] == channels / groups, taps > 0, extent.allSatisfy({ $0 > 0 }),
            offsets == [shape[0], offsetGroups * taps * 2, extent[0], extent[1]],
            context.optional(3).map({ $0.type.count == outputs }) ?? true,
            context.optional(4).map({ $0.shape == [shape[0], offsetGroups * taps, extent[0], extent[1]] }) ?? true
        else { throw context.fail("weights of \(weights) and offsets of \(offsets) do not fit an image of \(shape)") }
        let hasBias = context.optional(3) != nil
        let hasMask = context.optional(4) != nil
        let result = try context.result(data.dtype, [shape[0], outputs] + extent)
        let (rows, columns) = (shape[2], shape[3])
        let area = extent[0] * extent[1]
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: result.count)
            func pixel(_ image: Int, _ row: Int, _ column: Int) -> Double {
                row >= 0 && row < rows && column >= 0 && column < columns
                    ? values[0][image + row * columns + column] : 0
            }
            func sampled(_ image: Int, _ y: Double, _ x: Double) -> Double {
                guard y > -1, y < Double(rows), x > -1, x < Double(columns) else { return 0 }
                let (top, left) = (Int(y.rounded(.down)), Int(x.rounded(.down)))
                let (dy, dx) = (y - Double(top), x - Double(left))
                let upper: Double = (1 - dx) * pixel(image, top, left) + dx * pixel(image, top, left + 1)
                let lower: Double = (1 - dx) * pixel(image, top + 1, left) + dx * pixel(image, top + 1, left + 1)
                return (1 - dy) * upper + dy * lower
            }
            let perGroup = channels / groups
            for sample in 0..<shape[0] {
                for channel in 0..<outputs {
                    let first = channel / (outputs / groups) * perGroup
                    for position in 0..<area {
                        let (y, x) = (position / extent[1], position % extent[1])
                        var sum = hasBias ? values[3][channel] : 0
                        for inner in 0..<perGroup {
                            let image = (sample * channels + first + inner) * rows * columns
                            let group = (first + inner) / (channels / offsetGroups)
                            for tap in 0..<taps {
                                let place = (sample * offsetGroups + group) * taps + tap
                                let moved: Int = 2 * place * area + position
                                let startRow: Int = y * strides[0] - pads[0] + tap / kernel[1] * dilations[0]
                                let startColumn: Int = x * strides[1] - pads[1] + tap % kernel[1] * dilations[1]
                                let row = Double(startRow) + values[2][moved]
                                let column = Double(startColumn) + values[2][moved + area]
                                let mask = hasMask ? values[4][place * area + position] : 1
                                sum +=
                                    mask * sampled(image, row, column)
                                    * values[1][(channel * perGroup + inner) * taps + tap]
                            }
                        }
                        output[(sample * outputs + channel) * area + position] = sum
                    }
                }
            }
            return [output]
        }
    }
}
