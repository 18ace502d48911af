@testable import EdgeCompression
import EdgeModels
import EdgeTensors
import EdgeTraining
import Testing

/// Which channels go together, and that cutting those that do nothing is not felt.
@Suite struct PruneTests {
    private let image: [Dimension] = [.symbol("batch"), .fixed(3), .fixed(8), .fixed(8)]

    private func output(_ model: Model, _ data: LabelledDataset) throws -> [Float] {
        try ModelRunner(model).predictions(data).flatMap(\.values)
    }

    /// Idles channels, cuts them, and compares; then cuts half of all and runs the result.
    @discardableResult private func expectFaithful(_ model: Model, size: Int = 8) throws -> PruneReport {
        let data = try SampleNetwork.images(4, size: size)
        let (idle, groups) = try IdleChannels.make(model, share: 0.2)
        #expect(groups > 0)
        let (pruned, report) = try Pruner.prune(idle, options: PruneOptions(.ratio(0)))
        #expect(report.layers.reduce(0) { $0 + $1.kept } < report.layers.reduce(0) { $0 + $1.channels })
        let (before, after) = (try output(idle, data), try output(pruned, data))
        #expect(zip(before, after).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($0)) })
        #expect(ModelSummary(pruned).totalMACs < ModelSummary(idle).totalMACs)
        for isFitted in [false, true] {
            let (half, report) = try Pruner.prune(
                model, options: PruneOptions(.ratio(0.5)), data: isFitted ? data : nil)
            #expect(try output(half, data).count == before.count)
            #expect(report.layers.allSatisfy { $0.kept >= 1 })
        }
        return report
    }

    @Test func residualDepthwiseAndBatchNormalisation() throws {
        let report = try expectFaithful(try SampleNetwork.residual(), size: 12)
        let stem = try #require(report.layers.first { $0.name == "stem" })
        #expect(stem.coupledWith == ["pointwise"])
        #expect(stem.prunable == 16)
        #expect(report.layers.last?.reason == "an output of the model")
    }

    @Test func concatenationSplitAndFlattening() throws {
        var sketch = NetworkSketch()
        let x = sketch.input(image)
        let a = sketch.node(.relu, "ra", [try sketch.conv("a", x, from: 3, to: 8)])
        let b = sketch.node(.tanh, "rb", [try sketch.conv("b", x, from: 3, to: 4)])
        let joined = sketch.node(.concat, "joined", [a, b], ["axis": .int(1)])
        let parts = sketch.nodes(
            .split, "parts", [joined, try sketch.integers("sizes", [6, 6])], ["axis": .int(1)], outputs: 2)
        let sum = sketch.node(.add, "sum", parts)
        let turned = sketch.node(.transpose, "turned", [sum], ["perm": .ints([0, 2, 3, 1])])
        let flat = sketch.node(.reshape, "flat", [turned, try sketch.integers("target", [-1, 384])])
        let report = try expectFaithful(try sketch.model(try sketch.dense("dense", flat, from: 384, to: 3)))
        #expect(report.layers[0].coupledWith == ["b"], "the sum of both halves joins channels of a with those of b")
    }

    @Test func groupedConvolutionKeepsItsGroupsEqual() throws {
        var sketch = NetworkSketch()
        let x = sketch.input(image)
        let a = sketch.node(.relu, "ra", [try sketch.conv("a", x, from: 3, to: 16)])
        let grouped = sketch.node(.relu, "rg", [try sketch.conv("grouped", a, from: 16, to: 24, group: 4)])
        let model = try sketch.model(try sketch.conv("last", grouped, from: 24, to: 2))
        try expectFaithful(model)
        let (half, report) = try Pruner.prune(model, options: PruneOptions(.ratio(0.5)))
        let node = try #require(half.graph.nodes.first { $0.name == "grouped" })
        #expect(node.int("group") == 4)
        #expect(report.layers[0].kept % 4 == 0 && report.layers[1].kept % 4 == 0)
    }

    @Test func attentionOverChannelsAndSlopes() throws {
        var sketch = NetworkSketch()
        let x = sketch.input(image)
        let first = try sketch.conv("a", x, from: 3, to: 12)
        let a = sketch.node(.pRelu, "slopes", [first, try sketch.weights("slope", [12, 1, 1])])
        let mean = sketch.node(.globalAveragePool, "mean", [a])
        let squeezed = sketch.node(.relu, "rs", [try sketch.conv("squeeze", mean, from: 12, to: 6, kernel: 1)])
        let gate = sketch.node(.sigmoid, "gate", [try sketch.conv("excite", squeezed, from: 6, to: 12, kernel: 1)])
        let scaled = sketch.node(.mul, "scaled", [a, gate])
        let shifted = sketch.node(.mul, "factor", [scaled, try sketch.weights("factors", [1, 12, 1, 1])])
        let report = try expectFaithful(try sketch.model(try sketch.conv("last", shifted, from: 12, to: 2)))
        #expect(report.layers.first?.coupledWith == ["excite"])
    }

