/// Why a series cannot be read, forecast, watched or transformed. Codes are stable: scripts may compare them.
public struct ForecastError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code, `F0001` and up.
    public let code: String
    /// What is wrong and where, in one sentence.
    public let message: String
    /// What to do about it.
    public let hint: String?

    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    public var description: String { hint.map { "\(message) (\($0))" } ?? message }

    /// A text or number that is no time.
    package static func notATime(_ text: String, row: Int, column: String) -> ForecastError {
        ForecastError(
            code: "F0001", message: "column \"\(column)\", row \(row): \"\(text)\" is not a time",
            hint: "write times as 2026-03-01 12:00:00, 2026-03-01T12:00:00Z, 2026-03-01, or seconds since 1970")
    }

    /// Dates such as 1/2/2026 that can be read in two ways.
    package static func ambiguousDates(column: String) -> ForecastError {
        ForecastError(
            code: "F0001",
            message: "the dates of column \"\(column)\" can be read with the day or with the month first",
            hint: "say `dates: \"month_first\"` or `dates: \"day_first\"`, or write them as 2026-03-01")
    }

    /// A column that the table does not have, or cannot be told without a name.
    package static func column(_ message: String, hint: String? = nil) -> ForecastError {
        ForecastError(code: "F0002", message: message, hint: hint)
    }

    /// Values or times that make no series.
    package static func unsuitable(_ message: String, hint: String? = nil) -> ForecastError {
        ForecastError(code: "F0003", message: message, hint: hint)
    }

    /// Too few values for what is asked.
    package static func tooShort(_ message: String, hint: String? = nil) -> ForecastError {
        ForecastError(code: "F0004", message: message, hint: hint)
    }

    /// A model that does not fit the values.
    package static func model(_ message: String, hint: String? = nil) -> ForecastError {
        ForecastError(code: "F0005", message: message, hint: hint)
    }

    /// An argument outside of what is possible.
    package static func argument(_ message: String, hint: String? = nil) -> ForecastError {
        ForecastError(code: "F0006", message: message, hint: hint)
    }
}
