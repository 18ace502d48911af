import EdgeTensors

/// Zeros padded around an image are the padding of the convolution behind it.
enum PaddingFusion {
    static func apply(to graph: inout Graph) throws(ModelError) {
        let uses = GraphUses(graph)
        var removed = Set<Int>()
        for (position, node) in graph.nodes.enumerated() where node.op == .pad {
            guard let output = node.outputs.first, let data = node.input(0), let reader = uses.onlyReader(of: output),
                let pads = try edges(of: node, graph), isZero(node, graph, output), node.input(3) == nil,
                node.string("mode") ?? "constant" == "constant",
                graph.type(of: data)?.quantization == graph.type(of: output)?.quantization,
                graph.nodes[reader].op == .conv, graph.nodes[reader].input(0) == output,
                graph.nodes[reader].input(1) != output
            else { continue }
            let layer = graph.nodes[reader]
            let rank = pads.count / 2
            let automatic = layer.string("auto_pad") ?? "NOTSET"
            guard rank >= 3, ["NOTSET", "VALID", ""].contains(automatic), pads.allSatisfy({ $0 >= 0 }) else { continue }
            let spatial = layer.layout == .channelsFirst ? Array(2..<rank) : Array(1..<(rank - 1))
            let others = Set(0..<rank).subtracting(spatial)
            guard others.allSatisfy({ pads[$0] == 0 && pads[rank + $0] == 0 }) else { continue }
            let added = spatial.map { pads[$0] } + spatial.map { pads[rank + $0] }
            let own = automatic == "VALID" ? nil : layer.ints("pads")
            guard own == nil || own?.count == added.count else { continue }
            let sums = zip(added, own ?? added.map { _ in 0 }).map { $0.addingReportingOverflow($1).partialValue }
            graph.nodes[reader].attributes["pads"] = .ints(sums)
            graph.nodes[reader].attributes["auto_pad"] = nil
            graph.nodes[reader].inputs[0] = data
            removed.insert(position)
        }
        graph.removeNodes(at: removed)
    }

    private static func edges(of node: Node, _ graph: Graph) throws(ModelError) -> [Int]? {
        guard let id = node.input(1) else { return node.ints("pads") }
        guard let tensor = graph.constants[id] else { return nil }
        let context = LoweringContext(node: node, operands: [], declared: [], options: ExecutionOptions())
        return try context.integers(of: tensor)
    }

    private static func isZero(_ node: Node, _ graph: Graph, _ output: ValueID) -> Bool {
        guard let id = node.input(2) else { return (node.float("value") ?? 0) == 0 }
        if let values = graph.floatConstant(id) { return values.allSatisfy { $0 == 0 } }
        // The stored zero of a quantized image is its zero point.
        guard let tensor = graph.constants[id], tensor.count == 1,
            let zero = graph.type(of: output)?.quantization?.zeroPoints.first,
            graph.type(of: output)?.quantization?.axis == nil
        else { return false }
        if let stored = try? tensor.elements(as: Int8.self) { return Int32(stored[0]) == zero }
        if let stored = try? tensor.elements(as: UInt8.self) { return Int32(stored[0]) == zero }
        return false
    }
}
