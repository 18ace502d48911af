import EdgeTensors

/// A transposition before or behind a product of two activations is a way of reading or writing it.
///
/// Only those move in that leave the kernel elements side by side: the first operand and the result along their rows, the second
/// along its rows or its columns.
enum TransposeFusion {
    /// The attribute that holds the order of axes of an operand (0, 1) or the result (2), in the words of `Transpose`'s `perm`.
    static func order(_ position: Int) -> String { "fused_order_\(position)" }

    static func apply(to graph: inout Graph) {
        let uses = GraphUses(graph)
        var removed = Set<Int>()
        for position in graph.nodes.indices where graph.nodes[position].op == .matMul {
            guard let output = graph.nodes[position].outputs.first, graph.nodes[position].inputs.count == 2,
                graph.nodes[position].inputs.allSatisfy({ $0.map { isActivation($0, graph) } ?? false }),
                graph.type(of: output)?.dtype == .f32, graph.isPlainFloat(output),
                (graph.type(of: output)?.shape?.count ?? 0) >= 2,
                graph.nodes[position].attributes[FusedActivation.residual] == nil
            else { continue }
            for input in 0..<2 {
                guard let id = graph.nodes[position].inputs[input], let producer = uses.producer(of: id),
                    let order = order(of: graph.nodes[producer]), let source = graph.nodes[producer].input(0),
                    isActivation(source, graph)
                else { continue }
                let rank = order.count
                guard order[rank - 1] == rank - 1 || input == 1 && order[rank - 2] == rank - 1 else { continue }
                graph.nodes[position].inputs[input] = source
                graph.nodes[position].attributes[Self.order(input)] = .ints(order)
            }
            if let reader = uses.onlyReader(of: output), let order = order(of: graph.nodes[reader]),
                order[order.count - 1] == order.count - 1, let result = graph.nodes[reader].outputs.first
            {
                graph.nodes[position].outputs = [result]
                graph.nodes[position].attributes[Self.order(2)] = .ints(order)
                removed.insert(reader)
            }
        }
        graph.removeNodes(at: removed)
    }

    /// Whether a value is a float of known extents, none of them empty, and at least two.
    private static func isActivation(_ id: ValueID, _ graph: Graph) -> Bool {
        guard let type = graph.type(of: id), type.dtype == .f32, type.quantization == nil, let shape = type.shape else {
            return false
        }
        return shape.count >= 2 && shape.allSatisfy { $0.fixedValue != 0 } && graph.constants[id] == nil
    }

    private static func order(of node: Node) -> [Int]? {
        guard node.op == .transpose, let order = node.ints("perm"), order.count >= 2,
            order.sorted() == Array(order.indices)
        else { return nil }
        return order
    }
}
