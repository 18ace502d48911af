import EdgeTensors

/// A batch normalization behind a convolution scales its output channels: the weights take it in.
enum BatchNormalizationFusion {
    static func apply(to graph: inout Graph) throws(ModelError) {
        let uses = GraphUses(graph)
        var removed = Set<Int>()
        for position in graph.nodes.indices where graph.nodes[position].op == .conv {
            let node = graph.nodes[position]
            guard let output = node.outputs.first, let reader = uses.onlyReader(of: output),
                graph.nodes[reader].op == .batchNormalization,
                graph.nodes[reader].input(0) == output, graph.nodes[reader].outputs.count == 1,
                graph.nodes[reader].int("training_mode") != 1,
                graph.isPlainFloat(output),
                let weights = node.input(1), let original = graph.constants[weights],
                let values = graph.floatConstant(weights),
                let channels = original.shape.first, channels > 0
            else { continue }
            let normalization = graph.nodes[reader]
            let parameters = (1...4).compactMap { graph.floatConstant(normalization.input($0)) }
            let bias =
                node.input(2) == nil ? [Float](repeating: 0, count: channels) : graph.floatConstant(node.input(2))
            guard parameters.count == 4, parameters.allSatisfy({ $0.count == channels }), let bias,
                bias.count == channels
            else { continue }
            let epsilon = normalization.float("epsilon") ?? 1e-5
            let factors = (0..<channels).map { parameters[0][$0] / (parameters[3][$0] + epsilon).squareRoot() }
            let row = values.count / channels
            do {
                let scaled = try Tensor(values.indices.map { values[$0] * factors[$0 / row] }, shape: original.shape)
                let offset = try Tensor(
                    (0..<channels).map { (bias[$0] - parameters[2][$0]) * factors[$0] + parameters[1][$0] },
                    shape: [channels])
                let newWeights = graph.addConstant(name: graph.name(of: weights), scaled)
                let newBias = graph.addConstant(name: node.name + ".bias", offset)
                graph.nodes[position].inputs = [node.inputs[0], newWeights, newBias]
                graph.nodes[position].outputs = normalization.outputs
            } catch { throw .node(node, "\(error)") }
            removed.insert(reader)
        }
        graph.removeNodes(at: removed)
    }
}
