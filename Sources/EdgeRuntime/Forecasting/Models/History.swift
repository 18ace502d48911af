/// What a model may see: the first values of a regular series, without gaps.
package struct History: Sendable {
    /// All values; those from `count` on are the future.
    package let values: [Double]
    package let times: [Int64]
    package let step: TimeStep
    /// How many values are known.
    package let count: Int
    /// After how many steps the series repeats itself; 1 where it does not.
    package let season: Int
    /// Other series on the same times, which a model with one set of weights for several learns from as well.
    package var companions: [History] = []
    /// Asked within long work on the history; what comes of it after `true` is of no use.
    package var isCancelled: @Sendable () -> Bool = { false }

    package init(values: [Double], times: [Int64], step: TimeStep, count: Int, season: Int) {
        self.values = values
        self.times = times
        self.step = step
        self.count = min(count, values.count)
        self.season = season
    }

    /// The same series with fewer or more values known.
    package func first(_ count: Int) -> History {
        var result = History(values: values, times: times, step: step, count: count, season: season)
        result.companions = companions.map { $0.first(count) }
        result.isCancelled = isCancelled
        return result
    }

    package var known: ArraySlice<Double> { values[..<count] }

    /// The time of a position, also beyond the end.
    func time(_ position: Int) -> Int64 {
        if position < times.count { return times[position] }
        guard let last = times.last else { return 0 }
        let beyond = position - times.count + 1
        return (try? step.times(from: last, count: beyond + 1).last) ?? last
    }

    /// A history of a series. A gap is filled from what stands before it alone, so that no forecast in a backtest knows the future: with the
    /// value of a season ago, moved by what the last known value differs from the one of a season before it.
    ///
    /// - Throws: `ForecastError` for an irregular, empty or mostly empty series.
    package init(_ series: TimeSeries, season: Int?) throws(ForecastError) {
        guard series.count > 0 else { throw .tooShort("the series \"\(series.name)\" is empty") }
        let missing = series.missing
        guard missing < series.count else {
            throw .unsuitable(
                "all \(series.count) values of the series \"\(series.name)\" are missing",
                hint: "check the name of the value column, and that its fields are numbers")
        }
        guard missing * 2 <= series.count else {
            throw .unsuitable(
                "\(missing) of \(series.count) values of the series \"\(series.name)\" are missing",
                hint: "cut it to where it was measured, or resample it to a longer step")
        }
        guard let step = series.step ?? (series.count == 1 ? .nanoseconds(1) : nil) else {
            throw .unsuitable(
                "the series \"\(series.name)\" has no regular step",
                hint: "bring it to one first: `resample(series, every: 1h)`")
        }
        if let wrong = series.values.firstIndex(where: { $0.isInfinite }) {
            throw .unsuitable("value \(wrong) of the series \"\(series.name)\" is infinite")
        }
        if let season {
            guard season >= 1 else { throw .argument("`season` must be at least 1") }
            guard season <= series.count else {
                throw .tooShort(
                    "a season of \(season) steps is longer than the series \"\(series.name)\" with its \(series.count) values",
                    hint: "give more history, or a shorter `season`")
            }
        }
        let season = season ?? SeasonLength.of(GapFilling.interpolate.filled(series).values, step: step)
        let values = History.filled(series.values, season: season)
        self.init(values: values, times: series.times, step: step, count: values.count, season: season)
    }

    /// A history with companions.
    ///
    /// - Throws: `ForecastError` for a companion on other times than the series.
    package init(_ series: TimeSeries, season: Int?, companions: [TimeSeries]) throws(ForecastError) {
        try self.init(series, season: season)
        for companion in companions {
            guard companion.times == series.times else {
                throw .unsuitable(
                    "the series \"\(companion.name)\" stands on other times than \"\(series.name)\"",
                    hint:
                        "read both with one `series(…, value: [\"a\", \"b\"])`, or cut and resample them to the same times"
                )
            }
            self.companions.append(try History(companion, season: self.season))
        }
    }

    private static func filled(_ values: [Double], season: Int) -> [Double] {
        guard values.contains(where: \.isNaN), let first = values.first(where: { !$0.isNaN }) else { return values }
        var result = values
        for index in result.indices where result[index].isNaN {
            if index > season {
                result[index] = result[index - season] + result[index - 1] - result[index - 1 - season]
            } else {
                result[index] = index > 0 ? result[index - 1] : first
            }
        }
        return result
    }
}
