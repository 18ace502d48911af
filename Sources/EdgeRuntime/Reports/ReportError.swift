/// Why something cannot be drawn or reported. Codes are stable: scripts may compare them.
public struct ReportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `R0001` and up.
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
}

extension ReportError {
    static func data(_ message: String, hint: String? = nil) -> ReportError {
        ReportError(code: "R0001", message: message, hint: hint)
    }

    static func noGnuplot() -> ReportError {
        ReportError(
            code: "R0002", message: "gnuplot, which draws pictures, is not installed",
            hint: "install it with: sudo apt-get install gnuplot-nox")
    }

    static func gnuplot(_ message: String) -> ReportError {
        ReportError(code: "R0003", message: "gnuplot gave no picture: \(message)")
    }

    static func timedOut(seconds: Double) -> ReportError {
        ReportError(
            code: "R0004", message: "gnuplot took longer than \(seconds) s and was ended",
            hint: "draw fewer points, or make the picture smaller")
    }

    static func format(_ path: String, _ endings: [String]) -> ReportError {
        ReportError(
            code: "R0005", message: "cannot tell from its ending what to write to \(path)",
            hint: "end it in \(endings.joined(separator: " or "))")
    }
}
