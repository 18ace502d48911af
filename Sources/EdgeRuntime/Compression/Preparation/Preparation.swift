package import EdgeModels

/// Brings a float network into the form that is quantized: normalisation and affine operators folded into the weights before them,
/// dense layers as `Gemm` with weights `[out, in]`, nothing left that computes a constant.
///
/// The result computes the same function.
package enum Preparation {
    package static func prepare(_ model: Model) throws -> Model {
        var result = model
        try ConstantFolding.run(&result.graph)
        PassThroughRemoval.run(&result.graph)
        try DenseLayers.run(&result.graph)
        try AffineFolding.run(&result.graph)
        globalisePools(&result.graph)
        result.graph.removeUnusedConstants()
        return result
    }

    /// Writes means over a whole map as such: their kernel may change the scale, a pool must keep that of its input, and a mean is
    /// far smaller than the largest value it is taken over.
    private static func globalisePools(_ graph: inout Graph) {
        for (position, node) in graph.nodes.enumerated() where node.op == .averagePool {
            guard let extents = node.input(0).flatMap({ graph.type(of: $0)?.shape })?.map(\.fixedValue),
                let kernel = node.ints("kernel_shape"), extents.count == kernel.count + 2
            else { continue }
            let map = node.layout == .channelsLast ? extents[1..<extents.count - 1] : extents[2...]
            let isUnpadded = (node.ints("pads") ?? []).allSatisfy { $0 == 0 } && (node.int("ceil_mode") ?? 0) == 0
            guard Array(map) == kernel, isUnpadded else { continue }
            graph.nodes[position].op = .globalAveragePool
            graph.nodes[position].attributes = node.attributes.filter { $0.key == "layout" }
        }
    }
}
