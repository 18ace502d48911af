import EdgeTensors

/// Reads the operators of the domain `ai.onnx.ml`: their forms are the graph's, so that they are only checked.
extension ONNXGraphReader {
    mutating func readClassical(_ source: ONNXNode) throws {
        guard let op = Operator(rawValue: source.op), op.isClassical else {
            return try skip(source, op: "\(ONNXOpset.classicalDomain).\(source.op)")
        }
        try append(op, source)
        if let node = graph.nodes.last, node.op == op { try ClassicalCheck.check(node) }
    }
}
