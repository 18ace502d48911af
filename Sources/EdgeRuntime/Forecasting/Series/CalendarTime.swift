/// A moment as the proleptic Gregorian calendar has it, in UTC.
public struct CalendarTime: Sendable, Hashable {
    public var year: Int
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int
    public var nanosecondOfDay: Int64

    static let nanosecondsInDay: Int64 = 86_400_000_000_000

    public init(year: Int, month: Int, day: Int, nanosecondOfDay: Int64 = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.nanosecondOfDay = nanosecondOfDay
    }

    /// The calendar's view of nanoseconds since 1970. Days to date by Howard Hinnant's `civil_from_days` (2013): years begin in March,
    /// so that the leap day is the last.
    public init(nanoseconds: Int64) {
        let days = Int(CalendarTime.dayNumber(nanoseconds))
        nanosecondOfDay = nanoseconds &- Int64(days) &* CalendarTime.nanosecondsInDay
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01, rounded down.
    static func dayNumber(_ nanoseconds: Int64) -> Int64 {
        let days = nanoseconds / nanosecondsInDay
        return nanoseconds % nanosecondsInDay < 0 ? days - 1 : days
    }

    /// 0 for Monday to 6 for Sunday.
    static func weekday(_ nanoseconds: Int64) -> Int {
        // 1970-01-01 was a Thursday.
        Int(((dayNumber(nanoseconds) + 3) % 7 + 7) % 7)
    }

    /// Nanoseconds since 1970; nil beyond the years 1677 to 2262.
    public var nanoseconds: Int64? {
        guard (1600...2300).contains(year), (1...12).contains(month) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let (start, overflow) = Int64(days).multipliedReportingOverflow(by: CalendarTime.nanosecondsInDay)
        guard !overflow else { return nil }
        let (time, overflows) = start.addingReportingOverflow(nanosecondOfDay)
        return overflows ? nil : time
    }

    /// Months since the year 0.
    var monthNumber: Int { year * 12 + month - 1 }

    /// The same day so many months later; the last day of the month where it has no such day.
    func adding(months: Int) -> CalendarTime {
        let number = monthNumber + months
        var result = self
        result.year = number / 12
        result.month = number % 12 + 1
        result.day = min(day, CalendarTime.length(ofMonth: result.month, year: result.year))
        return result
    }

    static func length(ofMonth month: Int, year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// `2026-03-01 12:00`, with seconds and a fraction only where there are any, and without a time of day at midnight where `dateOnly`.
    public func text(dateOnly: Bool = false) -> String {
        let date = "\(CalendarTime.digits(year, 4))-\(CalendarTime.digits(month, 2))-\(CalendarTime.digits(day, 2))"
        if dateOnly, nanosecondOfDay == 0 { return date }
        let seconds = Int(nanosecondOfDay / 1_000_000_000)
        let fraction = Int(nanosecondOfDay % 1_000_000_000)
        var text = "\(date) \(CalendarTime.digits(seconds / 3600, 2)):\(CalendarTime.digits(seconds / 60 % 60, 2))"
        if seconds % 60 != 0 || fraction != 0 { text += ":" + CalendarTime.digits(seconds % 60, 2) }
        if fraction != 0 {
            var digits = CalendarTime.digits(fraction, 9)
            while digits.last == "0" { digits.removeLast() }
            text += "." + digits
        }
        return text
    }

    private static func digits(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
