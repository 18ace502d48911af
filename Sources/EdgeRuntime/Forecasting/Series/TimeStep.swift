/// The distance between neighbours of a regular series.
public enum TimeStep: Sendable, Hashable, CustomStringConvertible {
    /// A fixed number of nanoseconds.
    case nanoseconds(Int64)
    /// Calendar months, whose lengths differ.
    case months(Int)

    /// Seconds, minutes, hours or days as a step.
    ///
    /// - Throws: `ForecastError` for a length that is not positive or beyond 292 years.
    public static func seconds(_ seconds: Double) throws(ForecastError) -> TimeStep {
        guard seconds > 0, let nanoseconds = Int64(exactly: (seconds * 1e9).rounded()), nanoseconds > 0 else {
            throw .argument("a step of \(seconds) s is not possible", hint: "give a positive duration, for example 1h")
        }
        return .nanoseconds(nanoseconds)
    }

    var isPositive: Bool {
        switch self {
        case .nanoseconds(let count): count > 0
        case .months(let count): count > 0
        }
    }

    /// Roughly how many seconds it takes; a month counts as the twelfth of a year of 365.25 days.
    public var approximateSeconds: Double {
        switch self {
        case .nanoseconds(let count): Double(count) / 1e9
        case .months(let count): Double(count) * 2_629_800
        }
    }

    public var description: String {
        switch self {
        case .months(1): "1 month"
        case .months(12): "1 year"
        case .months(let count): "\(count) months"
        case .nanoseconds(let count):
            TimeStep.units.first { count % $0.length == 0 }.map { "\(count / $0.length) \($0.name)" } ?? "\(count) ns"
        }
    }

    private static let units: [(length: Int64, name: String)] = [
        (86_400_000_000_000, "d"), (3_600_000_000_000, "h"), (60_000_000_000, "min"), (1_000_000_000, "s"),
        (1_000_000, "ms"), (1000, "µs"),
    ]

    /// Times from a first one on.
    func times(from start: Int64, count: Int) throws(ForecastError) -> [Int64] {
        guard count > 0 else { return [] }
        switch self {
        case .nanoseconds(let step):
            let (reach, overflow) = step.multipliedReportingOverflow(by: Int64(count - 1))
            guard !overflow, !start.addingReportingOverflow(reach).overflow else { throw TimeStep.outOfRange }
            return (0..<Int64(count)).map { start + $0 * step }
        case .months(let months):
            let (reach, overflow) = months.multipliedReportingOverflow(by: count - 1)
            guard !overflow, reach < 12 * 600 else { throw TimeStep.outOfRange }
            let first = CalendarTime(nanoseconds: start)
            var times: [Int64] = []
            times.reserveCapacity(count)
            for index in 0..<count {
                guard let time = first.adding(months: months * index).nanoseconds else { throw TimeStep.outOfRange }
                times.append(time)
            }
            return times
        }
    }

    private static var outOfRange: ForecastError {
        .argument("the times of the series leave the years 1677 to 2262", hint: "check step and first time")
    }

    /// The step that all neighbours have in common; nil where there is none, and for fewer than two times.
    static func exact(_ times: [Int64]) -> TimeStep? {
        guard times.count > 1 else { return nil }
        let (step, overflow) = times[1].subtractingReportingOverflow(times[0])
        guard !overflow, step > 0 else { return nil }
        var isFixed = true
        for index in 1..<times.count where times[index] &- times[index - 1] != step {
            isFixed = false
            break
        }
        if isFixed, times.count > 2 || step < 28 * 86_400_000_000_000 { return .nanoseconds(step) }
        guard let months = monthly(times) else { return isFixed ? .nanoseconds(step) : nil }
        let first = CalendarTime(nanoseconds: times[0])
        for index in times.indices where first.adding(months: months * index).nanoseconds != times[index] {
            return isFixed ? .nanoseconds(step) : nil
        }
        return .months(months)
    }

    /// The smallest distance in whole months, where all times stand at the same day and time of day.
    static func monthly(_ times: [Int64]) -> Int? {
        guard times.count > 1 else { return nil }
        let first = CalendarTime(nanoseconds: times[0])
        var previous = first.monthNumber
        var smallest = Int.max
        for time in times.dropFirst() {
            let date = CalendarTime(nanoseconds: time)
            guard date.day == first.day, date.nanosecondOfDay == first.nanosecondOfDay else { return nil }
            guard date.monthNumber > previous else { return nil }
            smallest = min(smallest, date.monthNumber - previous)
            previous = date.monthNumber
        }
        return smallest
    }
}
