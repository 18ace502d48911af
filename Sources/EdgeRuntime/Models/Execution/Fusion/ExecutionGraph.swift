import EdgeTensors

/// Rewrites a graph for execution: the same results from fewer nodes.
enum ExecutionGraph {
    static func optimize(
        _ graph: Graph, options: ExecutionOptions, texts: TextStore
    ) throws(ModelError) -> Graph {
        var result = graph
        try KnownNodes.apply(to: &result, options: options, texts: texts)
        // Without kernels there is nothing to gain: the plain implementations run the graph as it is written.
        guard options.kernels != .reference else { return result }
        result.mergeCommonSubexpressions()
        try NormalizationFusion.apply(to: &result)
        GatedActivationFusion.apply(to: &result)
        result = channelsMovedLast(result)
        try PaddingFusion.apply(to: &result)
        DenseFusion.apply(to: &result)
        try BatchNormalizationFusion.apply(to: &result)
        try BiasFusion.apply(to: &result)
        ActivationFusion.apply(to: &result)
        ResidualFusion.apply(to: &result)
        ActivationFusion.apply(to: &result)
        SoftmaxScaleFusion.apply(to: &result)
        TransposeFusion.apply(to: &result)
        result.removeDeadNodes()
        return result
    }

    /// The kernels want channels last. Where the layout pass does not know a graph it runs as it is: convolutions turn their operands
    /// themselves then.
    private static func channelsMovedLast(_ graph: Graph) -> Graph {
        guard graph.nodes.contains(where: { $0.op.hasLayout && $0.layout == .channelsFirst }) else { return graph }
        return (try? channelsLast(graph)) ?? graph
    }
}
