import EdgeModels

extension Graph {
    /// Removes nodes by position.
    mutating func removeNodes(_ positions: Set<Int>) {
        nodes = nodes.enumerated().filter { !positions.contains($0.offset) }.map(\.element)
    }

    /// The names of outer values that the subgraphs of a node read.
    func captured(by node: Node) -> [ValueID] {
        var names: Set<String> = []
        func collect(_ graph: Graph) {
            names.formUnion(graph.captures.values)
            for node in graph.nodes {
                for case .graph(let inner) in node.attributes.values { collect(inner) }
            }
        }
        for case .graph(let body) in node.attributes.values { collect(body) }
        guard !names.isEmpty else { return [] }
        return values.indices.filter { names.contains(values[$0].name) }.map { ValueID($0) }
    }

    /// Values that leave the sight of this graph: its outputs and what subgraphs read.
    func observedElsewhere() -> Set<ValueID> {
        var result = Set(outputs)
        for node in nodes { result.formUnion(captured(by: node)) }
        return result
    }

    /// Drops constants that nothing reads any more.
    mutating func removeUnusedConstants() {
        var used = observedElsewhere()
        for node in nodes { used.formUnion(node.inputs.compactMap { $0 }) }
        constants = constants.filter { used.contains($0.key) }
    }
}
