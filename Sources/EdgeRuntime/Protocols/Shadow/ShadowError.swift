/// Why a device shadow did not do what it was asked for. Codes are stable.
public struct ShadowError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `S0001` and up.
    public let code: String
    /// What is wrong, and where, in one sentence.
    public let message: String
    /// What to do about it.
    public let hint: String?

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }

    static func cannotOpen(_ path: String, _ reason: String) -> ShadowError {
        ShadowError(
            code: "S0001", message: "cannot open the shadow \(path): \(reason)",
            hint: "the folder must exist, and both it and the file must be writable")
    }

    static func notAShadow(_ path: String, _ reason: String) -> ShadowError {
        ShadowError(
            code: "S0002", message: "\(path) is not an intact shadow: \(reason)",
            hint: "restore it from a copy, or move it away to begin a new one")
    }

    static func busy(_ path: String) -> ShadowError {
        ShadowError(
            code: "S0003", message: "another program holds the shadow \(path)",
            hint: "give it a longer timeout, or end the other program")
    }

    static func conflict(_ device: String, expected: Int, found: Int) -> ShadowError {
        ShadowError(
            code: "S0004", message: "the shadow of `\(device)` has version \(found), not \(expected)",
            hint: "somebody changed it meanwhile: read its state and decide again")
    }

    static func document(_ problem: String, hint: String? = nil) -> ShadowError {
        ShadowError(code: "S0005", message: problem, hint: hint)
    }

    static func failed(_ path: String, _ reason: String) -> ShadowError {
        ShadowError(
            code: "S0006", message: "the shadow \(path) cannot be used: \(reason)",
            hint: "look at the disk: it may be full or failing. What was acknowledged before is kept")
    }

    static func closed(_ path: String) -> ShadowError {
        ShadowError(code: "S0007", message: "the shadow \(path) is closed", hint: "open it again")
    }
}
