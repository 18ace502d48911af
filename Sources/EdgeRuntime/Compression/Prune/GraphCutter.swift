import EdgeModels
import EdgeTensors

/// Makes the smaller graph: every constant and count that carries a channel's name loses it.
struct GraphCutter {
    let channels: ChannelGraph
    /// Root atoms of the channels that go.
    let cut: Set<Int>

    /// The indices that stay.
    func kept(_ atoms: [Int]) -> [Int] { atoms.indices.filter { !cut.contains(channels.atoms.root(atoms[$0])) } }

    /// The places of a value that stay, nil where none go.
    func kept(of id: ValueID) -> (axis: Int, indices: [Int])? {
        guard let labels = channels.labels[id] else { return nil }
        let indices = kept(labels.atoms)
        return indices.count == labels.count ? nil : (labels.axis, indices)
    }

    func build() throws -> Graph {
        var graph = channels.graph
        try cutConstants(&graph)
        for count in channels.counts { try rewrite(count, &graph) }
        for id in channels.labels.keys {
            guard let (axis, indices) = kept(of: id) else { continue }
            graph[id].type?.shape?[axis] = .fixed(indices.count)
        }
        graph.removeUnusedConstants()
        try graph.inferShapes()
        try graph.checkConsistency()
        return graph
    }

    private struct Place: Hashable {
        let node: Int
        let input: Int
    }

    /// One axis of a constant, and what stays of it.
    private struct Part: Hashable {
        let axis: Int
        let indices: [Int]
    }

    private func cutConstants(_ graph: inout Graph) throws {
        var parts: [Place: Set<Part>] = [:]
        for entry in channels.cuts {
            let indices = kept(entry.atoms)
            guard indices.count < entry.atoms.count else { continue }
            parts[Place(node: entry.node, input: entry.input), default: []].insert(
                Part(axis: entry.axis, indices: indices))
        }
        let readers = graph.consumers()
        // A constant that several nodes share is cut for each of them as it needs.
        var made: [ValueID: [Set<Part>: ValueID]] = [:]
        for (place, own) in parts.sorted(by: { ($0.key.node, $0.key.input) < ($1.key.node, $1.key.input) }) {
            guard let id = channels.graph.nodes[place.node].input(place.input),
                var tensor = channels.graph.constants[id]
            else {
                continue
            }
            if let existing = made[id]?[own] {
                graph.nodes[place.node].inputs[place.input] = existing
                continue
            }
            for part in own.sorted(by: { $0.axis < $1.axis }) {
                tensor = try tensor.selecting(part.indices, along: part.axis)
            }
            if readers[id]?.count == 1 {
                graph.constants[id] = tensor
                graph[id].type?.shape = tensor.shape.map(Dimension.fixed)
            } else {
                let copy = graph.addConstant(name: graph.uniqueValueName(graph[id].name), tensor)
                graph.nodes[place.node].inputs[place.input] = copy
                made[id, default: [:]][own] = copy
            }
        }
    }

    private func rewrite(_ count: ChannelCount, _ graph: inout Graph) throws {
        switch count {
        case .groups(let node, let atoms): graph.nodes[node].attributes["group"] = .int(kept(atoms).count)
        case .extent(let node, let input, let entry, let atoms):
            guard let id = graph.nodes[node].input(input), let constant = graph.constants[id],
                var extents = constant.integerValues(), entry < extents.count
            else { return }
            extents[entry] = kept(atoms).count
            graph.nodes[node].inputs[input] = graph.addConstant(
                name: graph.uniqueValueName(graph[id].name),
                try Tensor.integers(extents, shape: constant.shape, dtype: constant.dtype))
        case .parts(let node, let atoms):
            let sizes = try Tensor.int64s(atoms.map { kept($0).count })
            graph.nodes[node].attributes["num_outputs"] = nil
            let id = graph.addConstant(name: graph.uniqueValueName(graph.nodes[node].name + "/sizes"), sizes)
            graph.nodes[node].inputs = [graph.nodes[node].inputs.first ?? nil, id]
        }
    }
}
