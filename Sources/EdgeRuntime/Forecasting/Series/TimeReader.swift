/// Reads times as tables write them.
///
/// Known are ISO 8601 with and without a zone, `YYYY-MM-DD HH:MM:SS`, dates and months alone, slashes and dots for hyphens, dates that begin
/// with day or month, and numbers: years, or seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
public struct TimeReader: Sendable {
    /// What stands first in dates like 1/2/2026.
    public enum DateOrder: String, Sendable, CaseIterable {
        case automatic = "auto"
        case monthFirst = "month_first"
        case dayFirst = "day_first"
    }

    private let order: DateOrder

    public init(order: DateOrder = .automatic) { self.order = order }

    /// The times of a column in nanoseconds since 1970.
    ///
    /// - Parameters:
    ///   - cells: What the column holds: texts and numbers.
    ///   - column: Its name, for errors.
    /// - Throws: `ForecastError` for the first cell that is no time.
    public func times(_ cells: [TimeCell], column: String) throws(ForecastError) -> [Int64] {
        let areYears = cells.allSatisfy { $0.isYear } && !cells.isEmpty
        let order = try resolvedOrder(cells, column: column)
        var times: [Int64] = []
        times.reserveCapacity(cells.count)
        for (row, cell) in cells.enumerated() {
            let time: Int64? =
                switch cell {
                case .number(let number): areYears ? TimeReader.year(number) : TimeReader.unix(number)
                case .text(let text): TimeReader.parse(text, order: order)
                case .missing: nil
                }
            guard let time else { throw .notATime(cell.shown, row: row + 1, column: column) }
            times.append(time)
        }
        return times
    }

    /// Whether every cell of a sample looks like a time.
    static func looksLikeTimes(_ cells: some Sequence<TimeCell>) -> Bool {
        var seen = false
        for cell in cells {
            seen = true
            guard case .text(let text) = cell,
                parse(text, order: .monthFirst) != nil || parse(text, order: .dayFirst) != nil
            else { return false }
        }
        return seen
    }

    private func resolvedOrder(_ cells: [TimeCell], column: String) throws(ForecastError) -> DateOrder {
        guard order == .automatic else { return order }
        var sawAny = false
        for cell in cells {
            guard case .text(let text) = cell, let pair = TimeReader.leadingPair(text) else { continue }
            sawAny = true
            if pair.first > 12 { return .dayFirst }
            if pair.second > 12 { return .monthFirst }
        }
        guard !sawAny else { throw .ambiguousDates(column: column) }
        return .monthFirst
    }

    /// The first two numbers of a date that does not begin with its year.
    private static func leadingPair(_ text: String) -> (first: Int, second: Int)? {
        var scanner = DigitScanner(text)
        guard let first = scanner.number(in: 1...2), scanner.take(separators) != nil,
            let second = scanner.number(in: 1...2)
        else { return nil }
        return (first, second)
    }

    private static let separators: [UInt8] = Array("-/.".utf8)

    static func unix(_ number: Double) -> Int64? {
        let magnitude = number.magnitude
        guard number.isFinite, magnitude < 9.2e18 else { return nil }
        let scale = magnitude < 1e11 ? 1e9 : magnitude < 1e14 ? 1e6 : magnitude < 1e17 ? 1e3 : 1
        return Int64(exactly: (number * scale).rounded())
    }

    private static func year(_ number: Double) -> Int64? {
        Int(exactly: number).flatMap { CalendarTime(year: $0, month: 1, day: 1).nanoseconds }
    }

    /// One text as nanoseconds since 1970; nil where it is no time. Without a zone it counts as UTC.
    public static func parse(_ text: String, order: DateOrder = .monthFirst) -> Int64? {
        var scanner = DigitScanner(text)
        guard var time = date(&scanner, order: order) else { return nil }
        if scanner.isAtEnd { return time.nanoseconds }
        guard scanner.take([0x54, 0x74, 0x20]) != nil, let ofDay = timeOfDay(&scanner) else { return nil }
        time.nanosecondOfDay = ofDay
        guard let local = time.nanoseconds, let offset = zone(&scanner) else { return nil }
        let (result, overflow) = local.subtractingReportingOverflow(offset)
        return overflow ? nil : result
    }

