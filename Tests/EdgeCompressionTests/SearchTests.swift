@testable import EdgeCompression
import EdgeDeployment
import EdgeModels
import EdgeTensors
import EdgeTraining
import PeerTesting
import Testing

/// Searching for networks within a budget.
@Suite struct SearchTests {
    /// The sample network, and images labelled with the classes that it gives them.
    private func task() throws -> (Model, LabelledDataset) {
        let model = try SampleNetwork.residual()
        var data = try SampleNetwork.images(64)
        let predictions = try ModelRunner(model).predictions(data)[0]
        data.labels = try Tensor((0..<64).map { Int32(predictions.predictedClass($0)) }, shape: [64])
        return (model, data)
    }

    private func device() throws -> DeviceProfile {
        try DeviceLibrary.profile(PackageRoot.file("stdlib/devices/cortex-m4.yaml"))
    }

    @Test(arguments: SearchOptions.Strategy.allCases) func theBestKeepsTheBudgetAndTheSeedDecides(
        strategy: SearchOptions.Strategy
    ) throws {
        let (model, data) = try task()
        let options = SearchOptions(
            budget: SearchBudget(size: 2400), evaluations: 8, seed: 5, strategy: strategy)
        let first = try ModelSearch.run(model, on: data, options: options)
        let best = try #require(first.best)
        #expect(first.evaluations == 8)
        #expect(best.size <= 2400)
        #expect(best.size == ModelSummary(best.model).totalWeightBytes)
        let judged = try Evaluation(best.model, on: data, metric: .accuracy).value.number
        #expect(judged == best.accuracy)
        #expect(best.model.history.last?.step.hasPrefix("search(budget: {size: 2400B}") == true)
        let second = try ModelSearch.run(model, on: data, options: options)
        #expect(second.best?.bits.map(\.bits) == best.bits.map(\.bits))
        #expect(second.message == first.message)
    }

    @Test func noCandidateOfTheFrontBeatsAnother() throws {
        let (model, data) = try task()
        let result = try ModelSearch.run(
            model, on: data,
            options: SearchOptions(budget: SearchBudget(latency: 1), device: try device(), evaluations: 12, seed: 1))
        for a in result.front {
            for b in result.front {
                let isNowhereWorse =
                    a.accuracy >= b.accuracy && a.size <= b.size && (a.latency ?? 0) <= (b.latency ?? 0)
                    && (a.memory ?? 0) <= (b.memory ?? 0)
                let isBetter =
                    a.accuracy > b.accuracy || a.size < b.size || (a.latency ?? 0) < (b.latency ?? 0)
                    || (a.memory ?? 0) < (b.memory ?? 0)
                #expect(!(isNowhereWorse && isBetter))
            }
        }
        #expect(result.front.contains { $0.bits.contains { $0.bits == 4 } })
    }

    @Test func latencyAndMemoryAreThoseOfTheDevice() throws {
        let (model, data) = try task()
        let device = try device()
        let whole = try CostEstimator.estimate(
            Quantizer.quantize(model, calibration: data), on: device)
        let result = try ModelSearch.run(
            model, on: data,
            options: SearchOptions(
                budget: SearchBudget(latency: 0.8 * whole.latency), device: device, evaluations: 10, seed: 2))
        let best = try #require(result.best)
        #expect(try #require(best.latency) <= 0.8 * whole.latency)
        #expect(best.latency == (try CostEstimator.estimate(best.model, on: device).latency))
        #expect(ModelSummary(best.model).totalMACs < ModelSummary(model).totalMACs)
    }

    @Test func aBudgetThatNothingMeetsIsAnsweredWithHowCloseItCame() throws {
        let (model, data) = try task()
        let result = try ModelSearch.run(
            model, on: data, options: SearchOptions(budget: SearchBudget(size: 700, accuracy: 0.99), evaluations: 6))
        #expect(result.best == nil)
        #expect(result.closest.violation > 0)
        #expect(result.message.hasPrefix("none of 6 networks meets the budget"))
        #expect(result.message.contains("too large") || result.message.contains("is asked for"))
    }

