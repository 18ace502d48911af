/// Why data cannot be read, or a model cannot be judged on it. Codes are stable: scripts may compare them.
public struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `L0001` and up.
    public let code: String
    /// What is wrong and where (file, line or byte offset), in one sentence.
    public let message: String
    /// What to do about it.
    public let hint: String?

    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }

    /// A file whose contents are not of the format that its name or caller promises.
    package static func malformed(_ path: String, at place: String, _ message: String, hint: String? = nil)
        -> TrainingError
    {
        TrainingError(code: "L0001", message: "\(path), \(place): \(message)", hint: hint)
    }

    /// A file or folder that is well-formed but is not data for this purpose.
    package static func unsuitable(_ message: String, hint: String? = nil) -> TrainingError {
        TrainingError(code: "L0002", message: message, hint: hint)
    }

    /// A selection of samples that the data set cannot give.
    package static func badSelection(_ message: String, hint: String? = nil) -> TrainingError {
        TrainingError(code: "L0003", message: message, hint: hint)
    }

    /// A data set that does not fit the model.
    package static func mismatch(_ message: String, hint: String? = nil) -> TrainingError {
        TrainingError(code: "L0004", message: message, hint: hint)
    }

    /// A metric that does not fit labels or outputs.
    package static func metric(_ message: String, hint: String? = nil) -> TrainingError {
        TrainingError(code: "L0005", message: message, hint: hint)
    }

    /// A model that cannot be trained, or a pass that cannot be made.
    package static func untrainable(_ message: String, hint: String? = nil) -> TrainingError {
        TrainingError(code: "L0006", message: message, hint: hint)
    }

    /// Layers that do not fit together.
    package static func network(_ message: String, hint: String? = nil) -> TrainingError {
        TrainingError(code: "L0007", message: message, hint: hint)
    }

    /// An option of training that cannot be.
    package static func option(_ message: String, hint: String? = nil) -> TrainingError {
        TrainingError(code: "L0008", message: message, hint: hint)
    }

    /// Numbers that grew beyond all bounds.
    package static func diverged(_ message: String, hint: String? = nil) -> TrainingError {
        TrainingError(code: "L0009", message: message, hint: hint)
    }

    /// A checkpoint that cannot be gone on from.
    package static func checkpoint(_ message: String, hint: String? = nil) -> TrainingError {
        TrainingError(code: "L0010", message: message, hint: hint)
    }
}
