/// Why a device profile cannot be used, or a network's cost not be told. Codes are stable: scripts may compare them.
public struct DeploymentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `V0001` and up.
    public let code: String
    /// What is wrong and where, in one sentence.
    public let message: String
    /// What to do about it.
    public let hint: String?

    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }

    static func unknownDevice(_ name: String, known: [String]) -> DeploymentError {
        DeploymentError(
            code: "V0001", message: "there is no device profile \"\(name)\"",
            hint: "profiles: \(known.joined(separator: ", ")); or the path of a .yaml file of your own")
    }

    static func profile(_ path: String, _ message: String, hint: String? = nil) -> DeploymentError {
        DeploymentError(code: "V0002", message: "the device profile \(path): \(message)", hint: hint)
    }

    static func openShape(_ model: String, _ value: String) -> DeploymentError {
        DeploymentError(
            code: "V0003",
            message: "the cost of \(model) cannot be told: the shape of `\(value)` is known only when it runs",
            hint: "a device needs fixed shapes; only the batch may be open, and counts as one")
    }
}
