@testable import EdgeCompression
import EdgeModels
import EdgeTraining
import Testing

@Suite struct CalibrationTests {
    /// A bell with a few far outliers.
    private func histogram(outlier: Float = 40) -> Histogram {
        var generator = SeededGenerator(seed: 1)
        var values = (0..<20000).map { _ -> Float in
            (0..<12).reduce(Float(-6)) { sum, _ in sum + Float(generator.next() >> 40) / Float(1 << 24) }
        }
        values.append(outlier)
        var result = Histogram()
        for start in stride(from: 0, to: values.count, by: 1000) {
            values[start..<min(start + 1000, values.count)].withUnsafeBufferPointer { result.add($0) }
        }
        return result
    }

    private func range(_ method: CalibrationMethod, _ histogram: Histogram, symmetric: Bool = false) -> ActivationRange
    {
        RangeSelection(method: method, percentile: 99.9, symmetric: symmetric).range(of: histogram)
    }

    @Test func aHistogramKeepsItsCountsWhileItsRangeDoubles() {
        let histogram = histogram()
        #expect(histogram.total == 20001)
        #expect(histogram.counts.reduce(0, +) == 20001)
        #expect(histogram.maximum == 40)
        #expect(histogram.width < 40.0 / 1024)
        #expect(abs(histogram.quantile(0.5)) < 0.05)
    }

    @Test func whatIsNotFiniteIsPassedOver() {
        var histogram = Histogram()
        ([Float.nan, .infinity, -.infinity, 1] as [Float]).withUnsafeBufferPointer { histogram.add($0) }
        #expect(histogram.total == 1 && histogram.maximum == 1)
        var zeros = Histogram()
        ([0, 0] as [Float]).withUnsafeBufferPointer { zeros.add($0) }
        #expect(range(.entropy, zeros).quantization(symmetric: false).scales == [1])
    }

    @Test func minMaxClipsNothingPercentileAndEntropyClipTheOutlier() {
        let histogram = histogram()
        #expect(range(.minMax, histogram).high == 40)
        for method in [CalibrationMethod.percentile, .entropy] {
            let found = range(method, histogram)
            #expect(found.high < 20, "\(method)")
            #expect(found.high > 2 && found.low < -2, "\(method)")
        }
    }

    @Test func theRangeOfMeanSquaredErrorHasASmallerErrorThanMinMax() {
        let histogram = histogram()
        func error(_ range: ActivationRange) -> Double {
            let q = range.quantization(symmetric: false)
            return histogram.counts.indices.reduce(0) { sum, bin in
                let value = histogram.center(bin)
                let step = min(127, max(-128, (value / Double(q.scales[0])).rounded() + Double(q.zeroPoints[0])))
                let difference = value - (step - Double(q.zeroPoints[0])) * Double(q.scales[0])
                return sum + histogram.counts[bin] * difference * difference
            }
        }
        #expect(error(range(.mse, histogram)) < error(range(.minMax, histogram)))
    }

    @Test func zeroIsExactInEveryRange() {
        for (low, high) in [(Float(0), Float(6)), (-1, 1), (-0.3, 5.7), (-4, 0), (2, 3)] {
            let range = ActivationRange(low: low, high: high)
            let q = range.quantization(symmetric: false)
            #expect((-128...127).contains(q.zeroPoints[0]))
            #expect(abs((Float(127) - Float(q.zeroPoints[0])) * q.scales[0] - max(0, high)) <= q.scales[0])
            #expect(range.quantization(symmetric: true).zeroPoints == [0])
        }
        #expect(ActivationRange(low: 0, high: 6).quantization(symmetric: false).zeroPoints == [-128])
    }
}
