import EdgeTensors

/// Reads TFLite models (schema version 3), of which one subgraph becomes the graph.
///
/// Activations keep TFLite's layout (`NHWC`); weights are turned into the graph's order; fused activations become nodes of their own.
public struct TFLiteReader: Sendable {
    /// The operators that are read, by their names in the schema.
    public static var operators: [String] {
        TFLiteOperatorCode.allCases.map { TFLiteOperatorCode.name(of: $0.rawValue) }
    }

    /// The subgraph that is read; 0 is the main one.
    public var subgraph: Int

    public init(subgraph: Int = 0) { self.subgraph = subgraph }

    /// Reads a model from the bytes of a file.
    ///
    /// - Throws: `ModelError` with the byte offset of what is damaged, or all operators that are not supported at once.
    public func read(_ bytes: [UInt8], name: String = "model") throws -> Model {
        let file = try TFLiteFile(bytes)
        guard file.subgraphs.indices.contains(subgraph) else {
            throw ModelError.malformed(
                "TFLite", file.subgraphs.isEmpty ? "it holds no subgraph" : "it holds no subgraph \(subgraph)")
        }
        let context = TFLiteContext(file: file)
        var reader = TFLiteGraphReader(context: context, subgraph: file.subgraphs[subgraph])
        var graph = try reader.read()
        try context.throwUnsupported()
        try graph.inferShapes()
        try graph.checkConsistency()
        let (metadata, history) = ModelHistory.decoded(try file.textEntries())
        let about = file.description.isEmpty ? "" : " (\(file.description))"
        return Model(
            name: name, graph: graph, origin: "TFLite\(about)", metadata: metadata, history: history)
    }

    /// Reads the subgraph that a signature names.
    ///
    /// - Throws: `ModelError` when the file has no such signature.
    public func read(_ bytes: [UInt8], name: String = "model", signature: String) throws -> Model {
        let signatures = try TFLiteFile(bytes).signatures()
        guard let found = signatures.first(where: { $0.key == signature }) else {
            let known = signatures.map { "`\($0.key)`" }.joined(separator: ", ")
            throw ModelError(
                code: "M0010", message: "the model has no signature `\(signature)`",
                hint: known.isEmpty ? "it has none at all" : "it has \(known)")
        }
        return try TFLiteReader(subgraph: found.subgraph).read(bytes, name: name)
    }
}
