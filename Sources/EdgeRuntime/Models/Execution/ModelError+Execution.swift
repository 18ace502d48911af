/// Errors of running a model: `M0301` and up.
extension ModelError {
    static func wrongInputCount(expected: [String], found: Int) -> ModelError {
        ModelError(
            code: "M0301", message: "the model takes \(expected.count) inputs, found \(found)",
            hint: "inputs: \(expected.joined(separator: ", "))")
    }

    static func wrongInputType(name: String, expected: String, found: String) -> ModelError {
        ModelError(code: "M0302", message: "input `\(name)` expects \(expected), found \(found)")
    }

    static func wrongInputShape(name: String, expected: String, found: [Int]) -> ModelError {
        ModelError(code: "M0303", message: "input `\(name)` expects shape \(expected), found \(found)")
    }

    /// A node that cannot run on what it was given.
    static func node(_ node: Node, _ problem: String) -> ModelError {
        ModelError(code: "M0304", message: "node `\(node.name)` (\(node.op.rawValue)): \(problem)")
    }

    static func tooMuchMemory(_ what: String, limit: Int) -> ModelError {
        ModelError(
            code: "M0305", message: "\(what) takes more than the \(limit) bytes that activations may take",
            hint: "raise `activationLimit` or make the input smaller")
    }

    static let cancelled = ModelError(code: "M0306", message: "the run was cancelled")

    static func malformedGraph(_ problem: String) -> ModelError {
        ModelError(code: "M0307", message: "the graph is not well formed: \(problem)")
    }

    /// The value of an operand is needed to know a shape, and is known only when the model runs. Never reaches a user: the
    /// session runs such a graph node by node instead.
    static func dependsOnData(_ node: Node) -> ModelError {
        ModelError(code: dependsOnDataCode, message: "node `\(node.name)`: a shape depends on the data")
    }

    static let dependsOnDataCode = "M0308"

    static let noProfile = ModelError(
        code: "M0311",
        message: "shapes in this model depend on its data: it runs node by node, without a plan to measure")
}