    @Test func whatCannotBeFollowedStaysWholeAndIsSaid() throws {
        var sketch = NetworkSketch()
        let x = sketch.input(image)
        let a = try sketch.conv("shuffled", x, from: 3, to: 8)
        let wide = sketch.node(.reshape, "apart", [a, try sketch.integers("t1", [-1, 2, 4, 8, 8])])
        let turned = sketch.node(.transpose, "turn", [wide], ["perm": .ints([0, 2, 1, 3, 4])])
        let back = sketch.node(.reshape, "together", [turned, try sketch.integers("t2", [-1, 8, 8, 8])])
        let b = try sketch.conv("free", back, from: 8, to: 8)
        let model = try sketch.model(try sketch.conv("last", b, from: 8, to: 2))
        let (pruned, report) = try Pruner.prune(model, options: PruneOptions(.ratio(0.5)))
        #expect(report.layers.map(\.kept) == [8, 4, 2])
        #expect(report.layers[0].reason == "Reshape `apart` takes channels apart")
        #expect(pruned.history.last?.effect.contains("Reshape `apart` takes channels apart") == true)
    }

    @Test func softmaxOverChannelsStops() throws {
        var sketch = NetworkSketch()
        let x = sketch.input(image)
        let a = sketch.node(.softmax, "weights", [try sketch.conv("a", x, from: 3, to: 8)], ["axis": .int(1)])
        let b = try sketch.conv("b", a, from: 8, to: 8)
        let report = try Pruner.report(try sketch.model(try sketch.conv("last", b, from: 8, to: 2)))
        #expect(report.layers.map(\.prunable) == [0, 8, 0])
        #expect(report.layers[0].reason == "Softmax `weights` weighs channels against each other")
    }

    @Test func zeroedChannelsThatABiasWakesAreNotIdle() throws {
        var sketch = NetworkSketch()
        let x = sketch.input(image)
        let a = try sketch.conv("a", x, from: 3, to: 8)
        var model = try sketch.model(try sketch.conv("last", a, from: 8, to: 2))
        let weights = try #require(model.graph.nodes[0].input(1))
        var values = try #require(try model.graph.constants[weights]?.elements(as: Float.self))
        for position in 0..<27 { values[position] = 0 }
        model.graph.constants[weights] = try Tensor(values, shape: [8, 3, 3, 3])
        let (pruned, _) = try Pruner.prune(model, options: PruneOptions(.ratio(0)))
        #expect(ModelSummary(pruned).totalParameters == ModelSummary(model).totalParameters)
    }

    @Test func aShareOfMultiplicationsIsMet() throws {
        let model = try SampleNetwork.residual()
        for share in [0.9, 0.5, 0.2] {
            let (pruned, _) = try Pruner.prune(model, options: PruneOptions(.multiplications(share)))
            let ratio = Double(ModelSummary(pruned).totalMACs) / Double(ModelSummary(model).totalMACs)
            #expect(ratio <= share && ratio > share - 0.2)
        }
    }

    @Test func aLayerKeepsItsFloorAndTheHistorySaysSo() throws {
        let model = try SampleNetwork.residual()
        let (pruned, report) = try Pruner.prune(model, options: PruneOptions(.ratio(0.9), floor: 0.5))
        #expect(report.layers[0].kept == 8)
        #expect(pruned.history.last?.effect.contains("floor") == true)
    }

    @Test func dataMakeUpForWhatWasCut() throws {
        let model = try SampleNetwork.residual(seed: 4)
        let data = try SampleNetwork.images(96)
        let unseen = try data.rows(64..<96)
        let reference = try ModelRunner(model).predictions(unseen)[0]
        func error(_ options: PruneOptions, _ sample: LabelledDataset?) throws -> Double {
            let (pruned, _) = try Pruner.prune(model, options: options, data: sample)
            return try OutputDifference(ModelRunner(pruned).predictions(unseen)[0], reference: reference).meanError
        }
        let blind = try error(PruneOptions(.ratio(0.25)), nil)
        #expect(try error(PruneOptions(.ratio(0.25)), data.rows(0..<64)) < 0.7 * blind)
        #expect(try error(PruneOptions(.ratio(0.25), criterion: .activation), data.rows(0..<64)) < 0.7 * blind)
    }

    @Test func batchNormalisationRanksItsChannels() throws {
        let model = try SampleNetwork.residual()
        let (_, report) = try Pruner.prune(
            model, options: PruneOptions(.ratio(0.5), criterion: .batchNormalization))
        #expect(report.layers.map(\.kept) == [8, 8, 5])
    }
}
