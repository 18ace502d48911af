/// Why a text is not what its format asks for, or a value cannot be written in it. Codes are stable.
public struct DataError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `E0401` and up.
    public let code: String
    /// What is wrong, with line and column where they are known, in one sentence.
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

extension DataError {
    static func json(_ text: String, line: Int, column: Int, hint: String? = nil) -> DataError {
        DataError(code: "E0401", message: "not valid JSON: \(text), line \(line), column \(column)", hint: hint)
    }

    static func yaml(_ text: String, line: Int, column: Int, hint: String? = nil) -> DataError {
        DataError(code: "E0402", message: "not valid YAML: \(text), line \(line), column \(column)", hint: hint)
    }

    static func csv(_ text: String, line: Int, hint: String? = nil) -> DataError {
        DataError(code: "E0403", message: "not valid CSV: \(text), line \(line)", hint: hint)
    }

    static func notUTF8(_ format: String) -> DataError {
        DataError(
            code: "E0404", message: "not valid \(format): the text is not UTF-8",
            hint: "convert it first, for example with iconv -t utf-8")
    }

    static func tooDeep(_ format: String) -> DataError {
        DataError(
            code: "E0405",
            message: "lists and records nest deeper than \(DataTree.maximumDepth) levels, too deep for \(format)")
    }

    static func notFinite(_ value: Double) -> DataError {
        DataError(
            code: "E0406", message: "JSON has no number for \(value)",
            hint: "replace it by null or a text before writing")
    }

    static func unreadable(_ path: String, reason: String) -> DataError {
        DataError(code: "E0411", message: "cannot read \(path): \(reason)")
    }

    static func unwritten(_ path: String, reason: String) -> DataError {
        DataError(code: "E0412", message: "cannot write \(path): \(reason)")
    }

    static func tooLarge(_ path: String, bytes: Int, limit: Int) -> DataError {
        DataError(code: "E0413", message: "\(path) has \(bytes) bytes; at most \(limit) are read at once")
    }
}
