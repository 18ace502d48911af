import EdgeTensors

/// Writes TFLite models that LiteRT's interpreter accepts.
///
/// The graph is first brought to TFLite's ways: constants computed, batch normalisation folded, `NHWC`, signed 8-bit integers. Then each node
/// becomes the operator or the few that say the same, activations going into the operator ahead of them where it takes one.
public struct TFLiteWriter: Sendable {
    public init() {}

    /// The bytes of a file.
    ///
    /// - Throws: `ModelError` for what TFLite cannot hold, all such nodes at once.
    public func write(_ model: Model) throws -> [UInt8] {
        var graph = model.graph
        try graph.simplify()
        graph = try channelsLast(graph)
        try graph.simplify()
        try graph.useSignedBytes()
        let symbolic = graph
        graph = try graph.inferringShapes(for: graph.inputs.map { graph.oneForSymbols($0) })
        var writer = TFLiteGraphWriter(graph: graph, symbolic: symbolic)
        try writer.writeNodes()
        try refuseTexts(graph)
        return try writer.finish(model)
    }

    /// Texts are stored otherwise in TFLite, and few of its runtimes have operators for them.
    private func refuseTexts(_ graph: Graph) throws {
        for id in graph.inputs + graph.outputs + graph.nodes.flatMap(\.outputs) where graph.type(of: id)?.dtype == .text
        {
            throw ModelError.unwritable("TFLite", "the value `\(graph[id].name)` holds texts")
        }
    }
}

extension Graph {
    /// The shape of an input, each extent that is a name taken for 1.
    fileprivate func oneForSymbols(_ id: ValueID) -> [Int] { (type(of: id)?.shape ?? []).map { $0.fixedValue ?? 1 } }
}
