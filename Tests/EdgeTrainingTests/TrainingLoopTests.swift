import EdgeModels
import EdgeTensors
@testable import EdgeTraining
import Foundation
import PeerTesting
import Testing

@Suite struct TrainingLoopTests {
    /// Points of two rings, which no straight line parts.
    static func rings(_ count: Int = 200, seed: UInt64 = 1) throws -> LabelledDataset {
        var random = RandomSource(seed: seed)
        var points: [Float] = []
        var labels: [Int32] = []
        for index in 0..<count {
            let angle = 2 * Double.pi * random.uniform()
            let radius = (index % 2 == 0 ? 1.0 : 2.0) + 0.15 * random.normal()
            points += [Float(radius * cos(angle)), Float(radius * sin(angle))]
            labels.append(Int32(index % 2))
        }
        return LabelledDataset(
            inputs: [try Tensor(points, shape: [count, 2])], labels: try Tensor(labels, shape: [count]))
    }

    private static func network(
        _ outputs: Int = 2, _ ending: Layer.Activation? = .softmax, dropout: Float = 0
    ) throws -> Model {
        try NetworkBuilder.build(
            [
                .dense(units: 16, bias: true, activation: .relu), .batchNormalization(epsilon: 1e-5, momentum: 0.9),
                .dropout(rate: dropout), .dense(units: outputs, bias: true, activation: ending),
            ], input: [2])
    }

