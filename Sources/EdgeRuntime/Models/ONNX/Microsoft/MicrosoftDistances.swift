import EdgeTensors

/// `CDist`: the distances between the rows of two matrices, which exporters write for nearest neighbours.
extension ONNXGraphReader {
    /// The root of the summed squares of differences; without the root where the metric says so.
    mutating func readDistances(_ source: ONNXNode) throws {
        let first = try required(source, 0)
        let second = try required(source, 1)
        let metric = source.string("metric") ?? "sqeuclidean"
        guard metric == "sqeuclidean" || metric == "euclidean" else {
            return context.reportUnsupported("com.microsoft.CDist with the metric \(metric)", node: source.name)
        }
        let rows = step(.unsqueeze, source, "rows", [first, try list(source, "rows_axis", [1])])
        let columns = step(.unsqueeze, source, "columns", [second, try list(source, "columns_axis", [0])])
        let difference = step(.sub, source, "difference", [rows, columns])
        let square = step(.mul, source, "square", [difference, difference])
        let axes = try list(source, "features", [2])
        guard metric == "euclidean" else {
            return try finish(.reduceSum, source, [square, axes], ["keepdims": .int(0)])
        }
        try finish(.sqrt, source, [step(.reduceSum, source, "sum", [square, axes], ["keepdims": .int(0)])])
    }
}
