/// Makes regular series of rows as they come: unordered, with duplicates and gaps.
public struct SeriesBuilder: Sendable {
    /// What becomes of several rows of one time, such as the hour that the end of summer time repeats.
    public enum Duplicates: String, Sendable, CaseIterable {
        case mean, first, last, error
    }

    public var duplicates: Duplicates
    public var gaps: GapFilling

    /// More steps than this are not laid out.
    static let longest = 50_000_000

    public init(duplicates: Duplicates = .mean, gaps: GapFilling = .keep) {
        self.duplicates = duplicates
        self.gaps = gaps
    }

    /// One series for each column of values, all on the same times.
    ///
    /// The rows are ordered by time; the step is the distance that most neighbours have, or one in months where the calendar makes
    /// the grid. Rows that most steps lack, or that stand beside the grid, leave the series irregular: it keeps its times then.
    ///
    /// - Throws: `ForecastError` for no rows, and for two rows of one time where `duplicates` is `.error`.
    public func build(
        names: [String], times: [Int64], columns: [[Double]]
    ) throws(ForecastError) -> [TimeSeries] {
        guard !times.isEmpty else { throw .unsuitable("there are no rows to make a series of") }
        precondition(columns.allSatisfy { $0.count == times.count }, "a value for each time")
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        var unique: [Int64] = []
        var groups: [Range<Int>] = []
        for (rank, row) in order.enumerated() {
            if unique.last == times[row] {
                groups[groups.count - 1] = groups[groups.count - 1].lowerBound..<rank + 1
            } else {
                unique.append(times[row])
                groups.append(rank..<rank + 1)
            }
        }
        if duplicates == .error, let group = groups.first(where: { $0.count > 1 }) {
            let time = CalendarTime(nanoseconds: times[order[group.lowerBound]]).text()
            throw .unsuitable(
                "\(group.count) rows have the time \(time)",
                hint: "`duplicates: \"mean\"`, \"first\" or \"last\" says which value counts")
        }
        let merged = columns.map { column in groups.map { merge($0.map { column[order[$0]] }) } }
        guard let grid = SeriesBuilder.grid(unique) else {
            var result: [TimeSeries] = []
            for (name, values) in zip(names, merged) {
                result.append(TimeSeries(name: name, times: unique, values: values, step: nil))
            }
            return result
        }
        let gridTimes = try grid.step.times(from: unique[0], count: grid.count)
        var result: [TimeSeries] = []
        for (name, values) in zip(names, merged) {
            var onGrid = [Double](repeating: .nan, count: grid.count)
            for (value, position) in zip(values, grid.positions) { onGrid[position] = value }
            result.append(
                gaps.filled(TimeSeries(name: name, times: gridTimes, values: onGrid, step: grid.step)))
        }
        return result
    }

    private func merge(_ values: [Double]) -> Double {
        let present = values.filter { !$0.isNaN }
        guard let first = present.first, let last = present.last else { return .nan }
        switch duplicates {
        case .mean: return present.count == 1 ? first : present.reduce(0, +) / Double(present.count)
        case .first, .error: return first
        case .last: return last
        }
    }

    /// The grid that ascending times stand on; nil where they do not.
    private static func grid(_ times: [Int64]) -> (step: TimeStep, count: Int, positions: [Int])? {
        guard times.count > 1 else { return nil }
        if let months = TimeStep.monthly(times), months > 0 {
            let first = CalendarTime(nanoseconds: times[0]).monthNumber
            var positions: [Int] = []
            for time in times {
                let distance = CalendarTime(nanoseconds: time).monthNumber - first
                guard distance % months == 0 else { return nil }
                positions.append(distance / months)
            }
            return (.months(months), (positions.last ?? 0) + 1, positions)
        }
        let distances = zip(times.dropFirst(), times).map { $0 &- $1 }
        let (span, overflow) = times[times.count - 1].subtractingReportingOverflow(times[0])
        guard !overflow else { return nil }
        for step in [mostFrequent(distances), distances.reduce(0, commonDivisor)].compactMap({ $0 }) where step > 0 {
            // A grid with far more places than rows is no grid: the step then comes from a few neighbours only.
            guard span / step < Int64(min(longest, max(1000, 4 * times.count))) else { continue }
            guard times.allSatisfy({ ($0 - times[0]) % step == 0 }) else { continue }
            return (.nanoseconds(step), Int(span / step) + 1, times.map { Int(($0 - times[0]) / step) })
        }
        return nil
    }

    private static func commonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    /// The most frequent distance; the smaller of equally frequent ones.
    private static func mostFrequent(_ distances: [Int64]) -> Int64? {
        var counts: [Int64: Int] = [:]
        for distance in distances { counts[distance, default: 0] += 1 }
        return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
    }
}
