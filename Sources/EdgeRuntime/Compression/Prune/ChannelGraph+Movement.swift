import EdgeModels
import EdgeTensors

/// Operators that move elements: labels move along.
extension ChannelGraph {
    mutating func transpose(_ node: Node) {
        guard var own = incoming(node), let data = node.input(0), let rank = shape(data)?.count else { return }
        let order = node.ints("perm") ?? Array((0..<rank).reversed())
        guard let axis = order.firstIndex(of: own.axis) else { return refuse(node, "has no order of axes") }
        own.axis = axis
        for id in node.outputs { labels[id] = own }
    }

    mutating func squeeze(_ node: Node) {
        guard var own = incoming(node), let data = node.input(0), let shape = shape(data) else { return }
        var axes = shape.indices.filter { shape[$0].fixedValue == 1 }
        if node.input(1) != nil {
            guard let given = integers(node, 1) else { return refuse(node, "computes its axes") }
            axes = given.map { $0 < 0 ? $0 + shape.count : $0 }
        }
        guard !axes.contains(own.axis) else { return refuse(node, "removes the axis of channels") }
        own.axis -= axes.count { $0 < own.axis }
        for id in node.outputs { labels[id] = own }
    }

    mutating func unsqueeze(_ node: Node) {
        guard var own = incoming(node), let data = node.input(0), let shape = shape(data) else { return }
        guard let given = integers(node, 1) else { return refuse(node, "computes its axes") }
        let rank = shape.count + given.count
        let added = Set(given.map { $0 < 0 ? $0 + rank : $0 })
        let kept = (0..<rank).filter { !added.contains($0) }
        guard own.axis < kept.count else { return refuse(node, "has axes that do not fit") }
        own.axis = kept[own.axis]
        for id in node.outputs { labels[id] = own }
    }

    mutating func concatenation(_ node: Node, _ position: Int) throws {
        let inputs = node.inputs.compactMap { $0 }
        let tracked = inputs.compactMap { labels[$0] }
        guard let first = tracked.first, let output = node.outputs.first, let rank = shape(output)?.count,
            let given = node.int("axis"), tracked.allSatisfy({ $0.axis == first.axis })
        else { return refuse(node, "joins different axes") }
        let axis = given < 0 ? given + rank : given
        var result = ChannelLabels(axis: first.axis, atoms: [], strength: [])
        if axis == first.axis {
            for id in inputs {
                if let own = labels[id] {
                    result.atoms += own.atoms
                    result.strength += own.strength
                } else {
                    guard let extent = shape(id)?[axis].fixedValue, extent >= 0, extent <= 1 << 20 else {
                        return refuse(node, "joins channels with an unknown number of others")
                    }
                    let others = atoms.make(extent)
                    atoms.freeze(others, because: "Concat `\(node.name)` joins it with what has no layer")
                    result.atoms += others
                    result.strength += [Double](repeating: 1, count: extent)
                }
            }
        } else {
            guard
                inputs.allSatisfy({ id in labels[id].map { $0.count == first.count } ?? (graph.constants[id] != nil) })
            else { return refuse(node, "joins channels with values that cannot be cut") }
            result = first
            for (input, id) in inputs.enumerated() {
                if let own = labels[id] {
                    for (a, b) in zip(first.atoms, own.atoms) { atoms.join(a, b) }
                } else if let constant = graph.constants[id] {
                    guard constant.rank == rank, constant.shape[first.axis] == first.count, !constant.dtype.isPacked
                    else {
                        return refuse(node, "has a constant that does not fit its channels")
                    }
                    cut(position, input: input, axis: first.axis, first.atoms)
                }
            }
        }
        labels[output] = result
    }

    mutating func split(_ node: Node, _ position: Int) {
        guard let own = incoming(node), let data = node.input(0), let rank = shape(data)?.count else { return }
        let given = node.int("axis") ?? 0
        guard (given < 0 ? given + rank : given) == own.axis else { return pass(node) }
        let sizes = node.outputs.map { id in shape(id).flatMap { own.axis < $0.count ? $0[own.axis].fixedValue : nil } }
        guard sizes.allSatisfy({ $0 != nil }), sizes.reduce(0, { $0 + ($1 ?? 0) }) == own.count else {
            return refuse(node, "has parts of unknown size")
        }
        var start = 0
        var parts: [[Int]] = []
        for (id, size) in zip(node.outputs, sizes) {
            let range = start..<start + (size ?? 0)
            let part = ChannelLabels(
                axis: own.axis, atoms: Array(own.atoms[range]), strength: Array(own.strength[range]))
            labels[id] = part
            parts.append(part.atoms)
            start = range.upperBound
        }
        counts.append(.parts(node: position, atoms: parts))
    }

