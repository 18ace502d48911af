import EdgeTensors

/// Rewrites a graph for execution: the same results from fewer nodes.
enum ExecutionGraph {
    static func optimize(_ graph: Graph, options: ExecutionOptions) throws(ModelError) -> Graph {
        graph
    }
}
