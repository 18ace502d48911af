import EdgeModels
import EdgeTensors
import EdgeTraining
import Testing

@Suite("Autograd: random graphs") struct RandomGraphTests {
    @Test("gradients of random graphs are those of finite differences", arguments: 1...60)
    func agree(_ seed: Int) throws {
        let random = try RandomGraph(seed: UInt64(seed))
        let model = Model(name: "random", graph: random.graph, origin: "a test")
        // A kink of a `Relu` between the two measurements spoils one direction, not all.
        let outcomes = try (0..<3).map {
            try FiniteDifferences(model: model, inputs: random.inputs, step: 1e-3).check(seed: UInt64(seed * 10 + $0))
        }
        let found = outcomes.map { "\($0.measured) ~ \($0.computed)" }
        #expect(outcomes.contains { $0.agrees }, "\(model.graph.nodes.map(\.op.rawValue)): \(found)")
    }

    @Test("the same graph gives the same bits again", arguments: 1...6)
    func repeats(_ seed: Int) throws {
        let random = try RandomGraph(seed: UInt64(seed))
        let model = Model(name: "random", graph: random.graph, origin: "a test")
        let runs = try (0..<2).map { _ in
            let trainable = try TrainableModel(model)
            let outputs = try trainable.forward(random.inputs, training: true, seed: 3)
            _ = try trainable.backward(outputs.map { $0 })
            return try outputs.flatMap { try $0.elements(as: Float.self) } + Array(trainable.parameters.gradients)
        }
        #expect(runs[0].map(\.bitPattern) == runs[1].map(\.bitPattern))
    }
}
