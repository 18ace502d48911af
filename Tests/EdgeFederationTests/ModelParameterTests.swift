import EdgeFederation
import EdgeModels
import EdgeTensors
import PeerTesting
import Testing

@Suite struct ModelParameterTests {
    private func bearing() throws -> Model {
        try ModelFile.read(path: PackageRoot.file("examples/models/bearing.onnx"))
    }

    @Test func aModelKeepsItsNamesShapesAndAnswers() throws {
        let model = try bearing()
        let parameters = try Update(parametersOf: model)
        #expect(parameters.count == ModelSummary(model).totalParameters)
        let entry = HistoryEntry(step: "aggregate", effect: "3 updates")
        let same = try parameters.model(like: model, history: entry)
        #expect(same.history.last == entry)
        let before = Dictionary(uniqueKeysWithValues: model.graph.constants.map { ($0.key, $0.value.shape) })
        #expect(Dictionary(uniqueKeysWithValues: same.graph.constants.map { ($0.key, $0.value.shape) }) == before)
        #expect(try Update(parametersOf: same).floats() == parameters.floats())
    }

    @Test func theDifferenceLeadsFromTheBaseToTheTrained() throws {
        let base = try Update(parametersOf: bearing())
        let trained = try base.mapped { $0 * 1.5 + 0.25 }
        let delta = try trained.difference(from: base)
        #expect(try Sampled.distance(base.adding(delta), trained) < 1e-5 * trained.norm())
        #expect(try Sampled.distance(base.adding(delta, scale: 0), base) == 0)
    }

    @Test func settingsOfOperatorsAreNoParameters() throws {
        var graph = Graph()
        let input = graph.addValue(name: "x", type: TensorType(dtype: .f32, shape: [.fixed(1), .fixed(2)]))
        let weight = graph.addConstant(name: "w", try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
        let low = graph.addConstant(name: "low", try Tensor(scalar: Float(0)))
        let high = graph.addConstant(name: "high", try Tensor(scalar: Float(6)))
        let hidden = graph.addValue(name: "h")
        let output = graph.addValue(name: "y")
        graph.nodes = [
            Node(name: "dense", op: .matMul, inputs: [input, weight], outputs: [hidden]),
            Node(name: "clip", op: .clip, inputs: [hidden, low, high], outputs: [output]),
        ]
        (graph.inputs, graph.outputs) = ([input], [output])
        let parameters = try Update(parametersOf: Model(name: "m", graph: graph, origin: "test"))
        #expect(parameters.parts.map(\.name) == ["w"])
    }

    @Test func quantizedAndEmptyModelsAreRefused() throws {
        var graph = Graph()
        _ = graph.addConstant(
            name: "w", try Tensor([1, 2] as [Int8], shape: [2]), quantization: Quantization(scale: 0.1, zeroPoint: 0))
        let error = #expect(throws: FederationError.self) {
            try Update(parametersOf: Model(name: "m", graph: graph, origin: "test"))
        }
        #expect(error?.message.contains("quantized") == true)
        #expect(throws: FederationError.self) {
            try Update(parametersOf: Model(name: "m", graph: Graph(), origin: "test"))
        }
    }
}
