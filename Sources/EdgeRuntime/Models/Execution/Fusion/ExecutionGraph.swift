import EdgeTensors

/// Rewrites a graph for execution: the same results from fewer nodes.
enum ExecutionGraph {
    static func optimize(_ graph: Graph, options: ExecutionOptions) throws(ModelError) -> Graph {
        var result = graph
        try ConstantFolding.apply(to: &result, options: options)
        // Without kernels there is nothing to gain: the plain implementations run the graph as it is written.
        guard options.kernels != .reference else { return result }
        try PaddingFusion.apply(to: &result)
        DenseFusion.apply(to: &result)
        try BatchNormalizationFusion.apply(to: &result)
        try BiasFusion.apply(to: &result)
        ActivationFusion.apply(to: &result)
        ResidualFusion.apply(to: &result)
        ActivationFusion.apply(to: &result)
        return result
    }
}
