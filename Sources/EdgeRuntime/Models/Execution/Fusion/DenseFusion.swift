import EdgeTensors

/// A product with a constant matrix is a dense layer: `MatMul` becomes `Gemm`.
enum DenseFusion {
    static func apply(to graph: inout Graph) {
        for position in graph.nodes.indices where graph.nodes[position].op == .matMul {
            let node = graph.nodes[position]
            guard let data = node.input(0), let weights = node.input(1), let constant = graph.constants[weights],
                constant.rank == 2,
                node.inputs.count == 2, let rank = graph.type(of: data)?.shape?.count, rank >= 2
            else { continue }
            graph.nodes[position].op = .gemm
        }
    }
}
