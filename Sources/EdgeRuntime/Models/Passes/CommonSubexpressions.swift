import EdgeTensors

extension Graph {
    /// Computes once what several nodes compute alike: same operator, same inputs, same attributes.
    ///
    /// A node whose result is an output of the graph, or that a subgraph reads by name, stays as it is, since names are kept; others
    /// may still read its result instead of making their own.
    public mutating func mergeCommonSubexpressions() {
        let kept = nodes.reduce(into: Set(outputs)) { $0.formUnion(capturedValues(of: $1)) }
        var seen: [Expression: Int] = [:]
        var replaced: [ValueID: ValueID] = [:]
        var merged = Set<Int>()
        for position in nodes.indices {
            for input in nodes[position].inputs.indices {
                if let old = nodes[position].inputs[input], let new = replaced[old] {
                    nodes[position].inputs[input] = new
                }
            }
            guard let key = Expression(nodes[position]) else { continue }
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
}

/// What a node computes.
private struct Expression: Hashable {
    let op: Operator
    let inputs: [ValueID?]
    let settings: [String: Setting]

    enum Setting: Hashable {
        case int(Int), ints([Int])
        /// As bits, in which a number equals itself only.
        case floats([UInt32])
        case string(String), strings([String])
    }

    /// Nil where two alike may differ, or comparing them costs more than it gives: subgraphs, tensors as attributes.
    init?(_ node: Node) {
        switch node.op {
        case .scan, .loop, .conditional, .constant: return nil
        default: if node.op.isMutable { return nil }
        }
        var settings: [String: Setting] = [:]
        for (name, attribute) in node.attributes {
            switch attribute {
            case .int(let value): settings[name] = .int(value)
            case .ints(let values): settings[name] = .ints(values)
            case .float(let value): settings[name] = .floats([value.bitPattern])
            case .floats(let values): settings[name] = .floats(values.map(\.bitPattern))
            case .string(let value): settings[name] = .string(value)
            case .strings(let values): settings[name] = .strings(values)
            case .tensor, .graph: return nil
            }
        }
        op = node.op
        inputs = node.inputs
        self.settings = settings
    }
}
