extension Graph {
    /// Removes nodes that pass their input on: `Identity`, `Dropout`, casts to the type at hand, transpositions and reshapes to the same.
    public mutating func removeIdentities() {
        let captured = nodes.reduce(into: Set<ValueID>()) { $0.formUnion(capturedValues(of: $1)) }
        var position = 0
        while position < nodes.count {
            let node = nodes[position]
            guard passesOn(node), let input = node.input(0), let output = node.outputs.first, !captured.contains(output)
            else {
                position += 1
                continue
            }
            if !outputs.contains(output) {
                nodes.remove(at: position)
                replaceUses(of: output, with: input)
            } else if let producer = nodes.firstIndex(where: { $0.outputs.contains(input) }), !outputs.contains(input),
                !captured.contains(input), let place = nodes[producer].outputs.firstIndex(of: input)
            {
                // The model's output keeps its name: who made the input makes it now.
                nodes.remove(at: position)
                nodes[producer].outputs[place] = output
                replaceUses(of: input, with: output)
            } else {
                position += 1
            }
        }
    }

    private func passesOn(_ node: Node) -> Bool {
        guard let input = node.input(0), let output = node.outputs.first, let from = type(of: input),
            let to = type(of: output),
            from.quantization == to.quantization, from.dtype == to.dtype
        else { return false }
        switch node.op {
        case .identity, .dropout: return true
        case .cast: return true
        case .reshape, .flatten, .squeeze, .unsqueeze, .expand:
            return from.shape == to.shape && from.shape?.allSatisfy { $0.fixedValue != nil } == true
        case .transpose: return node.ints("perm").map { $0 == Array($0.indices) } ?? false
        default: return false
        }
    }
}
