/// The errors of readers, writers and graph passes.
extension ModelError {
    static func unreadable(_ path: String, reason: String) -> ModelError {
        ModelError(code: "M0001", message: "cannot read \(path): \(reason)")
    }

    static func unknownFormat(_ what: String) -> ModelError {
        ModelError(
            code: "M0002", message: "\(what) is neither an ONNX nor a TFLite model",
            hint: "models are kept in .onnx and .tflite files")
    }

    /// The bytes do not follow the format.
    static func malformed(_ format: String, _ message: String, offset: Int? = nil) -> ModelError {
        let place = offset.map { " at byte \($0)" } ?? ""
        return ModelError(code: "M0003", message: "the \(format) file is damaged\(place): \(message)")
    }

    /// Operators that the graph has no word for, all of them at once.
    static func unsupportedOperators(_ operators: [(op: String, nodes: [String])]) -> ModelError {
        let parts = operators.map { entry in
            let shown = entry.nodes.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
            let more = entry.nodes.count > 3 ? " and \(entry.nodes.count - 3) more" : ""
            return "\(entry.op) (\(shown)\(more))"
        }
        return ModelError(
            code: "M0004", message: "the model needs operators that are not supported: " + parts.joined(separator: "; ")
        )
    }

    /// The parts of the model contradict each other.
    static func inconsistent(_ message: String) -> ModelError {
        ModelError(code: "M0005", message: message)
    }

    /// A node cannot be applied to inputs of these shapes.
    static func shape(_ node: Node, _ message: String) -> ModelError {
        ModelError(code: "M0006", message: "\(node.op.rawValue) `\(node.name)`: \(message)")
    }

    /// The format has no form for a part of the model.
    static func unwritable(_ format: String, _ message: String, hint: String? = nil) -> ModelError {
        ModelError(code: "M0007", message: "\(format) cannot hold this model: \(message)", hint: hint)
    }

    /// A feature of the format that is not read.
    static func unsupported(_ message: String, hint: String? = nil) -> ModelError {
        ModelError(code: "M0008", message: message, hint: hint)
    }

    static func unwritten(_ path: String, reason: String) -> ModelError {
        ModelError(code: "M0009", message: "cannot write \(path): \(reason)")
    }
}
