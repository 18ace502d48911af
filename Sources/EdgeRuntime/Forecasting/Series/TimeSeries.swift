/// One measured quantity over time.
///
/// A *regular* series has one value for each step of a grid, NaN where nothing was measured; its step is a number of
/// nanoseconds, or of months where the calendar makes the grid. Only a regular series can be forecast.
public struct TimeSeries: Sendable, Hashable {
    /// What was measured.
    public var name: String
    /// Nanoseconds since 1970-01-01T00:00:00Z, ascending.
    public var times: [Int64]
    /// One value for each time; NaN where it is missing.
    public var values: [Double]
    /// The distance of neighbours; nil where they have none in common.
    public var step: TimeStep?

    /// A series whose step is found from its times.
    ///
    /// - Parameters:
    ///   - times: Ascending, in nanoseconds since 1970.
    ///   - values: As many as times.
    public init(name: String, times: [Int64], values: [Double]) {
        self.init(name: name, times: times, values: values, step: TimeStep.exact(times))
    }

    init(name: String, times: [Int64], values: [Double], step: TimeStep?) {
        precondition(times.count == values.count, "a value for each time")
        self.name = name
        self.times = times
        self.values = values
        self.step = step
    }

    /// Values at equal distances from a first time on.
    ///
    /// - Throws: `ForecastError` where the times leave the years that 64-bit nanoseconds hold (1677 to 2262).
    public init(name: String, values: [Double], start: Int64 = 0, step: TimeStep) throws(ForecastError) {
        guard step.isPositive else { throw .argument("the step of a series must be positive") }
        self.init(name: name, times: try step.times(from: start, count: values.count), values: values, step: step)
    }

    public var count: Int { values.count }
    /// How many values are missing.
    public var missing: Int { values.reduce(0) { $0 + ($1.isNaN ? 1 : 0) } }

    /// The runs of missing values, as ranges of positions.
    public var gaps: [Range<Int>] {
        var gaps: [Range<Int>] = []
        var start: Int?
        for (position, value) in values.enumerated() {
            if value.isNaN {
                if start == nil { start = position }
            } else if let first = start {
                gaps.append(first..<position)
                start = nil
            }
        }
        if let start { gaps.append(start..<count) }
        return gaps
    }

    /// The part of a series between two times, the second exclusive.
    public func slice(from start: Int64?, to end: Int64?) -> TimeSeries {
        let first = start.map { lowerBound($0) } ?? 0
        let last = max(first, end.map { lowerBound($0) } ?? count)
        return slice(first..<last)
    }

    /// The part of a series at some positions.
    public func slice(_ positions: Range<Int>) -> TimeSeries {
        let range = positions.clamped(to: 0..<count)
        return TimeSeries(name: name, times: Array(times[range]), values: Array(values[range]), step: step)
    }

    /// The first position whose time is not before a time.
    private func lowerBound(_ time: Int64) -> Int {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The times of the values that would follow.
    ///
    /// - Throws: `ForecastError` where the series has no step.
    public func following(_ count: Int) throws(ForecastError) -> [Int64] {
        guard let step, let last = times.last else {
            throw .unsuitable(
                "the series \"\(name)\" has no regular step",
                hint: "bring it to one first: `resample(series, every: 1h)`")
        }
        return Array(try step.times(from: last, count: count + 1).dropFirst())
    }
}