    private static func date(_ scanner: inout DigitScanner, order: DateOrder) -> CalendarTime? {
        guard let first = scanner.digits(), let separator = scanner.take(separators),
            let second = scanner.number(in: 1...2)
        else { return nil }
        if first.count == 4 {
            var day = 1
            if scanner.take([separator]) != nil {
                guard let number = scanner.number(in: 1...2) else { return nil }
                day = number
            }
            return valid(year: first.value, month: second, day: day)
        }
        guard first.count <= 2, scanner.take([separator]) != nil, let year = scanner.digits(),
            year.count == 4 || year.count == 2
        else { return nil }
        // Two digits are a year of 1970 to 2069, as POSIX's `%y` nearly has it.
        let full = year.count == 4 ? year.value : year.value + (year.value < 70 ? 2000 : 1900)
        switch order {
        case .dayFirst: return valid(year: full, month: second, day: first.value)
        case .monthFirst, .automatic: return valid(year: full, month: first.value, day: second)
        }
    }

    private static func valid(year: Int, month: Int, day: Int) -> CalendarTime? {
        guard (1...12).contains(month), day >= 1, day <= CalendarTime.length(ofMonth: month, year: year) else {
            return nil
        }
        return CalendarTime(year: year, month: month, day: day)
    }

    private static func timeOfDay(_ scanner: inout DigitScanner) -> Int64? {
        guard let hour = scanner.number(in: 1...2), hour <= 24, scanner.take([0x3A]) != nil,
            let minute = scanner.number(in: 2...2), minute < 60
        else { return nil }
        var nanoseconds = Int64(hour * 3600 + minute * 60) * 1_000_000_000
        if scanner.take([0x3A]) != nil {
            guard let second = scanner.number(in: 2...2), second <= 60 else { return nil }
            nanoseconds += Int64(second) * 1_000_000_000
            if scanner.take([0x2E, 0x2C]) != nil {
                guard let fraction = scanner.fraction() else { return nil }
                nanoseconds += fraction
            }
        }
        scanner.skipBlanks()
        if let half = scanner.halfOfDay() {
            guard (1...12).contains(hour) else { return nil }
            nanoseconds +=
                half == .afternoon ? (hour == 12 ? 0 : 12) * 3_600_000_000_000 : hour == 12 ? -43_200_000_000_000 : 0
        }
        return nanoseconds <= CalendarTime.nanosecondsInDay ? nanoseconds : nil
    }

    /// What a zone lies ahead of UTC, in nanoseconds; 0 where none stands; nil where something else does.
    private static func zone(_ scanner: inout DigitScanner) -> Int64? {
        scanner.skipBlanks()
        if scanner.isAtEnd { return 0 }
        if scanner.take([0x5A, 0x7A]) != nil || scanner.take(word: "UTC") || scanner.take(word: "GMT") {
            return scanner.isAtEnd ? 0 : nil
        }
        guard let sign = scanner.take([0x2B, 0x2D]), let hours = scanner.number(in: 2...2), hours < 24 else {
            return nil
        }
        _ = scanner.take([0x3A])
        guard let minutes = scanner.isAtEnd ? 0 : scanner.number(in: 2...2), minutes < 60, scanner.isAtEnd else {
            return nil
        }
        let offset = Int64(hours * 3600 + minutes * 60) * 1_000_000_000
        return sign == 0x2D ? -offset : offset
    }
}

/// What a time column may hold.
public enum TimeCell: Sendable, Hashable {
    case text(String)
    case number(Double)
    case missing

    var isYear: Bool {
        guard case .number(let number) = self else { return false }
        return number.rounded() == number && (1500...2500).contains(number)
    }

    var shown: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .missing: ""
        }
    }
}
