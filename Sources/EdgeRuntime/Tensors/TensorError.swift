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

    package static func malformed(_ what: String, at offset: Int) -> TensorError {
        TensorError(code: "T0005", message: "\(what) at byte \(offset)")
    }

    package static func badAxis(_ axis: Int, rank: Int) -> TensorError {
        TensorError(code: "T0006", message: "a tensor of \(rank) axes has no axis \(axis)")
    }

    package static func outOfRange(_ what: String) -> TensorError {
        TensorError(code: "T0007", message: "\(what) does not exist")
    }

    package static func unreadable(_ path: String, reason: String) -> TensorError {
        TensorError(code: "T0009", message: "cannot read \(path): \(reason)")
    }

    package static func archiveTooLarge() -> TensorError {
        TensorError(
            code: "T0008", message: "an archive of arrays holds at most 4 GiB and 65535 arrays",
            hint: "write the arrays to several files")
    }
}
