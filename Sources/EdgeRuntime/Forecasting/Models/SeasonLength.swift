/// After how many steps a series repeats itself.
package enum SeasonLength {
    /// The natural season of a step (a day of hours, a year of months …) where two of them are there, else the lag of the strongest
    /// autocorrelation; 1 where nothing repeats.
    package static func of(_ values: [Double], step: TimeStep) -> Int {
        let natural = candidates(step).filter { $0 > 1 && values.count >= 2 * $0 }
        if let first = natural.first { return first }
        return candidates(step).isEmpty ? strongestLag(values) : 1
    }

    /// The seasons of a step, shortest first; empty where a step has none of its own.
    static func candidates(_ step: TimeStep) -> [Int] {
        switch step {
        case .months(let months): return 12 % months == 0 && months < 12 ? [12 / months] : []
        case .nanoseconds(let length):
            let day = CalendarTime.nanosecondsInDay
            if length == 7 * day { return [52] }
            if length == day { return [7] }
            if length >= 60_000_000_000, length < day, day % length == 0 {
                return [Int(day / length), Int(7 * day / length)]
            }
            return []
        }
    }

    /// The lag of the highest peak of the autocorrelation above 0.3, after it has first fallen below it; at most a third of the values and 2000.
    private static func strongestLag(_ values: [Double]) -> Int {
        let longest = min(values.count / 3, 2000)
        guard longest >= 2 else { return 1 }
        let recent = Array(values.suffix(20_000))
        let correlation = Autocorrelation.of(recent, lags: longest)
        guard let fallen = correlation.indices.first(where: { $0 > 0 && correlation[$0] < 0.3 }), fallen + 1 < longest
        else {
            return 1
        }
        var best = 1
        var highest = 0.3
        for lag in fallen + 1..<longest
        where correlation[lag] > highest && correlation[lag] >= correlation[lag - 1]
            && correlation[lag] >= correlation[lag + 1]
        {
            // A multiple of a lag already found has to be clearly better.
            if best > 1, lag % best <= 1 || best - lag % best <= 1, correlation[lag] < highest * 1.05 { continue }
            highest = correlation[lag]
            best = lag
        }
        return best
    }
}

/// How values relate to earlier ones.
enum Autocorrelation {
    /// The autocorrelation for the lags 0 to `lags`, each sum divided by the count of all values.
    static func of(_ values: [Double], lags: Int) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        let centred = values.map { $0 - mean }
        let variance = centred.reduce(0) { $0 + $1 * $1 }
        guard variance > 0 else { return [Double](repeating: 0, count: lags + 1) }
        return (0...lags).map { lag in
            guard lag < centred.count else { return 0 }
            var sum = 0.0
            for index in lag..<centred.count { sum += centred[index] * centred[index - lag] }
            return sum / variance
        }
    }
}
