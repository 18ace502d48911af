/// Why a model cannot be read, written or run. Codes are stable: scripts may compare them.
public struct ModelError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `M0001` and up.
    public let code: String
    /// What is wrong and where (file, byte offset, node name), in one sentence.
    public let message: String
    /// What to do about it.
    public let hint: String?

    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
