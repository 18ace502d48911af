import EdgeTensors

/// Makes what the bodies of `Scan`, `Loop` and `If` take from the graph around them visible: the captured values become inputs of the
/// node, behind its own, so that lifetimes and constants are right without a special case.
enum Captures {
    /// The attributes that hold bodies, in the order in which their captures are appended.
    static let bodies = ["body", "then_branch", "else_branch"]
    /// Bodies in bodies; deeper ones are refused.
    private static let depthLimit = 16

    /// The captured values of a body, in a fixed order.
    static func captured(by body: Graph) -> [ValueID] { body.captures.keys.sorted() }

    /// The bodies of a node with the names of their attributes.
    static func bodies(of node: Node) -> [(name: String, graph: Graph)] {
        bodies.compactMap { name in node.graph(name).map { (name, $0) } }
    }

    /// Appends captures to the inputs of every node that has bodies.
    static func resolve(_ graph: Graph, depth: Int = 0) throws(ModelError) -> Graph {
        guard graph.nodes.contains(where: { !bodies(of: $0).isEmpty }) else { return graph }
        guard depth < depthLimit else { throw .malformedGraph("more than \(depthLimit) bodies inside one another") }
        var result = graph
        var names: [String: ValueID] = [:]
        for id in graph.inputs + Array(graph.constants.keys) + Array(graph.captures.keys)
            + graph.nodes.flatMap(\.outputs)
        {
            names[graph.name(of: id)] = id
        }
        for (id, outer) in graph.captures { names[outer] = id }
        for position in result.nodes.indices {
            for (name, body) in bodies(of: result.nodes[position]) {
                let resolved = try resolve(body, depth: depth + 1)
                result.nodes[position].attributes[name] = .graph(resolved)
                for id in captured(by: resolved) {
                    guard let outer = resolved.captures[id] else { continue }
                    if let source = names[outer] {
                        result.nodes[position].inputs.append(source)
                    } else if depth > 0 {
                        // A value from further out: this graph hands it on.
                        let source = result.addValue(name: outer, type: resolved.type(of: id))
                        result.captures[source] = outer
                        names[outer] = source
                        result.nodes[position].inputs.append(source)
                    } else {
                        throw .node(result.nodes[position], "its body uses `\(outer)`, which is made by nobody")
                    }
                }
            }
        }
        return result
    }

    /// A body whose captures are constants where they are known and inputs, behind its own, where not.
    ///
    /// - Parameter operands: the captured operands, in order.
    /// - Returns: the body, and the positions in `operands` of those that became inputs.
    static func bind(_ body: Graph, _ operands: [Operand?]) -> (graph: Graph, open: [Int]) {
        var result = body
        var open: [Int] = []
        for (position, id) in captured(by: body).enumerated() where position < operands.count {
            if let constant = operands[position]?.constant {
                result.constants[id] = constant
                result[id].type = TensorType(
                    dtype: constant.dtype, shape: constant.shape.map(Dimension.fixed),
                    quantization: operands[position]?.type.quantization)
            } else {
                result.inputs.append(id)
                open.append(position)
            }
        }
        result.captures = [:]
        return (result, open)
    }
}
