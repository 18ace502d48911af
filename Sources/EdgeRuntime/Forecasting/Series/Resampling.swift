/// How the values that fall into one step become one.
public enum Aggregation: String, Sendable, CaseIterable {
    case mean, sum, min, max, median, first, last, count

    /// The one value for some, missing ones left out; NaN where there is none (0 for `count` and `sum` counts as missing too).
    public func apply(_ values: some Sequence<Double>) -> Double {
        let present = values.filter { !$0.isNaN }
        if self == .count { return Double(present.count) }
        guard let first = present.first, let last = present.last else { return .nan }
        switch self {
        case .mean: return present.reduce(0, +) / Double(present.count)
        case .sum: return present.reduce(0, +)
        case .min: return present.min() ?? .nan
        case .max: return present.max() ?? .nan
        case .median: return Quantile.median(present)
        case .first: return first
        case .last: return last
        case .count: return Double(present.count)
        }
    }
}

extension TimeSeries {
    /// The series on a grid of another step: each step gathers the values from its time on up to the next.
    ///
    /// Steps that divide a day begin at midnight UTC, days at midnight, months at their first day.
    ///
    /// - Throws: `ForecastError` for an empty series and for a grid of more than 50 million steps.
    public func resampled(every step: TimeStep, with aggregation: Aggregation) throws(ForecastError) -> TimeSeries {
        guard let first = times.first, let last = times.last else {
            throw .unsuitable("the series \"\(name)\" is empty")
        }
        guard step.isPositive else { throw .argument("the step of a series must be positive") }
        switch step {
        case .nanoseconds(let length):
            let start = TimeSeries.floor(first, to: length)
            let (span, overflow) = last.subtractingReportingOverflow(start)
            // A step of centuries may begin before the first time that can be written.
            guard start <= first, !overflow, span / length < Int64(SeriesBuilder.longest) else {
                throw .argument(
                    "steps of \(step) from \(CalendarTime(nanoseconds: first).text()) on are not possible",
                    hint: "at most \(SeriesBuilder.longest) steps within the years 1677 to 2262 are made")
            }
            return try gathered(into: Int(span / length) + 1, start: start, step: step, aggregation) { time in
                Int((time - start) / length)
            }
        case .months(let months):
            let begin = CalendarTime(nanoseconds: first)
            let origin = begin.monthNumber - begin.monthNumber % months
            let start = CalendarTime(year: origin / 12, month: origin % 12 + 1, day: 1).nanoseconds ?? first
            let count = (CalendarTime(nanoseconds: last).monthNumber - origin) / months + 1
            return try gathered(into: count, start: start, step: step, aggregation) { time in
                (CalendarTime(nanoseconds: time).monthNumber - origin) / months
            }
        }
    }

    private func gathered(
        into count: Int, start: Int64, step: TimeStep, _ aggregation: Aggregation, position: (Int64) -> Int
    ) throws(ForecastError) -> TimeSeries {
        var result = [Double](repeating: aggregation == .count ? 0 : .nan, count: count)
        var index = 0
        while index < times.count {
            let place = position(times[index])
            var end = index + 1
            while end < times.count, position(times[end]) == place { end += 1 }
            result[place] = aggregation.apply(values[index..<end])
            index = end
        }
        return TimeSeries(
            name: name, times: try step.times(from: start, count: count), values: result, step: step)
    }

    private static func floor(_ time: Int64, to length: Int64) -> Int64 {
        let rest = time % length
        return rest == 0 ? time : rest > 0 ? time - rest : time - rest &- length
    }
}
