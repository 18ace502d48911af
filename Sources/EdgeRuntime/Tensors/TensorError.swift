/// What can go wrong with a tensor. Codes are stable: scripts may compare them.
public struct TensorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `T0001` and up.
    public let code: String
    /// What is wrong, in one sentence.
    public let message: String
    /// What to do about it.
    public let hint: String?

    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }

    package static func outOfMemory(bytes: Int) -> TensorError {
        TensorError(code: "T0001", message: "no memory for a tensor of \(bytes) bytes")
    }

    package static func shapeMismatch(_ message: String, hint: String? = nil) -> TensorError {
        TensorError(code: "T0002", message: message, hint: hint)
    }

    package static func tooLarge(shape: [Int]) -> TensorError {
        TensorError(code: "T0003", message: "a tensor of shape \(shape) has more elements than memory can address")
    }

    package static func wrongType(expected: DType, found: DType) -> TensorError {
        TensorError(code: "T0004", message: "expected a tensor of \(expected.rawValue), found \(found.rawValue)")
    }
}
