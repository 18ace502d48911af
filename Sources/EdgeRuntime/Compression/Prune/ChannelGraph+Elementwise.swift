import EdgeModels
import EdgeTensors

/// Operators that work on each element, or on each channel for itself.
extension ChannelGraph {
    /// Sums, products and their like: channels that meet are joined, constants are cut along.
    mutating func broadcasting(_ node: Node, _ position: Int) throws {
        let data = node.inputs.enumerated().compactMap { input, id in id.map { (input: input, id: $0) } }
        let tracked = data.filter { labels[$0.id] != nil }
        guard let output = node.outputs.first, let rank = shape(output)?.count,
            let widest = tracked.max(by: { (labels[$0.id]?.count ?? 0) < (labels[$1.id]?.count ?? 0) }),
            var own = labels[widest.id], let widestRank = shape(widest.id)?.count
        else { return refuse(node, "has operands of unknown shape") }
        let axis = own.axis + rank - widestRank
        guard data.allSatisfy({ fits($0.id, axis: axis, rank: rank, count: own.count) }) else {
            return refuse(node, "joins channels with values that cannot be cut")
        }
        var strengths: [[Double]] = []
        for (input, id) in data {
            if let other = labels[id] {
                if other.count == own.count {
                    for (first, second) in zip(own.atoms, other.atoms) { atoms.join(first, second) }
                    strengths.append(other.strength)
                } else {
                    atoms.freeze(
                        other.atoms, because: "\(node.op.rawValue) `\(node.name)` spreads it over many channels")
                    strengths.append([Double](repeating: other.strength.first ?? 0, count: own.count))
                }
            } else if let constant = graph.constants[id] {
                guard
                    let size = cutBroadcast(position, input: input, constant, rank: rank, axis: axis, own.atoms)
                else { return refuse(node, "has a constant that does not fit its channels") }
                strengths.append(size)
            } else {
                strengths.append([Double](repeating: 1, count: own.count))
            }
        }
        own.axis = axis
        own.strength = combined(node.op, strengths, fallback: own.strength)
        for id in node.outputs { labels[id] = own }
    }

    /// Whether an operand has the channels of the result along its axis, or one for all.
    private func fits(_ id: ValueID, axis: Int, rank: Int, count: Int) -> Bool {
        guard let shape = shape(id) else { return false }
        let place = axis - (rank - shape.count)
        if let own = labels[id] { return own.axis == place && (own.count == count || own.count == 1) }
        return place < 0 || shape[place].fixedValue == 1 || graph.constants[id] != nil
    }

    private func combined(_ op: Operator, _ operands: [[Double]], fallback: [Double]) -> [Double] {
        fallback.indices.map { index in
            let sizes = operands.map { $0[index] }
            switch op {
            case .mul: return sizes.reduce(1, *)
            case .div: return sizes.count == 2 && sizes[1] > 0 ? sizes[0] / sizes[1] : fallback[index]
            case .pRelu: return sizes.first ?? fallback[index]
            default: return sizes.reduce(0) { $0 + $1 * $1 }.squareRoot()
            }
        }
    }

    mutating func softmax(_ node: Node) {
        guard let own = incoming(node), let data = node.input(0), let rank = shape(data)?.count else { return }
        let axis = node.int("axis") ?? -1
        guard (axis < 0 ? axis + rank : axis) != own.axis else {
            if node.outputs.contains(where: graph.outputs.contains) { return freeze(data, ChannelGraph.output) }
            return refuse(node, "weighs channels against each other")
        }
        pass(node)
    }

    mutating func pooling(_ node: Node) {
        guard let own = incoming(node), let data = node.input(0) else { return }
        guard own.axis == channelAxis(node, data), node.outputs.count == 1 else {
            return refuse(node, "pools over channels, or says where it found them")
        }
        pass(node)
    }

    mutating func resize(_ node: Node, _ position: Int) {
        guard let own = incoming(node), let output = node.outputs.first, let to = shape(output) else { return }
        guard own.axis < to.count, to[own.axis].fixedValue == own.count else { return refuse(node, "resizes channels") }
        if node.input(3) != nil {
            guard integers(node, 3) != nil else { return refuse(node, "computes its extents") }
            let axes = node.ints("axes") ?? Array(to.indices)
            if let entry = axes.firstIndex(where: { ($0 < 0 ? $0 + to.count : $0) == own.axis }) {
                counts.append(.extent(node: position, input: 3, entry: entry, atoms: own.atoms))
            }
        }
        pass(node)
    }
}
