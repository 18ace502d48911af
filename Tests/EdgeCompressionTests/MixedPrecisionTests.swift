@testable import EdgeCompression
import EdgeModels
import EdgeTensors
import EdgeTraining
import PeerTesting
import Testing

/// Bits chosen layer by layer from measured errors.
@Suite struct MixedPrecisionTests {
    private func size(_ model: Model) -> Int { ModelSummary(model).totalWeightBytes }

    @Test func fewerBitsHurtMoreAndSizesAreThoseOfTheQuantizedModel() throws {
        let model = try SampleNetwork.residual()
        let data = try SampleNetwork.images(32)
        let sensitivity = try Sensitivity(model, on: data)
        #expect(sensitivity.layers.map(\.name) == ["stem", "depthwise", "pointwise", "dense"])
        for layer in sensitivity.layers {
            #expect(try #require(layer.errors[4]) > 4 * (try #require(layer.errors[8])), "\(layer.name)")
        }
        for bits in [8, 4] {
            let quantized = try Quantizer.quantize(model, options: .init(bits: bits), calibration: data)
            let counted = sensitivity.layers.reduce(sensitivity.otherBytes) { $0 + $1.bytes(bits: bits) }
            // Bounds of clamps need no place in a network of integers.
            #expect(counted >= size(quantized) && counted - size(quantized) <= 16)
        }
    }

    @Test func theSizeIsKeptAndUsed() throws {
        let model = try SampleNetwork.residual()
        let data = try SampleNetwork.images(32)
        let (eight, four) = try (
            size(Quantizer.quantize(model, options: .init(bits: 8), calibration: data)),
            size(Quantizer.quantize(model, options: .init(bits: 4), calibration: data))
        )
        let unseen = try SampleNetwork.images(32, seed: 77)
        let reference = try ModelRunner(model).predictions(unseen)[0]
        var errors: [Double] = []
        for limit in [four + 20, (eight + four) / 2, eight + 20] {
            let mixed = try MixedPrecision.quantize(model, size: limit, calibration: data)
            #expect(size(mixed) <= limit)
            errors.append(
                try OutputDifference(ModelRunner(mixed).predictions(unseen)[0], reference: reference).meanError)
            #expect(mixed.history.last?.step.contains("mixed") == true)
        }
        #expect(errors[2] < errors[0])
    }

    @Test func aSizeThatCannotBeMetIsRefusedWithTheSmallestOne() throws {
        let error = try #require(
            #expect(throws: CompressionError.self) {
                try MixedPrecision.quantize(
                    try SampleNetwork.residual(), size: 500, calibration: try SampleNetwork.images(8))
            })
        #expect(error.code == "C0008")
        #expect(error.hint?.contains("prune") == true)
        #expect(throws: CompressionError.self) {
            try MixedPrecision.quantize(try SampleNetwork.residual(), size: 0, calibration: try SampleNetwork.images(8))
        }
    }

    @Test func skippedLayersStayFloat() throws {
        let mixed = try MixedPrecision.quantize(
            try SampleNetwork.residual(), size: 4000, options: QuantizationOptions(skip: ["stem"]),
            calibration: try SampleNetwork.images(16))
        let stem = try #require(mixed.graph.nodes.first { $0.name == "stem" })
        #expect(stem.input(1).flatMap { mixed.graph.constants[$0]?.dtype } == .f32)
    }

    /// Against every choice there is.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func theKnapsackIsExact(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let parts = (0..<6).map { _ in
            (0..<3).map { _ in (size: 1 + generator.next(below: 50), cost: Double(generator.next(below: 1000))) }
        }
        for capacity in [10, 60, 120, 400] {
            var best: Double?
            for code in 0..<729 {
                var (rest, size, cost) = (code, 0, 0.0)
                for part in parts {
                    size += part[rest % 3].size
                    cost += part[rest % 3].cost
                    rest /= 3
                }
                if size <= capacity { best = min(best ?? .infinity, cost) }
            }
            let chosen = Knapsack.solve(parts, capacity: capacity)
            #expect((chosen == nil) == (best == nil))
            if let chosen {
                #expect(zip(parts, chosen).reduce(0) { $0 + $1.0[$1.1].size } <= capacity)
                #expect(zip(parts, chosen).reduce(0) { $0 + $1.0[$1.1].cost } == best)
            }
        }
    }

    @Test func aLargeKnapsackKeepsItsCapacity() throws {
        let parts = (0..<200).map { index in
            [(size: 1_000_003 + index, cost: 0.0), (size: 500_001, cost: Double(index + 1))]
        }
        let chosen = try #require(Knapsack.solve(parts, capacity: 150_000_000))
        let size = zip(parts, chosen).reduce(0) { $0 + $1.0[$1.1].size }
        #expect(size <= 150_000_000 && size > 148_000_000)
    }

    @Test func meanSquaredErrorClipsAnOutlierOnlyWhereManyValuesGain() {
        // A value a thousand times too large costs as much as a million ordinary ones when it is clipped.
        func range(repeats: Int) -> ActivationRange {
            var histogram = Histogram()
            let values = SampleNetwork.numbers(20_000, seed: 3)
            for _ in 0..<repeats { values.withUnsafeBufferPointer { histogram.add($0) } }
            [Float(1000)].withUnsafeBufferPointer { histogram.add($0) }
            return RangeSelection(method: .mse, percentile: 99.99, symmetric: false).range(of: histogram)
        }
        #expect(range(repeats: 1).high > 500)
        #expect(range(repeats: 400).high < 150)
    }
}
