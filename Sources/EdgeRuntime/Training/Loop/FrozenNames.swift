import EdgeModels
import EdgeTensors

/// Which constants of a model stay as they are.
struct FrozenNames {
    private var constants: Set<String> = []

    /// - Parameters:
    ///   - names: layers, operators or constants; `attention1` stands for all nodes whose names begin with `attention1.` too.
    ///   - layers: so many layers with weights from the input on, with what belongs to them.
    /// - Throws: `TrainingError` for a name that the model does not have.
    init(_ names: [String], layers: Int, in graph: Graph) throws(TrainingError) {
        for name in names {
            let before = constants.count
            var isKnown = false
            for node in graph.nodes
            where node.name == name || node.op.rawValue == name || node.name.hasPrefix(name + ".") {
                isKnown = true
                freeze(node, graph)
            }
            for id in graph.constants.keys where graph[id].name == name { constants.insert(name) }
            guard isKnown || constants.count > before else {
                let known = graph.nodes.map(\.name).prefix(8).joined(separator: ", ")
                throw .option(
                    "the model has no layer `\(name)` to freeze", hint: "its layers are \(known), …; see `describe`")
            }
        }
        guard layers > 0 else { return }
        var seen = 0
        for node in graph.nodes {
            if Self.hasWeights(node, graph) { seen += 1 }
            if seen > layers { return }
            freeze(node, graph)
        }
    }

    func contains(_ name: String) -> Bool { constants.contains(name) }

    private mutating func freeze(_ node: Node, _ graph: Graph) {
        for case let input? in node.inputs where graph.constants[input] != nil { constants.insert(graph[input].name) }
    }

    private static func hasWeights(_ node: Node, _ graph: Graph) -> Bool {
        switch node.op {
        case .conv, .convTranspose, .gemm, .matMul, .lstm, .gru, .rnn, .gather:
            node.inputs.contains { input in input.flatMap { graph.constants[$0] }.map { $0.dtype == .f32 } ?? false }
        default: false
        }
    }
}