    private static func options(_ epochs: Int = 12) -> TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.rate = 0.02
        return options
    }

    static func weights(_ model: Model) throws -> [UInt32] {
        try model.graph.constants.sorted { $0.key < $1.key }.flatMap { _, tensor in
            tensor.dtype == .f32 ? try tensor.elements(as: Float.self).map(\.bitPattern) : []
        }
    }

    @Test func aNetworkLearnsAndKeepsItsSoftmax() throws {
        let model = try Self.network()
        let result = try TrainingLoop(
            model, data: Self.rings(), validation: Self.rings(seed: 2), options: Self.options()
        ).run()
        #expect(result.history.count == 12 && result.ending == .done && result.watched == .metric(.accuracy))
        #expect(result.best > 0.95)
        #expect(result.model.graph.nodes.map(\.name) == model.graph.nodes.map(\.name))
        let judged = try Evaluation(result.model, on: Self.rings(seed: 2), metric: .accuracy)
        #expect(judged.value == .number(result.best))
        #expect(result.model.history.count == 1)
        // The running statistics went into the model too.
        let mean = try #require(model.graph.constants.keys.first { model.graph[$0].name.hasSuffix(".mean") })
        #expect(try result.model.graph.constants[mean]?.elements(as: Float.self).contains { $0 != 0 } == true)
    }

    @Test func oneOutputSaysYesOrNo() throws {
        let loop = try TrainingLoop(Self.network(1, .sigmoid), data: Self.rings(), options: Self.options())
        #expect(loop.loss == .binaryCrossEntropy)
        let result = try loop.run()
        let judged = try Evaluation(result.model, on: Self.rings(seed: 2), metric: .accuracy)
        #expect((judged.value.number ?? 0) > 0.95)
    }

    @Test func numbersAreLearnedWithSquaredDifferences() throws {
        let inputs: [Float] = (0..<64).map { Float($0) / 32 - 1 }
        let data = LabelledDataset(
            inputs: [try Tensor(inputs, shape: [64, 1])], labels: try Tensor(inputs.map { 3 * $0 - 0.5 }, shape: [64]))
        let model = try NetworkBuilder.build([.dense(units: 1, bias: true, activation: nil)], input: [1])
        var options = Self.options(60)
        options.optimiser = .momentum()
        options.rate = 0.05
        let result = try TrainingLoop(model, data: data, validation: data, options: options).run()
        #expect(result.watched == .metric(.rmse) && result.best < 0.01)
    }

    @Test func theSameSeedGivesTheSameBits() throws {
        func run(_ seed: UInt64, prefetch: Int = 2) throws -> [UInt32] {
            var options = Self.options(3)
            options.seed = seed
            options.augmentation.noise = 0.1
            options.prefetch = prefetch
            return try Self.weights(
                TrainingLoop(Self.network(dropout: 0.2), data: Self.rings(), options: options).run().model)
        }
        let first = try run(5)
        #expect(try run(5) == first)
        #expect(try run(5, prefetch: 0) == first)
        #expect(try run(6) != first)
    }

    @Test(arguments: [3, 7, 14, 20])
    func aRunThatWasCutOffEndsWithTheSameBits(stop: Int) throws {
        let folder = try TemporaryDirectory()
        func loop(_ path: String) throws -> TrainingLoop {
            var options = Self.options(4)
            options.optimiser = .adamW()
            options.schedule = .oneCycle()
            options.averaging = 0.9
            options.augmentation.noise = 0.05
            options.checkpoint = .init(path: folder.file(path), steps: 2)
            return try TrainingLoop(
                Self.network(dropout: 0.3), data: Self.rings(), validation: Self.rings(60, seed: 3), options: options)
        }
        struct Killed: Error {}
        let whole = try loop("whole").run()
        var steps = 0
        #expect(throws: Killed.self) {
            _ = try loop("cut").run { _ in
                steps += 1
                if steps == stop { throw Killed() }
                return true
            }
        }
        let rest = try loop("cut").run()
        #expect(try Self.weights(rest.model) == Self.weights(whole.model))
        #expect(rest.history.map(\.loss) == whole.history.map(\.loss))
        #expect(rest.history.map(\.metric) == whole.history.map(\.metric))
        // A run that is over is not run again.
        var more = 0
        let again = try loop("cut").run { _ in
            more += 1
            return true
        }
        #expect(more == 0)
        #expect(try Self.weights(again.model) == Self.weights(whole.model))
    }

    @Test func aCheckpointOfAnotherRunIsRefused() throws {
        let folder = try TemporaryDirectory()
        var options = Self.options(1)
        options.checkpoint = .init(path: folder.file("run"))
        _ = try TrainingLoop(Self.network(), data: Self.rings(), options: options).run()
        options.epochs = 2
        #expect(try TrainingLoop(Self.network(), data: Self.rings(), options: options).run().history.count == 2)
        let other = options
        #expect(throws: TrainingError.self) {
            _ = try TrainingLoop(Self.network(), data: Self.rings(seed: 9), options: other).run()
        }
        options.seed = 1
        let changed = options
        let error = #expect(throws: TrainingError.self) {
            _ = try TrainingLoop(Self.network(), data: Self.rings(), options: changed).run()
        }
        #expect(error?.code == "L0010")
        options.checkpoint?.resumes = false
        #expect(try TrainingLoop(Self.network(), data: Self.rings(), options: options).run().history.count == 2)
        try Data("edgesh checkpoint 1\nno".utf8).write(to: URL(fileURLWithPath: folder.file("run")))
        #expect(throws: TrainingError.self) {
            _ = try TrainingLoop(Self.network(), data: Self.rings(), options: changed).run()
        }
    }

    @Test func trainingEndsWhereNothingBecomesBetter() throws {
        var options = Self.options(50)
        options.rate = 1e-9
        options.patience = 3
        let result = try TrainingLoop(
            Self.network(), data: Self.rings(), validation: Self.rings(seed: 2), options: options
        ).run()
        #expect(result.ending == .stopped && result.history.count < 20)
        #expect(result.history.count - result.bestEpoch <= 3)
    }

    @Test func whoeverInterruptsGetsTheBestSoFar() throws {
        let loop = try TrainingLoop(
            Self.network(), data: Self.rings(), validation: Self.rings(seed: 2), options: Self.options())
        let result = try loop.run { $0.epoch < 4 }
        #expect(result.ending == .interrupted && result.history.count == 3 && (1...3).contains(result.bestEpoch))
        let judged = try Evaluation(result.model, on: Self.rings(seed: 2), metric: .accuracy)
        #expect(judged.value == .number(result.best))
    }

    @Test func aLossThatIsNoNumberEndsTheRunAndSaysWhere() throws {
        var options = Self.options(3)
        options.optimiser = .sgd
        options.rate = 1e30
        let wild = options
        let error = #expect(throws: TrainingError.self) {
            _ = try TrainingLoop(Self.network(2, nil), data: Self.rings(), options: wild).run()
        }
        #expect(error?.code == "L0009" && error?.message.contains("epoch 1") == true)
        var values = try Self.rings().inputs[0].elements(as: Float.self)
        values[7] = .nan
        let data = LabelledDataset(inputs: [try Tensor(values, shape: [200, 2])], labels: try Self.rings().labels)
        let bad = #expect(throws: TrainingError.self) {
            _ = try TrainingLoop(Self.network(), data: data, options: Self.options(1)).run()
        }
        #expect(bad?.hint?.contains("no numbers") == true)
    }

    @Test func frozenLayersStayAsTheyAre() throws {
        let model = try Self.network()
        func values(_ model: Model, _ name: String) throws -> [Float] {
            let id = try #require(model.graph.constants.keys.first { model.graph[$0].name == name })
            return try #require(model.graph.constants[id]).elements(as: Float.self)
        }
        var options = Self.options(1)
        let first = try TrainingLoop(model, data: Self.rings(), options: options, frozenLayers: 1).run().model
        #expect(try values(first, "dense1.weight") == values(model, "dense1.weight"))
        #expect(try values(first, "dense2.weight") != values(model, "dense2.weight"))
        options.frozen = ["dense2"]
        let second = try TrainingLoop(model, data: Self.rings(), options: options).run().model
        #expect(try values(second, "dense1.weight") != values(model, "dense1.weight"))
        #expect(try values(second, "dense2.weight") == values(model, "dense2.weight"))
        options.frozen = ["nowhere"]
        let wrong = options
        #expect(throws: TrainingError.self) { try TrainingLoop(model, data: Self.rings(), options: wrong) }
        options.frozen = ["Gemm", "BatchNormalization"]
        let all = options
        #expect(throws: TrainingError.self) { try TrainingLoop(model, data: Self.rings(), options: all) }
    }

    @Test func aStudentLearnsFromATeacherAlone() throws {
        let teacher = try TrainingLoop(Self.network(2, nil), data: Self.rings(), options: Self.options(20)).run().model
        let session = try Session(teacher)
        // Labels that say nothing: all that is learned comes from the teacher.
        var data = try Self.rings()
        data.labels = try Tensor([Int32](repeating: 0, count: 200), shape: [200])
        let student = try TrainingLoop(
            Self.network(2, nil), data: data, options: Self.options(20),
            teacher: .init(Distillation(temperature: 2, share: 1)) { try session.run($0)[0] }
        ).run().model
        let judged = try Evaluation(student, on: Self.rings(seed: 2), metric: .accuracy)
        #expect((judged.value.number ?? 0) > 0.9)
    }

    @Test func aModelForOneSampleAtATimeIsTrainedInBatches() throws {
        var model = try Self.network()
        model.graph[model.graph.inputs[0]].type?.shape = [.fixed(1), .fixed(2)]
        for node in model.graph.nodes { for id in node.outputs { model.graph[id].type?.shape = nil } }
        try model.graph.inferShapes()
        #expect(model.graph.type(of: model.graph.outputs[0])?.fixedShape == [1, 2])
        let result = try TrainingLoop(model, data: Self.rings(), options: Self.options(10)).run()
        #expect(result.model.graph.type(of: result.model.graph.outputs[0])?.fixedShape == [1, 2])
        let judged = try Evaluation(result.model, on: Self.rings(seed: 2), metric: .accuracy)
        #expect((judged.value.number ?? 0) > 0.9)
    }

    @Test func whatCannotBeTrainedIsRefused() throws {
        let data = try Self.rings()
        let model = try Self.network()
        func refused(_ change: (inout TrainingOptions) -> Void) -> Bool {
            var options = Self.options()
            change(&options)
            do { _ = try TrainingLoop(model, data: data, options: options).run() } catch {
                return error is TrainingError
            }
            return false
        }
        #expect(refused { $0.epochs = 0 })
        #expect(refused { $0.rate = .nan })
        #expect(refused { $0.smoothing = 1 })
        #expect(refused { $0.classWeights = .given([1, 2, 3]) })
        #expect(refused { $0.warmup = 1000 })
        #expect(refused { $0.loss = .meanSquared })
        #expect(throws: TrainingError.self) {
            var wide = data
            wide.labels = try Tensor((0..<200).map { Int32($0 % 3) }, shape: [200])
            _ = try TrainingLoop(model, data: wide, options: Self.options()).run()
        }
        #expect(throws: TrainingError.self) {
            _ = try TrainingLoop(model, data: data.rows([Int]()), options: Self.options())
        }
    }
}
