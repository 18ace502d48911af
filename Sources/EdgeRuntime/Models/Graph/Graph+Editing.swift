/// What passes do to graphs.
extension Graph {
    /// A name for a new value that no other has.
    package func uniqueValueName(_ name: String) -> String {
        unique(name) { candidate in values.contains { $0.name == candidate } }
    }

    /// A name for a new node that no other has.
    package func uniqueNodeName(_ name: String) -> String {
        unique(name) { candidate in nodes.contains { $0.name == candidate } }
    }

    private func unique(_ name: String, taken: (String) -> Bool) -> String {
        guard taken(name) else { return name }
        var number = 1
        while taken("\(name)_\(number)") { number += 1 }
        return "\(name)_\(number)"
    }

    /// The values of this graph that the subgraphs of a node read by name.
    package func capturedValues(of node: Node) -> Set<ValueID> {
        var names: Set<String> = []
        for attribute in node.attributes.values {
            if case .graph(let body) = attribute { names.formUnion(body.namesOutside()) }
        }
        guard !names.isEmpty else { return [] }
        return Set(values.indices.filter { names.contains(values[$0].name) }.map(ValueID.init))
    }

    /// The names of outer values that this graph or one within it reads.
    private func namesOutside() -> Set<String> {
        var names = Set(captures.values)
        for node in nodes {
            for attribute in node.attributes.values {
                if case .graph(let body) = attribute { names.formUnion(body.namesOutside()) }
            }
        }
        return names
    }

    /// Lets every reader of a value, graph outputs included, read another.
    package mutating func replaceUses(of old: ValueID, with new: ValueID) {
        for position in nodes.indices {
            for input in nodes[position].inputs.indices where nodes[position].inputs[input] == old {
                nodes[position].inputs[input] = new
            }
        }
        for position in outputs.indices where outputs[position] == old { outputs[position] = new }
    }

    /// Removes nodes whose results nothing reads, then constants that nothing reads.
    public mutating func removeDeadNodes() {
        var needed = Set(outputs)
        var kept: [Node] = []
        for node in nodes.reversed() {
            guard node.outputs.contains(where: needed.contains) || node.changesState else { continue }
            for input in node.inputs { if let input { needed.insert(input) } }
            needed.formUnion(capturedValues(of: node))
            kept.append(node)
        }
        nodes = kept.reversed()
        for id in constants.keys where !needed.contains(id) { constants[id] = nil }
        variables = variables.filter(needed.contains)
    }
}
