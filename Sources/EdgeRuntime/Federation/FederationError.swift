/// Why updates cannot be joined, sent or protected as asked. Codes are stable: scripts may compare them.
public struct FederationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `U0001` and up.
    public let code: String
    /// What is wrong and where (device, tensor, byte), in one sentence.
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

extension FederationError {
    static func option(_ message: String, hint: String? = nil) -> FederationError {
        FederationError(code: "U0001", message: message, hint: hint)
    }

    static func noUpdates(_ message: String, hint: String? = nil) -> FederationError {
        FederationError(code: "U0002", message: message, hint: hint)
    }

    static func mismatch(_ message: String, hint: String? = nil) -> FederationError {
        FederationError(code: "U0003", message: message, hint: hint)
    }

    static func notFinite(_ message: String) -> FederationError {
        FederationError(
            code: "U0004", message: message, hint: "a training run that diverged sends such numbers: leave it out")
    }

    static func elementType(_ message: String, hint: String? = nil) -> FederationError {
        FederationError(code: "U0005", message: message, hint: hint)
    }

    static func damaged(_ message: String, at offset: Int) -> FederationError {
        FederationError(
            code: "U0006", message: "not a compressed update: \(message) at byte \(offset)",
            hint: "the bytes must arrive as `compress_update` made them")
    }

    static func tooLarge(_ message: String, hint: String?) -> FederationError {
        FederationError(code: "U0007", message: message, hint: hint)
    }

    static func privacy(_ message: String, hint: String? = nil) -> FederationError {
        FederationError(code: "U0008", message: message, hint: hint)
    }

    static func noEntropy(_ reason: String) -> FederationError {
        FederationError(code: "U0009", message: "the system gives no random numbers: \(reason)")
    }

    static func device(_ message: String, hint: String? = nil) -> FederationError {
        FederationError(code: "U0010", message: message, hint: hint)
    }
}