    mutating func slice(_ node: Node) {
        guard let own = incoming(node), let data = node.input(0), let rank = shape(data)?.count else { return }
        let axes: [Int]? = node.input(3) == nil ? integers(node, 1).map { Array($0.indices) } : integers(node, 3)
        guard let axes, !axes.contains(where: { ($0 < 0 ? $0 + rank : $0) == own.axis }) else {
            return refuse(node, "takes a slice of the channels")
        }
        pass(node)
    }

    mutating func gather(_ node: Node) {
        if let indices = node.input(1), labels[indices] != nil { return refuse(node, "uses channels as positions") }
        guard var own = incoming(node), let data = node.input(0), let rank = shape(data)?.count else { return }
        let given = node.int("axis") ?? 0
        let axis = given < 0 ? given + rank : given
        guard axis != own.axis, let indexRank = node.input(1).flatMap({ shape($0) })?.count else {
            return refuse(node, "picks single channels")
        }
        if axis < own.axis { own.axis += indexRank - 1 }
        for id in node.outputs { labels[id] = own }
    }

    mutating func pad(_ node: Node) {
        guard let own = incoming(node), let data = node.input(0), let rank = shape(data)?.count else { return }
        let axes = node.input(3) == nil ? Array(0..<rank) : integers(node, 3)?.map { $0 < 0 ? $0 + rank : $0 }
        guard let axes, let pads = integers(node, 1), pads.count == 2 * axes.count else {
            return refuse(node, "computes its pads")
        }
        for (entry, axis) in axes.enumerated() where axis == own.axis {
            guard pads[entry] == 0, pads[entry + axes.count] == 0 else { return refuse(node, "pads channels") }
        }
        pass(node)
    }

    mutating func tile(_ node: Node) {
        guard let own = incoming(node) else { return }
        guard let repeats = integers(node, 1), own.axis < repeats.count, repeats[own.axis] == 1 else {
            return refuse(node, "repeats channels")
        }
        pass(node)
    }

    /// TFLite's blocks are made of spatial axes; its channels stand last.
    mutating func blocks(_ node: Node) {
        guard let own = incoming(node), let data = node.input(0), let rank = shape(data)?.count else { return }
        guard own.axis == rank - 1, rank >= 3, (integers(node, 1)?.count ?? rank) < rank - 1 else {
            return refuse(node, "may touch channels")
        }
        pass(node)
    }

    mutating func reduction(_ node: Node) {
        guard var own = incoming(node), let data = node.input(0), let rank = shape(data)?.count else { return }
        let given = node.input(1) == nil ? node.ints("axes") : integers(node, 1)
        guard let given else { return refuse(node, "reduces over channels, or computes its axes") }
        let axes = Set(given.map { $0 < 0 ? $0 + rank : $0 })
        guard !axes.isEmpty, !axes.contains(own.axis) else { return refuse(node, "reduces over channels") }
        if (node.int("keepdims") ?? 1) == 0 { own.axis -= axes.count { $0 < own.axis } }
        for id in node.outputs { labels[id] = own }
    }

    mutating func flatten(_ node: Node) {
        guard let own = incoming(node), let data = node.input(0), let output = node.outputs.first,
            let from = shape(data), let to = shape(output)
        else { return }
        guard let (moved, _) = ReshapedLabels(from: from, to: to).move(own) else {
            return refuse(node, "mixes channels with the batch")
        }
        labels[output] = moved
    }

    mutating func reshape(_ node: Node, _ position: Int) {
        guard let own = incoming(node), let data = node.input(0), let output = node.outputs.first else { return }
        guard let from = shape(data), let to = shape(output), let target = integers(node, 1),
            let (moved, axis) = ReshapedLabels(from: from, to: to).move(own), target.count == to.count,
            // A zero copies the extent of the input at the same place, which must then be the one of these channels.
            target[axis] != 0 || own.axis == axis
        else { return refuse(node, "takes channels apart") }
        if target[axis] > 0 {
            counts.append(.extent(node: position, input: 1, entry: axis, atoms: moved.atoms))
        }
        labels[output] = moved
    }
}
