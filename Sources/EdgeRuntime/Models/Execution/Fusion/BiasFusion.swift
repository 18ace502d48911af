import EdgeTensors

/// A constant added to every output channel of a convolution or dense layer is its bias.
enum BiasFusion {
    static func apply(to graph: inout Graph) throws(ModelError) {
        let uses = GraphUses(graph)
        var removed = Set<Int>()
        for position in graph.nodes.indices where graph.nodes[position].op == .conv || graph.nodes[position].op == .gemm
        {
            let node = graph.nodes[position]
            guard let output = node.outputs.first, let reader = uses.onlyReader(of: output),
                graph.nodes[reader].op == .add,
                graph.nodes[reader].inputs.count == 2, graph.isPlainFloat(output), let weights = node.input(1),
                let channels = channels(of: node, graph, weights)
            else { continue }
            let sum = graph.nodes[reader]
            let other = sum.inputs[0] == output ? sum.inputs[1] : sum.inputs[0]
            guard let other, other != output, let added = graph.floatConstant(other),
                let shape = graph.constants[other]?.shape,
                (node.float("beta") ?? 1) == 1,
                let values = perChannel(added, shape: shape, channels: channels, node, graph, output)
            else { continue }
            var bias = values
            if node.input(2) != nil {
                guard let present = graph.floatConstant(node.input(2)), present.count == channels else { continue }
                for channel in 0..<channels { bias[channel] += present[channel] }
            }
            let tensor: Tensor
            do { tensor = try Tensor(bias, shape: [channels]) } catch { throw .node(node, "\(error)") }
            let id = graph.addConstant(name: node.name + ".bias", tensor)
            graph.nodes[position].inputs = [node.inputs[0], node.inputs[1], id]
            graph.nodes[position].outputs = sum.outputs
            removed.insert(reader)
        }
        graph.removeNodes(at: removed)
    }

    private static func channels(of node: Node, _ graph: Graph, _ weights: ValueID) -> Int? {
        guard let shape = graph.constants[weights]?.shape, shape.count >= 2 else { return nil }
        if node.op == .conv { return shape[0] }
        return (node.int("transB") ?? 0) != 0 ? shape[0] : shape[1]
    }

    /// The addend as one number for each channel, nil where it is anything else.
    private static func perChannel(
        _ values: [Float], shape: [Int], channels: Int, _ node: Node, _ graph: Graph, _ output: ValueID
    ) -> [Float]? {
        guard let rank = graph.type(of: output)?.shape?.count, shape.count <= rank else { return nil }
        if values.count == 1, shape.count <= rank { return [Float](repeating: values[0], count: channels) }
        guard values.count == channels else { return nil }
        let isChannelsFirst = node.op == .conv && node.layout == .channelsFirst
        let axis = (isChannelsFirst ? 1 : rank - 1) - (rank - shape.count)
        guard shape.indices.contains(axis), shape[axis] == channels else { return nil }
        return values
    }
}
