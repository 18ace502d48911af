@testable import EdgeCompression
import EdgeModels
import EdgeTensors
import EdgeTraining
import Testing

/// What cannot be pruned is refused with words that help.
@Suite struct PruneErrorTests {
    private func refusal(
        _ options: PruneOptions, _ data: LabelledDataset? = nil, model: Model? = nil
    ) throws -> CompressionError {
        let network = try model ?? SampleNetwork.residual()
        return try #require(
            #expect(throws: CompressionError.self) { try Pruner.prune(network, options: options, data: data) })
    }

    @Test(arguments: [-0.1, 1, .nan, .infinity]) func aRatioOutOfRange(ratio: Double) throws {
        #expect(try refusal(PruneOptions(.ratio(ratio))).code == "C0001")
    }

    @Test(arguments: [0, 1.5, .nan]) func aShareOfMultiplicationsOutOfRange(share: Double) throws {
        #expect(try refusal(PruneOptions(.multiplications(share))).code == "C0001")
    }

    @Test func anUnknownLayerIsCorrected() throws {
        let error = try refusal(PruneOptions(.ratio(0.5), protected: ["pointwize"]))
        #expect(error.code == "C0003")
        #expect(error.message.contains("`protect`"))
        #expect(error.hint?.contains("\"pointwise\"") == true)
    }

    @Test func aProtectedLayerStaysWholeAndSoDoesWhatIsCoupled() throws {
        let report = try Pruner.report(try SampleNetwork.residual(), protected: ["pointwise"])
        #expect(report.layers.map(\.prunable) == [0, 0, 0])
    }

    @Test func weightsThatAreNotNumbers() throws {
        var model = try SampleNetwork.residual()
        let id = try #require(model.graph.nodes[0].input(1))
        var values = try #require(try model.graph.constants[id]?.elements(as: Float.self))
        values[7] = .nan
        model.graph.constants[id] = try Tensor(values, shape: [16, 3, 3, 3])
        let error = try refusal(PruneOptions(.ratio(0.5)), model: model)
        #expect(error.code == "C0007")
        #expect(error.message.contains("stem"))
    }

    @Test func dataThatDoNotFit() throws {
        let model = try SampleNetwork.residual()
        let options = PruneOptions(.ratio(0.5))
        #expect(throws: TrainingError.self) {
            try Pruner.prune(model, options: options, data: try SampleNetwork.images(4, channels: 2))
        }
        let empty = LabelledDataset(inputs: [try Tensor(zeros: [0, 3, 12, 12])], labels: nil)
        #expect(try refusal(options, empty).code == "C0005")
        var values = SampleNetwork.numbers(2 * 432, seed: 1)
        values[5] = .nan
        let bad = LabelledDataset(inputs: [try Tensor(values, shape: [2, 3, 12, 12])], labels: nil)
        #expect(try refusal(options, bad).code == "C0005")
        #expect(try refusal(PruneOptions(.ratio(0.5), criterion: .activation), bad).code == "C0005")
    }

    @Test func activationNeedsDataAndBatchNormNeedsItsLayers() throws {
        #expect(try refusal(PruneOptions(.ratio(0.5), criterion: .activation)).hint?.contains("data") == true)
        var sketch = NetworkSketch()
        let x = sketch.input([.fixed(1), .fixed(3), .fixed(8), .fixed(8)])
        let a = try sketch.conv("a", x, from: 3, to: 8)
        let model = try sketch.model(try sketch.conv("b", a, from: 8, to: 2))
        let error = try refusal(PruneOptions(.ratio(0.5), criterion: .batchNormalization), model: model)
        #expect(error.hint?.contains("magnitude") == true)
    }

    @Test func nothingToPrune() throws {
        var sketch = NetworkSketch()
        let x = sketch.input([.fixed(1), .fixed(4)])
        let single = try sketch.model(try sketch.dense("only", x, from: 4, to: 2))
        #expect(try refusal(PruneOptions(.ratio(0.5)), model: single).code == "C0006")
        var empty = NetworkSketch()
        let y = empty.input([.fixed(1), .fixed(4)])
        let bare = try empty.model(empty.node(.relu, "r", [y]))
        #expect(try refusal(PruneOptions(.ratio(0.5)), model: bare).code == "C0006")
    }

    @Test func aQuantizedModel() throws {
        let quantized = try Quantizer.quantize(
            try SampleNetwork.residual(), calibration: try SampleNetwork.images(8))
        let error = try refusal(PruneOptions(.ratio(0.5)), model: quantized)
        #expect(error.code == "C0002")
        #expect(error.hint?.hasPrefix("prune") == true)
    }

    @Test func cancellation() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try Pruner.prune(
                try SampleNetwork.residual(), options: PruneOptions(.ratio(0.5)), data: try SampleNetwork.images(8)
            ) { if $0 > 0.4 { throw Stop() } }
        }
    }
}
