import EdgeModels

/// Which nodes of a network run on integers, and which values must share a quantization.
struct IntegerPlan {
    /// The role of each node that runs on integers, by position.
    private(set) var roles: [Int: IntegerRole] = [:]
    /// Results that are never stored: a clamp behind the layer is carried out together with it.
    private(set) var fused: Set<ValueID> = []
    /// The quantization that a group of values must have, where one of its operators fixes it; by the group's first value.
    private(set) var fixed: [ValueID: Quantization] = [:]
    private var parents: [ValueID: ValueID] = [:]
    /// Operators in whose result elements are only moved: their results have no range of their own.
    private var derived: Set<ValueID> = []

    /// - Parameter isSkipped: Tells of each node whether it must stay float.
    init(_ graph: Graph, isSkipped: (Node) -> Bool) {
        for (position, node) in graph.nodes.enumerated() where !isSkipped(node) {
            roles[position] = IntegerRole.of(node, position: position, in: graph)
        }
        // Each conflict turns a node back to float, which may make others pointless: at most as many rounds as nodes.
        repeat { removePointless(graph) } while resolveGroups(graph)
    }

    /// Values that are quantized: operands and results of integer nodes, constants included.
    func values(_ graph: Graph) -> Set<ValueID> {
        var result: Set<ValueID> = []
        for (position, role) in roles {
            let node = graph.nodes[position]
            result.formUnion(role.dataPositions(node).compactMap { node.input($0) })
            result.formUnion(node.outputs)
        }
        return result
    }

    /// The value that stands for all that share a quantization with this one.
    func representative(_ id: ValueID) -> ValueID {
        var current = id
        while let parent = parents[current], parent != current { current = parent }
        return current
    }

    /// Whether the range of a value counts for its group: it is stored, and not only made of others of the group.
    func hasOwnRange(_ id: ValueID) -> Bool { !fused.contains(id) && !derived.contains(id) }

    // MARK: What is worth it

    /// Turns back to float: operators that only move what is float anyway, and connected parts without any layer.
    private mutating func removePointless(_ graph: Graph) {
        let producers = graph.producers()
        var changed = true
        while changed {
            changed = false
            for (position, role) in roles {
                guard case .sameScale(let operands) = role else { continue }
                let node = graph.nodes[position]
                let isFed = operands.compactMap { node.input($0) }.contains { id in
                    producers[id].map { roles[$0] != nil } ?? (graph.constants[id] == nil)
                }
                if !isFed {
                    roles[position] = nil
                    changed = true
                }
            }
        }
        var parts: [ValueID: ValueID] = [:]
        func part(_ id: ValueID) -> ValueID {
            var current = id
            while let parent = parts[current] { current = parent }
            return current
        }
        func members(_ position: Int) -> [ValueID] {
            let node = graph.nodes[position]
            return (roles[position]?.dataPositions(node).compactMap { node.input($0) } ?? []).filter {
                graph.constants[$0] == nil
            } + node.outputs
        }
        for position in roles.keys {
            let ids = members(position)
            for id in ids.dropFirst() where part(id) != part(ids[0]) { parts[part(id)] = part(ids[0]) }
        }
        let layers = Set(roles.filter { $0.value == .layer }.keys.compactMap { members($0).first.map(part) })
        for position in Array(roles.keys) {
            if let first = members(position).first, !layers.contains(part(first)) { roles[position] = nil }
        }
    }

    // MARK: Groups

    /// - Returns: whether a conflict turned a node back to float, after which groups must be formed again.
    private mutating func resolveGroups(_ graph: Graph) -> Bool {
        parents = [:]
        fixed = [:]
        fused = []
        derived = []
        let producers = graph.producers()
        let consumers = graph.consumers()
        let elsewhere = graph.observedElsewhere()
        for position in roles.keys.sorted() {
            let node = graph.nodes[position]
            switch roles[position] {
            case .clamp?:
                guard let input = node.input(0) else { continue }
                let isFusable =
                    producers[input].flatMap { roles[$0] }.map(IntegerPlan.takesClamp) == true
                    && consumers[input] == [position] && !elsewhere.contains(input)
                if isFusable {
                    join(input, node.outputs[0])
                    fused.insert(input)
                } else if node.op == .clip {
                    join(input, node.outputs[0])
                    derived.insert(node.outputs[0])
                }
            case .sameScale(let operands)?:
                let ids = operands.compactMap { node.input($0) } + node.outputs
                for id in ids.dropFirst() { join(ids[0], id) }
                derived.formUnion(node.outputs)
            case .layer?, .rescaling?, .fixed?, nil: break
            }
        }
        return resolveFixed(graph)
    }

    /// Rescaling operators clamp their result at no cost.
    private static func takesClamp(_ role: IntegerRole) -> Bool {
        switch role {
        case .layer, .rescaling: true
        case .sameScale, .fixed, .clamp: false
        }
    }

    private mutating func resolveFixed(_ graph: Graph) -> Bool {
        for position in roles.keys.sorted() {
            guard case .fixed(let quantization, _)? = roles[position] else { continue }
            let group = representative(graph.nodes[position].outputs[0])
            fixed[group] = quantization
        }
        guard !fixed.isEmpty else { return false }
        // A group with a fixed quantization must be fed by nothing that needs another one.
        for position in roles.keys.sorted() {
            guard case .sameScale(let operands)? = roles[position] else { continue }
            let node = graph.nodes[position]
            guard let wanted = fixed[representative(node.outputs[0])] else { continue }
            let producers = graph.producers()
            let isAtOdds = operands.compactMap { node.input($0) }.contains { id in
                guard !derived.contains(id) else { return false }
                guard let producer = producers[id], case .fixed(let own, _)? = roles[producer] else { return true }
                return own != wanted
            }
            if isAtOdds {
                roles[position] = nil
                return true
            }
        }
        return false
    }

    private mutating func join(_ first: ValueID, _ second: ValueID) {
        let (a, b) = (representative(first), representative(second))
        if a != b { parents[b] = a }
    }
}