    @Test func whatCannotBeSearchedIsRefused() throws {
        let (model, data) = try task()
        func refusal(_ options: SearchOptions, _ data: LabelledDataset) throws -> CompressionError {
            try #require(
                #expect(throws: CompressionError.self) { try ModelSearch.run(model, on: data, options: options) })
        }
        #expect(try refusal(SearchOptions(budget: SearchBudget(latency: 0.1)), data).hint?.contains("target") == true)
        #expect(try refusal(SearchOptions(budget: SearchBudget(size: -4)), data).code == "C0001")
        #expect(try refusal(SearchOptions(budget: SearchBudget(accuracy: .nan)), data).code == "C0001")
        #expect(try refusal(SearchOptions(budget: SearchBudget(size: 1), evaluations: 0), data).code == "C0001")
        let options = SearchOptions(budget: SearchBudget(size: 2000), evaluations: 2)
        let empty = LabelledDataset(inputs: [try Tensor(zeros: [0, 3, 12, 12])], labels: nil)
        #expect(try refusal(options, empty).code == "C0005")
        #expect(throws: TrainingError.self) {
            try ModelSearch.run(model, on: try SampleNetwork.images(4, channels: 2), options: options)
        }
        #expect(throws: CompressionError.self) {
            try ModelSearch.run(try Quantizer.quantize(model, calibration: data), on: data, options: options)
        }
    }

    @Test func theLastBiasesAreFittedToTheLabels() throws {
        let (given, labelled) = try task()
        var (model, data) = (try Pruner.prepare(given, PruneOptions(.ratio(0))).model, labelled)
        // A network that was taught another mixture of classes: one of its outputs hardly ever wins.
        let layer = try #require(
            model.graph.nodes.indices.reversed().compactMap {
                WeightLayer(model.graph.nodes[$0], position: $0, in: model.graph)
            }
            .first)
        let bias = try #require(layer.bias)
        let values = try #require(try layer.biasValues(model.graph))
        model.graph.constants[bias] = try Tensor([values[0] - 8] + values.dropFirst(), shape: [values.count])
        func accuracy(_ model: Model) throws -> Double {
            try #require(try Evaluation(model, on: data, metric: .accuracy).value.number)
        }
        let before = try accuracy(model)
        let fitted = try #require(try OutputBias.fitted(model, on: data))
        #expect(try accuracy(fitted) > before + 0.1, "\(before)")
        #expect(fitted.graph.nodes.count == model.graph.nodes.count)
        data.labels = nil
        #expect(try OutputBias.fitted(model, on: data) == nil, "without labels there is nothing to fit to")
    }

    /// The budget is one that uniform 8 bits keep, so that both alternatives are within it.
    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func onKeywordsASearchBeatsUniformBitsOnSamplesItHasNotSeen() throws {
        let (model, data) = (try KeywordSpotting.model(), try KeywordSpotting.data())
        let halves = try data.split(0.5, stratified: true)
        func accuracy(_ model: Model) throws -> Double {
            try #require(try Evaluation(model, on: halves.second, metric: .accuracy).value.number)
        }
        let found = try ModelSearch.run(
            model, on: halves.first,
            options: SearchOptions(budget: SearchBudget(size: 30_000), evaluations: 12, seed: 1))
        let best = try #require(found.best)
        #expect(best.size <= 30_000)
        for bits in [8, 4] {
            let uniform = try Quantizer.quantize(
                model, options: .init(bits: bits), calibration: halves.first.sample(100))
            #expect(try accuracy(best.model) > accuracy(uniform))
        }
    }

    @Test func aNetworkThatCannotBeCutIsSearchedByBitsAlone() throws {
        var sketch = NetworkSketch()
        let x = sketch.input([.symbol("n"), .fixed(8)])
        let model = try sketch.model(try sketch.dense("only", x, from: 8, to: 3))
        let values = SampleNetwork.numbers(8 * 20, seed: 2)
        var data = LabelledDataset(inputs: [try Tensor(values, shape: [20, 8])], labels: nil)
        data.labels = try Tensor((0..<20).map { Int32($0 % 3) }, shape: [20])
        let result = try ModelSearch.run(
            model, on: data, options: SearchOptions(budget: SearchBudget(size: 70), evaluations: 20))
        #expect(result.best != nil)
        #expect(result.evaluations <= 9, "three bit widths and three ways of calibration")
    }

    @Test func cancellation() throws {
        struct Stop: Error {}
        let (model, data) = try task()
        #expect(throws: Stop.self) {
            try ModelSearch.run(
                model, on: data, options: SearchOptions(budget: SearchBudget(size: 2400), evaluations: 8)
            ) { if $0 > 0.5 { throw Stop() } }
        }
    }
}
