import EdgeTensors

/// Operators on texts: how many parts and words there are is known only when they run.
extension ShapeInference {
    func inferText(_ node: Node) -> [TensorType?] {
        let shape = shape(node, 0)
        switch node.op {
        case .regexFullMatch: return [TensorType(dtype: .bool, shape: shape)]
        case .stringSplit:
            return [
                TensorType(dtype: .text, shape: shape.map { $0 + [unknown(node, $0.count)] }),
                TensorType(dtype: .i64, shape: shape),
            ]
        case .tokenizer: return [TensorType(dtype: .text, shape: shape.map { $0 + [unknown(node, $0.count)] })]
        default:
            var stopwords: [String] = []
            if case .strings(let words)? = node.attributes["stopwords"] { stopwords = words }
            let left = stopwords.isEmpty ? shape : shape.map { $0.dropLast() + [unknown(node, $0.count - 1)] }
            return [TensorType(dtype: .text, shape: left)]
        }
    }
}
