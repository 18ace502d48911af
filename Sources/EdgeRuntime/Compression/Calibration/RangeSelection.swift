import EdgeModels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Chooses the range of an activation from the histogram of its values.
struct RangeSelection: Sendable {
    let method: CalibrationMethod
    /// In percent; see `QuantizationOptions.percentile`.
    let percentile: Double
    let symmetric: Bool

    func range(of histogram: Histogram) -> ActivationRange {
        guard !histogram.isEmpty else { return ActivationRange(low: 0, high: 0) }
        let whole = ActivationRange(low: histogram.minimum, high: histogram.maximum)
        guard histogram.limit > 0 else { return whole }
        switch method {
        case .minMax: return whole
        case .percentile:
            let tail = (100 - percentile) / 100
            // A one-sided range spends the whole tail on its open side.
            if histogram.minimum >= 0 { return ActivationRange(low: 0, high: histogram.quantile(1 - tail)) }
            return ActivationRange(low: histogram.quantile(tail / 2), high: histogram.quantile(1 - tail / 2))
        case .mse: return smallestError(histogram, whole)
        case .entropy: return smallestDivergence(histogram, whole)
        }
    }

    // MARK: Mean squared error

    /// Shrinks the ends in turn: a coarse search over a common factor, then over each end alone.
    private func smallestError(_ histogram: Histogram, _ whole: ActivationRange) -> ActivationRange {
        let occupied = histogram.counts.indices.filter { histogram.counts[$0] > 0 }
        let values = occupied.map { histogram.center($0) }
        let weights = occupied.map { histogram.counts[$0] }
        var best = whole
        var smallest = Double.infinity
        func attempt(_ range: ActivationRange) {
            let error = self.error(of: range, values, weights)
            if error < smallest {
                smallest = error
                best = range
            }
        }
        // A far outlier may stand a thousand times above everything else; whether it pays to clip it, its square decides.
        let factors =
            Array(stride(from: Float(1), through: 0.1, by: -0.02))
            + (1...28).map { step in
                (0..<step).reduce(Float(0.1)) { factor, _ in factor * 0.85 }
            }
        for factor in factors { attempt(ActivationRange(low: whole.low * factor, high: whole.high * factor)) }
        guard !symmetric else { return best }
        for _ in 0..<2 {
            let (low, high) = (best.low, best.high)
            for factor in factors where low < 0 { attempt(ActivationRange(low: whole.low * factor, high: high)) }
            let chosen = best.low
            for factor in factors where high > 0 { attempt(ActivationRange(low: chosen, high: whole.high * factor)) }
        }
        return best
    }

    /// The sum of squared errors when the values are rounded in the range.
    private func error(of range: ActivationRange, _ values: [Double], _ weights: [Double]) -> Double {
        let quantization = range.quantization(symmetric: symmetric)
        let scale = Double(quantization.scales[0])
        let zero = Double(quantization.zeroPoints[0])
        var sum = 0.0
        for (value, weight) in zip(values, weights) {
            let step = min(127, max(-128, (value / scale).rounded() + zero)) - zero
            let difference = value - step * scale
            // Within a step values spread evenly, which adds a twelfth of the bin; it is the same for all ranges.
            sum += weight * difference * difference
        }
        return sum
    }

    // MARK: Entropy

    /// The clip with the smallest Kullback-Leibler divergence between the distribution clipped and the same in 128 (one-sided:
    /// 255) steps, as S. Migacz describes it in "8-bit inference with TensorRT", 2017. Both sides are clipped by the same factor.
    private func smallestDivergence(_ histogram: Histogram, _ whole: ActivationRange) -> ActivationRange {
        let bins = 2048
        let magnitude = max(-whole.low, whole.high)
        let isOneSided = whole.low == 0 || whole.high == 0
        let levels = isOneSided && !symmetric ? 255 : 128
        var magnitudes = [Double](repeating: 0, count: bins)
        for (bin, count) in histogram.counts.enumerated() where count > 0 {
            let position = Int(abs(histogram.center(bin)) / Double(magnitude) * Double(bins))
            magnitudes[min(bins - 1, position)] += count
        }
        // Exact zeros (after a rectifier, most values) are represented exactly whatever the clip and would drown the rest.
        magnitudes[0] = magnitudes[1]
        var best = bins
        var smallest = Double.infinity
        for kept in stride(from: levels, through: bins, by: 8) {
            let divergence = self.divergence(magnitudes, kept: kept, levels: levels)
            if divergence < smallest {
                smallest = divergence
                best = kept
            }
        }
        let clip = magnitude * Float(best) / Float(bins)
        return ActivationRange(low: max(whole.low, -clip), high: min(whole.high, clip))
    }

    private func divergence(_ counts: [Double], kept: Int, levels: Int) -> Double {
        var reference = Array(counts[..<kept])
        let outliers = counts[kept...].reduce(0, +)
        reference[kept - 1] += outliers
        var coarse = [Double](repeating: 0, count: kept)
        for level in 0..<levels {
            let start = level * kept / levels
            let end = max(start + 1, (level + 1) * kept / levels)
            let occupied = (start..<end).count { counts[$0] > 0 }
            guard occupied > 0 else { continue }
            let mean = counts[start..<end].reduce(0, +) / Double(occupied)
            for bin in start..<end where counts[bin] > 0 { coarse[bin] = mean }
        }
        let (total, coarseTotal) = (reference.reduce(0, +), coarse.reduce(0, +))
        guard total > 0, coarseTotal > 0 else { return .infinity }
        // Where only clipped values fall, the coarse side gets a trace in place of an infinite divergence.
        let trace = 1e-4
        var sum = 0.0
        for (p, q) in zip(reference, coarse) where p > 0 {
            let (p, q) = (p / total, max(q / coarseTotal, trace / Double(kept)))
            sum += p * log(p / q)
        }
        return sum
    }
}
