import EdgeModels

/// Removes nodes that hand their input on unchanged.
enum PassThroughRemoval {
    static func run(_ graph: inout Graph) {
        let elsewhere = graph.observedElsewhere()
        var removed: Set<Int> = []
        for (position, node) in graph.nodes.enumerated() {
            guard node.op == .identity || node.op == .dropout, let input = node.input(0),
                let output = node.outputs.first
            else { continue }
            // The mask of a dropout cannot be had from its input.
            let consumers = graph.consumers()
            guard node.outputs.dropFirst().allSatisfy({ consumers[$0] == nil && !elsewhere.contains($0) }) else {
                continue
            }
            // The names of inputs, outputs and captured values are part of the interface.
            guard !elsewhere.contains(output) else { continue }
            graph.replaceUses(of: output, with: input)
            removed.insert(position)
        }
        graph.removeNodes(removed)
    }
}
