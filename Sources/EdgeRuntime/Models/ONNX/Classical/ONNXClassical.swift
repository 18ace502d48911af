import EdgeTensors

/// Reads the operators of the domain `ai.onnx.ml`: their forms are the graph's, so that they are only checked.
extension ONNXGraphReader {
    mutating func readClassical(_ source: ONNXNode) throws {
        guard let given = Operator(rawValue: source.op), given.isClassical else {
            return try skip(source, op: "\(ONNXOpset.classicalDomain).\(source.op)")
        }
        var (source, op) = (source, given)
        if op == .labelEncoder, let classes = source.attributes["classes_strings"] {
            // The form of the first version: texts stand for their position, or it for them.
            guard case .strings(let texts) = classes else {
                throw ModelError.inconsistent("LabelEncoder `\(source.name)`: its `classes_strings` are no texts")
            }
            op = .categoryMapper
            source.attributes["classes_strings"] = nil
            source.attributes["cats_strings"] = classes
            source.attributes["cats_int64s"] = .ints(Array(texts.indices))
        }
        try append(op, source)
        if let node = graph.nodes.last, node.op == op { try ClassicalCheck.check(node) }
    }
}
