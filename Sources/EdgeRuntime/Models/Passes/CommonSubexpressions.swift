import EdgeTensors

extension Graph {
    /// Computes once what several nodes compute alike: same operator, same inputs, same attributes.
    ///
    /// A node whose result is an output of the graph, or that a subgraph reads by name, stays as it is, since names are kept; others
    /// may still read its result instead of making their own.
    public mutating func mergeCommonSubexpressions() {
        let kept = nodes.reduce(into: Set(outputs)) { $0.formUnion(capturedValues(of: $1)) }
        var seen: [String: Int] = [:]
        var replaced: [ValueID: ValueID] = [:]
        var merged = Set<Int>()
        for position in nodes.indices {
            for input in nodes[position].inputs.indices {
                if let old = nodes[position].inputs[input], let new = replaced[old] {
                    nodes[position].inputs[input] = new
                }
            }
            guard let key = expression(of: nodes[position]) else { continue }
            guard let first = seen[key] else {
                seen[key] = position
                continue
            }
            let (one, other) = (nodes[first].outputs, nodes[position].outputs)
            guard one.count == other.count, !other.contains(where: kept.contains),
                zip(one, other).allSatisfy({ type(of: $0) == type(of: $1) })
            else { continue }
            for (new, old) in zip(one, other) { replaced[old] = new }
            merged.insert(position)
        }
        nodes = nodes.enumerated().filter { !merged.contains($0.offset) }.map(\.element)
    }

    /// What a node computes, in words; nil where two alike may differ: states, subgraphs, tensors as attributes.
    private func expression(of node: Node) -> String? {
        switch node.op {
        case .scan, .loop, .conditional, .sequenceLSTM, .constant: return nil
        default: break
        }
        var words = [node.op.rawValue, node.inputs.map { $0.map { String($0.index) } ?? "-" }.joined(separator: ",")]
        for (name, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
            switch attribute {
            case .tensor, .graph: return nil
            case .int, .float, .string, .ints, .floats, .strings: words.append("\(name)=\(attribute)")
            }
        }
        return words.joined(separator: " ")
    }
}
