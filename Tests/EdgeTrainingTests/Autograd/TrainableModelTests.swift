import EdgeModels
import EdgeTensors
import EdgeTraining
import Testing

@Suite("Autograd: trainable models") struct TrainableModelTests {
    /// images → convolution → batch normalisation → relu → dropout → mean → dense
    private func network(batch: Dimension = .symbol("batch"), dropout: Float = 0.5) throws -> Model {
        var graph = Graph()
        var source = RandomSource(seed: 5)
        func constant(_ name: String, _ shape: [Int]) throws -> ValueID {
            graph.addConstant(name: name, try Tensor(uniform: -1...1, shape: shape, from: &source))
        }
        func node(_ op: Operator, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:]) -> ValueID {
            let id = graph.addValue(name: "\(op.rawValue).out")
            graph.nodes.append(
                Node(name: op.rawValue, op: op, inputs: inputs, outputs: [id], attributes: attributes))
            return id
        }
        let images = graph.addValue(
            name: "images", type: TensorType(dtype: .f32, shape: [batch, .fixed(2), .fixed(6), .fixed(6)]))
        graph.inputs = [images]
        let convolved = node(
            .conv, [images, try constant("kernel", [4, 2, 3, 3]), try constant("kernel bias", [4])],
            ["pads": .ints([1, 1, 1, 1])])
        let ones = try Tensor([Float](repeating: 1, count: 4), shape: [4])
        let zeros = try Tensor(zeros: [4])
        let normalized = node(
            .batchNormalization,
            [
                convolved, try constant("scale", [4]), try constant("shift", [4]),
                graph.addConstant(name: "mean", zeros), graph.addConstant(name: "variance", ones),
            ])
        let half = graph.addConstant(name: "half", try Tensor(scalar: Float(0.5)))
        let scaled = node(.mul, [node(.relu, [normalized]), half])
        let ratio = graph.addConstant(name: "ratio", try Tensor(scalar: dropout))
        let pooled = node(.globalAveragePool, [node(.dropout, [scaled, ratio])])
        let flat = node(.flatten, [pooled], ["axis": .int(1)])
        graph.outputs = [
            node(.gemm, [flat, try constant("dense", [3, 4]), try constant("dense bias", [3])], ["transB": .int(1)])
        ]
        try graph.inferShapes()
        return Model(name: "network", graph: graph, origin: "a test")
    }

    private func images(_ count: Int, seed: UInt64 = 9) throws -> Tensor {
        var source = RandomSource(seed: seed)
        return try Tensor(uniform: -1...1, shape: [count, 2, 6, 6], from: &source)
    }

    @Test func parametersHaveNamesShapesAndRoles() throws {
        let trainable = try TrainableModel(try network())
        let found = trainable.parameters.entries.map { "\($0.name) \($0.shape) \($0.role)" }
        #expect(
            found == [
                "kernel [4, 2, 3, 3] weight", "kernel bias [4] bias", "scale [4] normalization",
                "shift [4] normalization", "dense [3, 4] weight", "dense bias [3] bias",
            ])
        #expect(trainable.statistics.entries.map(\.name) == ["mean", "variance"])
        #expect(trainable.parameters.count == 72 + 4 + 4 + 4 + 12 + 3)
    }

    @Test func frozenConstantsStay() throws {
        let trainable = try TrainableModel(try network(), frozen: { $0.hasPrefix("kernel") })
        #expect(trainable.parameters.entries.map(\.name) == ["scale", "shift", "dense", "dense bias"])
        let outputs = try trainable.forward([try images(3)], training: true, seed: 1)
        _ = try trainable.backward(outputs)
        #expect(trainable.parameters.gradients.contains { $0 != 0 })
    }

    @Test func inferenceGivesWhatASessionGives() throws {
        let model = try network()
        let trainable = try TrainableModel(model)
        let expected = try Session(model).run([try images(5)])[0].elements(as: Float.self)
        let found = try trainable.forward([try images(5)], training: false, seed: 1)[0].elements(as: Float.self)
        #expect(relativeDifference(expected.map(Double.init), found) < 1e-5)
    }

    @Test func statisticsFollowTheDataInTrainingAlone() throws {
        let trainable = try TrainableModel(try network())
        _ = try trainable.forward([try images(5)], training: false, seed: 1)
        #expect(Array(trainable.statistics.values) == [0, 0, 0, 0, 1, 1, 1, 1])
        _ = try trainable.forward([try images(5)], training: true, seed: 1)
        #expect(trainable.statistics.values.allSatisfy { $0 != 0 && $0 != 1 })
        let kept = Array(trainable.statistics.values)
        let outputs = try trainable.forward([try images(5)], training: false, seed: 1)
        _ = try trainable.backward(outputs, inputGradients: true)
        #expect(Array(trainable.statistics.values) == kept)
    }

    @Test func runningTheForwardPassAgainForInputGradientsLeavesStatisticsAlone() throws {
        let trainable = try TrainableModel(try network())
        let outputs = try trainable.forward([try images(4)], training: true, seed: 1)
        let kept = Array(trainable.statistics.values)
        let gradients = try trainable.backward(outputs, inputGradients: true)
        #expect(gradients.count == 1 && gradients[0]?.shape == [4, 2, 6, 6])
        #expect(Array(trainable.statistics.values) == kept)
    }

    @Test func theModelComesBackWithWhatWasLearned() throws {
        let trainable = try TrainableModel(try network())
        for position in trainable.parameters.values.indices { trainable.parameters.values[position] += 0.25 }
        _ = try trainable.forward([try images(4)], training: true, seed: 1)
        let model = try trainable.model()
        let again = try TrainableModel(model)
        #expect(Array(again.parameters.values) == Array(trainable.parameters.values))
        #expect(Array(again.statistics.values) == Array(trainable.statistics.values))
        let expected = try trainable.forward([try images(2)], training: false, seed: 1)[0].elements(as: Float.self)
        let found = try Session(model).run([try images(2)])[0].elements(as: Float.self)
        #expect(relativeDifference(expected.map(Double.init), found) < 1e-5)
    }

    @Test func dropoutFollowsItsSeed() throws {
        let trainable = try TrainableModel(try network())
        func run(_ seed: UInt64) throws -> [Float] {
            try trainable.forward([try images(4)], training: true, seed: seed)[0].elements()
        }
        #expect(try run(1) == run(1))
        #expect(try run(1) != run(2))
    }

    @Test func dropoutDropsTheShareAskedFor() throws {
        let count = 20_000
        let ones = try Tensor([Float](repeating: 1, count: count), shape: [count])
        let node = SingleNode(
            op: "Dropout", operands: [.input(ones), .setting(try Tensor(scalar: Float(0.3)))])
        let output = try node.run(nil).outputs[0]
        let kept = output.filter { $0 != 0 }
        #expect(abs(Double(kept.count) / Double(count) - 0.7) < 0.02)
        #expect(kept.allSatisfy { abs($0 - 1 / 0.7) < 1e-5 })
    }

    @Test func aModelOfBatchOneTrainsOnAnyBatch() throws {
        let fixed = try TrainableModel(try network(batch: .fixed(1)))
        let open = try TrainableModel(try network())
        let expected = try open.forward([try images(7)], training: true, seed: 3)[0].elements(as: Float.self)
        let found = try fixed.forward([try images(7)], training: true, seed: 3)[0]
        #expect(found.shape == [7, 3])
        #expect(try found.elements(as: Float.self) == expected)
    }

    @Test func gradientsAddUp() throws {
        let trainable = try TrainableModel(try network())
        func step() throws {
            let outputs = try trainable.forward([try images(4)], training: true, seed: 1)
            _ = try trainable.backward(outputs)
        }
        try step()
        let once = Array(trainable.parameters.gradients)
        try step()
        let difference = relativeDifference(once.map { Double($0) * 2 }, Array(trainable.parameters.gradients))
        #expect(difference < 1e-5)
        trainable.parameters.zeroGradients()
        #expect(trainable.parameters.gradients.allSatisfy { $0 == 0 })
    }

    @Test func anOutputWithoutAGradientCountsAsNothing() throws {
        let trainable = try TrainableModel(try network())
        _ = try trainable.forward([try images(4)], training: true, seed: 1)
        _ = try trainable.backward([nil])
        #expect(trainable.parameters.gradients.allSatisfy { $0 == 0 })
    }

    @Test func passesOutOfOrderAreRefused() throws {
        let trainable = try TrainableModel(try network())
        #expect(throws: TrainingError.self) { try trainable.backward([nil]) }
        let outputs = try trainable.forward([try images(4)], training: true, seed: 1)
        #expect(throws: TrainingError.self) { try trainable.backward([]) }
        #expect(throws: TrainingError.self) { try trainable.backward([try Tensor(zeros: [4, 4])]) }
        _ = try trainable.backward(outputs)
        #expect(throws: TrainingError.self) { try trainable.backward(outputs) }
    }

    @Test func inputsThatDoNotFitAreRefused() throws {
        let trainable = try TrainableModel(try network())
        for wrong in [[2, 2, 6, 5], [2, 2, 6], [0, 2, 6, 6], [2, 3, 6, 6]] {
            #expect(throws: ModelError.self) {
                try trainable.forward([try Tensor(zeros: wrong)], training: true, seed: 1)
            }
        }
        #expect(throws: ModelError.self) { try trainable.forward([], training: true, seed: 1) }
        #expect(throws: ModelError.self) {
            try trainable.forward([try Tensor(zeros: [2, 2, 6, 6], dtype: .u8)], training: true, seed: 1)
        }
    }

    @Test func everyNodeWithoutAGradientIsNamed() throws {
        var model = try network()
        let target = model.graph.outputs[0]
        for name in ["first", "second"] {
            let id = model.graph.addValue(name: name, type: model.graph.type(of: target))
            model.graph.nodes.append(
                Node(name: name, op: .quantizeLinear, inputs: [model.graph.outputs[0]], outputs: [id]))
            model.graph.outputs = [id]
        }
        let error = #expect(throws: TrainingError.self) { try TrainableModel(model) }
        #expect(error?.message.contains("`first`") == true && error?.message.contains("`second`") == true)
    }

    @Test func whatNoWeightReachesNeedsNoGradient() throws {
        var graph = Graph()
        let square = graph.addValue(
            name: "square", type: TensorType(dtype: .f32, shape: [.symbol("batch"), .fixed(2), .fixed(2)]))
        graph.inputs = [square]
        let weights = graph.addConstant(name: "weights", try Tensor([Float(1), 2, 3, 4], shape: [2, 2]))
        let axes = graph.addConstant(name: "axes", try Tensor([Int64(1), 2], shape: [2]))
        var made: [ValueID] = []
        for (name, op, inputs) in [
            ("product", Operator.matMul, [square, weights]), ("size", .determinant, [square]),
        ] {
            made.append(graph.addValue(name: name))
            graph.nodes.append(Node(name: name, op: op, inputs: inputs, outputs: [made[made.count - 1]]))
        }
        let wide = graph.addValue(name: "wide")
        let scaled = graph.addValue(name: "scaled")
        graph.nodes.append(Node(name: "wide", op: .unsqueeze, inputs: [made[1], axes], outputs: [wide]))
        graph.nodes.append(Node(name: "scaled", op: .mul, inputs: [made[0], wide], outputs: [scaled]))
        graph.outputs = [scaled]
        try graph.inferShapes()
        let trainable = try TrainableModel(Model(name: "scaled", graph: graph, origin: "a test"))
        let given = try Tensor([Float(1), 0, 0, 2], shape: [1, 2, 2])
        let output = try trainable.forward([given], training: true, seed: 1)[0]
        #expect(try output.elements(as: Float.self) == [2, 4, 12, 16])
        _ = try trainable.backward([try Tensor([Float](repeating: 1, count: 4), shape: [1, 2, 2])])
        #expect(Array(trainable.parameters.gradients) == [2, 2, 4, 4])
    }

    @Test func aMaskThatNobodyReadsIsNotMade() throws {
        var model = try network(dropout: 0)
        let expected = try TrainableModel(model).forward([try images(2)], training: true, seed: 1)[0]
        let place = try #require(model.graph.nodes.firstIndex { $0.op == .dropout })
        model.graph.nodes[place].outputs.append(model.graph.addValue(name: "mask"))
        let found = try TrainableModel(model).forward([try images(2)], training: true, seed: 1)[0]
        #expect(try found.elements(as: Float.self) == expected.elements(as: Float.self))
    }

    @Test func plansShareTheirParameters() throws {
        let trainable = try TrainableModel(try network())
        let plan = try trainable.plan(for: [[3, 2, 6, 6]])
        let tensor = try images(3)
        try tensor.withBytes { plan.inputs[0].bytes.copyMemory(from: $0) }
        try plan.forward(training: true, seed: 4)
        plan.outputGradients[0]?.floats.update(repeating: 1)
        let outputs = Array(plan.outputs[0].floats)
        plan.backward()
        let gradients = Array(trainable.parameters.gradients)
        trainable.parameters.zeroGradients()
        let again = try trainable.forward([tensor], training: true, seed: 4)[0]
        #expect(try again.elements(as: Float.self) == outputs)
        _ = try trainable.backward([try Tensor([Float](repeating: 1, count: 9), shape: [3, 3])])
        #expect(Array(trainable.parameters.gradients) == gradients)
    }
}
