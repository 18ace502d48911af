import EdgeTensors

/// A clamp behind a layer is a part of it: `Relu` and `Clip` with constant bounds.
enum ActivationFusion {
    static func apply(to graph: inout Graph) {
        let uses = GraphUses(graph)
        var removed = Set<Int>()
        for position in graph.nodes.indices where takesClamp(graph.nodes[position]) && !removed.contains(position) {
            let node = graph.nodes[position]
            guard let output = node.outputs.first, node.outputs.count == 1, let reader = uses.onlyReader(of: output),
                graph.nodes[reader].input(0) == output, let (low, high) = bounds(of: graph.nodes[reader], graph),
                let result = graph.nodes[reader].outputs.first
            else { continue }
            // The layer's own rounding must be none, or that of the clamp.
            let own = graph.type(of: output)?.quantization
            guard graph.isPlainFloat(output) || own != nil && own == graph.type(of: result)?.quantization else {
                continue
            }
            let (oldLow, oldHigh) = FusedActivation.bounds(node)
            graph.nodes[position].attributes[FusedActivation.low] = .float(max(low, oldLow))
            graph.nodes[position].attributes[FusedActivation.high] = .float(min(high, max(oldHigh, low)))
            graph.nodes[position].outputs = [result]
            removed.insert(reader)
        }
        graph.removeNodes(at: removed)
    }

    private static func takesClamp(_ node: Node) -> Bool {
        switch node.op {
        case .conv, .gemm, .add, .sub, .mul, .div, .averagePool, .globalAveragePool: true
        case .maximum, .minimum: node.inputs.count == 2
        default: false
        }
    }

    private static func bounds(of node: Node, _ graph: Graph) -> (Float, Float)? {
        if node.op == .relu { return (0, .infinity) }
        guard node.op == .clip else { return nil }
        var low = node.float("min") ?? -.infinity
        var high = node.float("max") ?? .infinity
        if let id = node.input(1) {
            guard let value = graph.floatConstant(id), value.count == 1 else { return nil }
            low = value[0]
        }
        if let id = node.input(2) {
            guard let value = graph.floatConstant(id), value.count == 1 else { return nil }
            high = value[0]
        }
        return low <= high ? (low, high) : nil
    }
}
