import EdgeTensors

/// A sum of a convolution's or dense layer's result with another value of its shape is added as the convolution writes it.
enum ResidualFusion {
    /// The rounding of the convolution itself, where its result is quantized before the sum.
    static let innerScale = "fused_inner_scale"
    static let innerZeroPoint = "fused_inner_zero_point"

    static func apply(to graph: inout Graph) {
        let uses = GraphUses(graph)
        var moved: [Int: Node] = [:]
        var removed = Set<Int>()
        for (position, node) in graph.nodes.enumerated() where node.op == .add && node.inputs.count == 2 {
            guard let first = node.inputs[0], let second = node.inputs[1], first != second,
                graph.constants[first] == nil, graph.constants[second] == nil,
                let shape = graph.type(of: first)?.shape, shape == graph.type(of: second)?.shape,
                let result = node.outputs.first
            else { continue }
            // The layer that is computed last takes the sum: what it adds is there by then.
            let candidates = [(first, second), (second, first)].compactMap { made, other -> (Int, ValueID, ValueID)? in
                guard uses.onlyReader(of: made) == position, let producer = uses.producer(of: made),
                    !removed.contains(producer),
                    accepts(graph.nodes[producer], made, other, result, graph)
                else { return nil }
                return (producer, made, other)
            }
            guard let (producer, made, other) = candidates.max(by: { $0.0 < $1.0 }) else { continue }
            var layer = graph.nodes[producer]
            if let quantization = graph.type(of: made)?.quantization {
                layer.attributes[innerScale] = .float(quantization.scales[0])
                layer.attributes[innerZeroPoint] = .int(Int(quantization.zeroPoints[0]))
            }
            while layer.inputs.count < 3 { layer.inputs.append(nil) }
            layer.attributes[FusedActivation.residual] = .int(layer.inputs.count)
            layer.inputs.append(other)
            layer.outputs = [result]
            let (low, high) = FusedActivation.bounds(node)
            if low != -.infinity { layer.attributes[FusedActivation.low] = .float(low) }
            if high != .infinity { layer.attributes[FusedActivation.high] = .float(high) }
            moved[position] = layer
            removed.insert(producer)
        }
        for (position, layer) in moved { graph.nodes[position] = layer }
        graph.removeNodes(at: removed.subtracting(moved.keys))
    }

    private static func accepts(_ layer: Node, _ made: ValueID, _ other: ValueID, _ result: ValueID, _ graph: Graph)
        -> Bool
    {
        guard layer.op == .conv || layer.op == .gemm && graph.isPlainFloat(made),
            layer.int(FusedActivation.residual) == nil,
            FusedActivation.bounds(layer) == (-Float.infinity, Float.infinity), layer.int("dynamic_activations") != 1
        else { return false }
        if graph.isPlainFloat(made) {
            return graph.isPlainFloat(other) && graph.isPlainFloat(result) && isFloatLayer(layer, graph)
        }
        let types = [made, other, result].map { graph.type(of: $0) }
        return types.allSatisfy { type in
            guard let type, let quantization = type.quantization else { return false }
            return type.dtype == types[0]?.dtype && (type.dtype == .i8 || type.dtype == .u8) && quantization.axis == nil
                && quantization.scales.count == 1 && quantization.zeroPoints.count == 1
        }
    }

    private static func isFloatLayer(_ layer: Node, _ graph: Graph) -> Bool {
        layer.inputs.allSatisfy { $0.map(graph.isPlainFloat) ?? true }
    }
}
