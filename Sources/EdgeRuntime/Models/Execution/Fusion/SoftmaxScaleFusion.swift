import EdgeTensors

/// A number that all inputs of a softmax are multiplied or divided by is its `beta`, as attention has it.
enum SoftmaxScaleFusion {
    static func apply(to graph: inout Graph) {
        let pattern = GraphPattern(graph)
        for position in graph.nodes.indices where graph.nodes[position].op == .softmax {
            let node = graph.nodes[position]
            guard let input = node.input(0), let output = node.outputs.first, graph.isPlainFloat(output),
                let scaling = pattern.node(making: input, .mul, .div), scaling.inputs.count == 2,
                FusedActivation.bounds(scaling) == (-Float.infinity, Float.infinity),
                let (source, factor) = operand(of: scaling, pattern), graph.isPlainFloat(source),
                pattern.sameShape(source, input), factor.isFinite
            else { continue }
            graph.nodes[position].inputs[0] = source
            graph.nodes[position].attributes["beta"] = .float((node.float("beta") ?? 1) * factor)
        }
    }

    private static func operand(of node: Node, _ pattern: GraphPattern) -> (ValueID, Float)? {
        if let source = node.input(0), let number = pattern.number(node.input(1)) {
            return (source, node.op == .mul ? number : 1 / number)
        }
        guard node.op == .mul, let source = node.input(1), let number = pattern.number(node.input(0)) else {
            return nil
        }
        return (source, number)
    }
}
