/// What takes the place of missing values.
public enum GapFilling: String, Sendable, CaseIterable {
    /// They stay missing.
    case keep
    /// A straight line between the neighbours; the nearest value at the ends.
    case interpolate
    /// The last value before them; missing at the beginning.
    case forward

    /// A series with its gaps filled.
    public func filled(_ series: TimeSeries) -> TimeSeries {
        var result = series
        switch self {
        case .keep: break
        case .interpolate: result.values = GapFilling.interpolated(series.values, times: series.times)
        case .forward:
            var last = Double.nan
            for index in result.values.indices {
                if result.values[index].isNaN { result.values[index] = last } else { last = result.values[index] }
            }
        }
        return result
    }

    /// Values on straight lines over the times; all NaN where there is none to begin with.
    private static func interpolated(_ values: [Double], times: [Int64]) -> [Double] {
        var result = values
        var previous: Int?
        for index in values.indices where !values[index].isNaN {
            let from = previous.map { $0 + 1 } ?? 0
            for gap in from..<index {
                guard let previous else {
                    result[gap] = values[index]
                    continue
                }
                let share =
                    (Double(times[gap]) - Double(times[previous])) / (Double(times[index]) - Double(times[previous]))
                result[gap] = values[previous] + (values[index] - values[previous]) * share
            }
            previous = index
        }
        if let previous {
            for index in previous + 1..<max(previous + 1, values.count) { result[index] = values[previous] }
        }
        return result
    }
}
