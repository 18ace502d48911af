/// Why bytes, a message or a grammar cannot be used. Codes are stable; `edgesh explain P0003` says more.
public struct ProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `P0001` and up.
    public let code: String
    /// What is wrong and where, in one sentence.
    public let message: String
    /// What to do about it.
    public let hint: String?
    /// Whether more bytes might have made the message whole.
    public let isTruncated: Bool

    public init(code: String, message: String, hint: String? = nil, isTruncated: Bool = false) {
        self.code = code
        self.message = message
        self.hint = hint
        self.isTruncated = isTruncated
    }

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}

extension ProtocolError {
    /// A mistake in a grammar, with its place.
    static func grammar(
        _ file: String, line: Int, column: Int, _ message: String, hint: String? = nil
    ) -> ProtocolError {
        ProtocolError(code: "P0001", message: "\(file):\(line):\(column): \(message)", hint: hint)
    }

    static func unknownProtocol(_ name: String, suggestion: String?) -> ProtocolError {
        ProtocolError(
            code: "P0002", message: "there is no protocol called \"\(name)\"",
            hint: suggestion.map { "did you mean \"\($0)\"?" }
                ?? "protocols() lists them; a path such as \"./mine.yaml\" names a grammar of your own")
    }

    static func undecodable(
        _ name: String, at position: Int, in path: String, _ reason: String, isTruncated: Bool = false
    ) -> ProtocolError {
        let place = path.isEmpty ? "" : " in `\(path)`"
        return ProtocolError(
            code: "P0003", message: "not \(name) at byte \(position)\(place): \(reason)",
            hint: isTruncated ? "the message may be cut off" : nil, isTruncated: isTruncated)
    }

    static func unencodable(
        _ name: String, in path: String, _ reason: String, hint: String? = nil
    ) -> ProtocolError {
        let place = path.isEmpty ? "" : " at `\(path)`"
        return ProtocolError(code: "P0004", message: "cannot write \(name)\(place): \(reason)", hint: hint)
    }

    static func capture(_ path: String, at position: Int, _ reason: String) -> ProtocolError {
        ProtocolError(code: "P0005", message: "\(path) is not a capture that can be read: \(reason), byte \(position)")
    }

    static func unidentified(_ reason: String) -> ProtocolError {
        ProtocolError(
            code: "P0006", message: "no known protocol fits these bytes: \(reason)",
            hint: "name one with protocol: \"…\"; identify() shows what was close")
    }

    static func mapping(_ reason: String, hint: String? = nil) -> ProtocolError {
        ProtocolError(code: "P0007", message: reason, hint: hint)
    }
}
