/// The seasonal part of a series by classical decomposition: a centred moving average takes away the trend, and the mean of what remains at
/// each place of the season is its seasonal figure.
struct SeasonalDecomposition {
    /// One figure for each place of the season, that of the first value first. They add up to 0, or average 1 where multiplicative.
    let figures: [Double]
    let isMultiplicative: Bool

    /// - Parameter values: At least two seasons of them.
    init(_ values: ArraySlice<Double>, season: Int, isMultiplicative: Bool) {
        precondition(season > 1 && values.count >= 2 * season, "two seasons to average over")
        let base = values.startIndex
        let half = season / 2
        var sums = [Double](repeating: 0, count: season)
        var counts = [Double](repeating: 0, count: season)
        // The mean of a whole season around a place: for an even season its two ends count half.
        for centre in half..<values.count - half {
            var sum = 0.0
            if season % 2 == 0 {
                for offset in centre - half + 1..<centre + half { sum += values[base + offset] }
                sum += (values[base + centre - half] + values[base + centre + half]) / 2
            } else {
                for offset in centre - half...centre + half { sum += values[base + offset] }
            }
            let trend = sum / Double(season)
            let rest = isMultiplicative ? values[base + centre] / trend : values[base + centre] - trend
            guard rest.isFinite else { continue }
            sums[centre % season] += rest
            counts[centre % season] += 1
        }
        var figures = zip(sums, counts).map { $1 > 0 ? $0 / $1 : isMultiplicative ? 1 : 0 }
        let mean = figures.reduce(0, +) / Double(season)
        for index in figures.indices {
            if isMultiplicative { figures[index] /= mean } else { figures[index] -= mean }
        }
        self.figures = figures
        self.isMultiplicative = isMultiplicative
    }
}
