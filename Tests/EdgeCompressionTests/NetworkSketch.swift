import EdgeModels
import EdgeTensors
import EdgeTraining

/// A network drawn node by node, with weights from a seed.
struct NetworkSketch {
    private(set) var graph = Graph()
    private var generator: SeededGenerator

    init(seed: UInt64 = 5) { generator = SeededGenerator(seed: seed) }

    mutating func input(_ shape: [Dimension]) -> ValueID {
        let id = graph.addValue(name: "input\(graph.inputs.count)", type: TensorType(dtype: .f32, shape: shape))
        graph.inputs.append(id)
        return id
    }

    mutating func weights(_ name: String, _ shape: [Int], scale: Float = 0.5) throws -> ValueID {
        let values = SampleNetwork.numbers(shape.reduce(1, *), seed: generator.next()).map { scale * $0 }
        return graph.addConstant(name: name, try Tensor(values, shape: shape))
    }

    mutating func integers(_ name: String, _ values: [Int]) throws -> ValueID {
        graph.addConstant(name: name, try Tensor(values.map(Int64.init), shape: [values.count]))
    }

    mutating func node(
        _ op: Operator, _ name: String, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:]
    ) -> ValueID {
        nodes(op, name, inputs, attributes, outputs: 1)[0]
    }

    mutating func nodes(
        _ op: Operator, _ name: String, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:], outputs: Int
    ) -> [ValueID] {
        let results = (0..<outputs).map { graph.addValue(name: "\(name):\($0)") }
        graph.nodes.append(Node(name: name, op: op, inputs: inputs, outputs: results, attributes: attributes))
        return results
    }

    mutating func conv(
        _ name: String, _ input: ValueID, from: Int, to: Int, kernel: Int = 3, group: Int = 1, stride: Int = 1
    ) throws -> ValueID {
        let w = try weights(name + "/w", [to, from / group, kernel, kernel])
        let b = try weights(name + "/b", [to], scale: 0.2)
        let pad = kernel / 2
        return node(
            .conv, name, [input, w, b],
            [
                "kernel_shape": .ints([kernel, kernel]), "pads": .ints([pad, pad, pad, pad]),
                "strides": .ints([stride, stride]), "group": .int(group),
            ])
    }

    mutating func dense(_ name: String, _ input: ValueID, from: Int, to: Int) throws -> ValueID {
        let w = try weights(name + "/w", [to, from])
        return node(.gemm, name, [input, w, try weights(name + "/b", [to])], ["transB": .int(1)])
    }

    /// Ends the network.
    mutating func model(_ outputs: ValueID...) throws -> Model {
        graph.outputs = outputs
        try graph.inferShapes()
        return Model(name: "sketch", graph: graph, origin: "drawn")
    }
}
