import EdgeTensors

/// `ConvInteger`: a convolution of integers less their zero points, summed exactly.
enum ReferenceConvolutionInteger {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let weights = try context.operand(1).shape
        guard data.shape.count >= 3, weights.count == data.shape.count, !data.dtype.isFloat else {
            throw context.fail("weights of shape \(weights) do not fit data of shape \(data.shape)")
        }
        let geometry = try WindowGeometry(context, data: data.shape, kernel: Array(weights[2...]))
        let groups = context.node.int("group") ?? 1
        let outputs = weights[0]
        guard groups > 0, outputs % groups == 0, weights[1] * groups == geometry.channels,
            context.optional(2).map({ $0.type.count == 1 }) ?? true,
            context.optional(3).map({ $0.type.count == 1 || $0.type.count == outputs }) ?? true
        else { throw context.fail("weights of shape \(weights) do not fit data of shape \(data.shape)") }
        let result = try context.result(.i32, geometry.outputShape(channels: outputs))
        let (input, output, kernel) = (geometry.input, geometry.output, geometry.kernel)
        let (perGroup, area, taps) = (weights[1], geometry.input.reduce(1, *), geometry.kernel.reduce(1, *))
        return try .real(context, [result]) { values throws(ModelError) in
            let zero = values.count > 2 ? values[2].first ?? 0 : 0
            let zeros = values.count > 3 ? values[3] : []
            var sums: [Double] = []
            for sample in 0..<geometry.batch {
                for channel in 0..<outputs {
                    let own = zeros.isEmpty ? 0 : zeros[zeros.count == 1 ? 0 : channel]
                    let first = channel / (outputs / groups) * perGroup
                    for position in 0..<output.reduce(1, *) {
                        let at = [
                            position / (output[1] * output[2]), position / output[2] % output[1], position % output[2],
                        ]
                        var sum = 0.0
                        for kz in geometry.taps(0, at: at[0]) {
                            for ky in geometry.taps(1, at: at[1]) {
                                for kx in geometry.taps(2, at: at[2]) {
                                    var place = 0
                                    for (axis, tap) in [kz, ky, kx].enumerated() {
                                        let start: Int = at[axis] * geometry.strides[axis] - geometry.pads[axis]
                                        place = place * input[axis] + start + tap * geometry.dilations[axis]
                                    }
                                    let tap = (kz * kernel[1] + ky) * kernel[2] + kx
                                    for inner in 0..<perGroup {
                                        let from: Int = (sample * geometry.channels + first + inner) * area + place
                                        let weight: Int = (channel * perGroup + inner) * taps + tap
                                        sum += (values[0][from] - zero) * (values[1][weight] - own)
                                    }
                                }
                            }
                        }
                        sums.append(sum)
                    }
                }
            }
            return [sums]
        }
    }
}
