import EdgeTensors

/// Reads a graph backwards from a value, as patterns of several nodes are written.
struct GraphPattern {
    let graph: Graph
    private let producers: [ValueID: Int]

    init(_ graph: Graph) {
        self.graph = graph
        producers = graph.producers()
    }

    /// The node that makes a float value, where it is of one of these operators.
    func node(making id: ValueID?, _ operators: Operator...) -> Node? {
        guard let id, let position = producers[id], graph.isPlainFloat(id) else { return nil }
        let node = graph.nodes[position]
        return operators.contains(node.op) && node.outputs.count == 1 ? node : nil
    }

    /// The number that a constant of one element holds.
    func number(_ id: ValueID?) -> Float? {
        guard let values = graph.floatConstant(id), values.count == 1 else { return nil }
        return values[0]
    }

    /// Whether a constant holds one number, close to the one given: exporters round such numbers in their own ways.
    func isNumber(_ id: ValueID?, _ expected: Float) -> Bool {
        number(id).map { abs($0 - expected) <= 1e-4 * abs(expected) } ?? false
    }

    /// The operand of a sum or product of two that is not the one given, and whether the given one is an operand at all.
    func other(_ node: Node, than id: ValueID) -> ValueID? {
        guard node.inputs.count == 2, let first = node.inputs[0], let second = node.inputs[1] else { return nil }
        return first == id ? second : second == id ? first : nil
    }

    /// The value that is added to a constant number.
    func summand(of node: Node, plus expected: Float) -> ValueID? {
        guard node.op == .add, node.inputs.count == 2 else { return nil }
        if isNumber(node.input(1), expected) { return node.input(0) }
        return isNumber(node.input(0), expected) ? node.input(1) : nil
    }

    /// The factors of a product, products among them taken apart up to a depth.
    func factors(of id: ValueID, depth: Int) -> [ValueID] {
        guard depth > 0, let node = node(making: id, .mul), node.inputs.count == 2, let first = node.inputs[0],
            let second = node.inputs[1], FusedActivation.bounds(node) == (-Float.infinity, Float.infinity)
        else { return [id] }
        return factors(of: first, depth: depth - 1) + factors(of: second, depth: depth - 1)
    }

    /// The number that all constant factors make together, and the other factors.
    func split(_ factors: [ValueID]) -> (scale: Float, values: [ValueID]) {
        var scale: Float = 1
        var values: [ValueID] = []
        for factor in factors {
            if let number = number(factor) { scale *= number } else { values.append(factor) }
        }
        return (scale, values)
    }

    /// Whether two values have the same known shape.
    func sameShape(_ first: ValueID, _ second: ValueID) -> Bool {
        guard let shape = graph.type(of: first)?.shape else { return false }
        return shape == graph.type(of: second)?.shape
    }
}
