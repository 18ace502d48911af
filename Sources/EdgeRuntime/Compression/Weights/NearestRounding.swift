/// Rounds weights to the nearest step, without looking at data.
struct NearestRounding {
    let bits: Int
    /// One scale for the whole layer.
    var perTensor = false

    /// The largest integer used: scales are symmetric, and -128, -8 and -2 are left out, as TFLite asks of 8-bit weights.
    static func largest(bits: Int) -> Float { Float((1 << (bits - 1)) - 1) }

    /// - Parameter smallestScales: One lower bound a row, below which a bias would not fit 32 bits; nil where there is none.
    func quantize(
        _ weights: [Float], rows: Int, columns: Int, group: Int? = nil, smallestScales: [Float]? = nil
    ) -> QuantizedWeights {
        var result = QuantizedWeights(rows: rows, columns: columns, group: group ?? columns)
        let largest = NearestRounding.largest(bits: bits)
        let common = perTensor ? scale(of: weights[...]) : nil
        for row in 0..<rows {
            for part in 0..<result.groupsPerRow {
                let start = row * columns + part * result.group
                let end = min(start + result.group, (row + 1) * columns)
                let scale = max(common ?? scale(of: weights[start..<end]), smallestScales?[row] ?? 0)
                result.scales[row * result.groupsPerRow + part] = scale
                for position in start..<end {
                    let step = (weights[position] / scale).rounded(.toNearestOrEven)
                    result.integers[position] = Int8(max(-largest, min(largest, step)))
                }
            }
        }
        return result
    }

    /// 8 bits: the largest magnitude takes the last step. Fewer: the scale with the smallest squared error, clipping included.
    private func scale(of weights: ArraySlice<Float>) -> Float {
        let largest = NearestRounding.largest(bits: bits)
        let magnitude = weights.reduce(0) { max($0, abs($1)) }
        guard magnitude > 0, magnitude.isFinite else { return 1 }
        guard bits < 8 else { return magnitude / largest }
        var best = magnitude / largest
        var smallest = Float.infinity
        // With three numbers in all the best scale lies far below the largest weight.
        for factor in stride(from: Float(1), through: bits == 2 ? 0.1 : 0.4, by: -0.01) {
            let scale = magnitude * factor / largest
            var error: Float = 0
            for weight in weights {
                let step = max(-largest, min(largest, (weight / scale).rounded(.toNearestOrEven)))
                let difference = weight - step * scale
                error += difference * difference
            }
            if error < smallest {
                smallest = error
                best = scale
            }
        }
        return best
    }
}
