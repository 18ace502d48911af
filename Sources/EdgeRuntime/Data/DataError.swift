/// Why a text is not what its format asks for, or a value cannot be written in it. Codes are stable.
public struct DataError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `D0001` and up.
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
        DataError(code: "D0001", message: "not valid JSON: \(text), line \(line), column \(column)", hint: hint)
    }

    static func yaml(_ text: String, line: Int, column: Int, hint: String? = nil) -> DataError {
        DataError(code: "D0002", message: "not valid YAML: \(text), line \(line), column \(column)", hint: hint)
    }

    static func csv(_ text: String, line: Int, hint: String? = nil) -> DataError {
        DataError(code: "D0003", message: "not valid CSV: \(text), line \(line)", hint: hint)
    }

    static func notUTF8(_ format: String) -> DataError {
        DataError(
            code: "D0004", message: "not valid \(format): the text is not UTF-8",
            hint: "convert it first, for example with iconv -t utf-8")
    }

    static func tooDeep(_ format: String) -> DataError {
        DataError(
            code: "D0005",
            message: "lists and records nest deeper than \(DataTree.maximumDepth) levels, too deep for \(format)")
    }

    static func notFinite(_ value: Double) -> DataError {
        DataError(
            code: "D0006", message: "JSON has no number for \(value)",
            hint: "replace it by null or a text before writing")
    }
}
