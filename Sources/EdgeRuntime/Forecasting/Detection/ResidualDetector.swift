/// Finds values that differ from what was to be expected by far more than values usually do.
///
/// Expected is what exponential smoothing of level and season forecasts one step ahead; usual is the size of the latest errors: their median and
/// their 98th percentile, each as the deviation of the normal distribution that has it, whichever is larger. Both follow the series, but an anomaly moves them only as far as an ordinary value could, so that a spike does not hide the next one; a lasting shift is
/// accepted after a while. An episode of unusual values is reported once, at its first value. Memory: one number for each step of the season, and `window` errors.
public struct ResidualDetector: StreamDetector {
    /// From how many robust deviations on a value is an anomaly.
    public let threshold: Double
    private let season: Int
    private let levelRate: Double
    private let seasonRate: Double
    private var level = Double.nan
    private var figures: [Double]
    private var place = 0
    private var scale: RollingQuantiles
    /// Values since the last unusual one.
    private var calm: Int
    private let rest: Int
    private var firstSeason: [Double] = []

    /// The longest season that is followed.
    public static let longestSeason = 100_000

    /// - Parameters:
    ///   - season: After how many values the series repeats itself; 1 where it does not.
    ///   - threshold: From how many robust deviations on a value is an anomaly.
    ///   - window: How many errors tell what is usual.
    /// - Throws: `ForecastError` for settings out of range.
    public init(season: Int = 1, threshold: Double = 4, window: Int = 500) throws(ForecastError) {
        guard season >= 1, season <= ResidualDetector.longestSeason else {
            throw .argument(
                "a season of \(season) values is not possible", hint: "choose 1 to \(ResidualDetector.longestSeason)")
        }
        guard threshold > 0, threshold.isFinite else { throw .argument("`threshold` must be positive") }
        guard window >= 10, window <= 100_000 else { throw .argument("`window` must be between 10 and 100000") }
        self.season = season
        self.threshold = threshold
        levelRate = season > 1 ? 0.1 : 0.2
        seasonRate = 0.15
        figures = season > 1 ? [Double](repeating: 0, count: season) : []
        scale = RollingQuantiles(capacity: window)
        rest = max(30, min(season / 4, 1000))
        calm = rest
    }

    public mutating func update(_ value: Double) -> Verdict {
        defer { place = season > 1 ? (place + 1) % season : 0 }
        guard value.isFinite else { return .silent(value, expected: level) }
        let value = min(max(value, -Verdict.largest), Verdict.largest)
        if season > 1, firstSeason.count < season {
            // The first season is only learned: its mean is the level, and what remains are the first figures.
            firstSeason.append(value)
            if firstSeason.count == season {
                level = firstSeason.reduce(0, +) / Double(season)
                for index in figures.indices { figures[(place + 1 + index) % season] = firstSeason[index] - level }
            }
            return .silent(value)
        }
        guard !level.isNaN else {
            level = value
            return .silent(value)
        }
        let expected = level + (season > 1 ? figures[place] : 0)
        let residual = value - expected
        let usual = max(scale.quantile(0.5) / 0.6745, scale.quantile(0.98) / 2.3263)
        let isReady = scale.count >= 20
        // Where most values repeat exactly, a thousandth of the level stands for the spread.
        let floor = max(1e-9, 1e-3 * (level.magnitude + residual.magnitude * 1e-3))
        let deviation = max(usual, floor)
        let score = isReady ? residual.magnitude / deviation : 0
        let isUnusual = score > threshold
        let isAnomaly = isUnusual && calm >= rest
        calm = isUnusual ? 0 : min(calm + 1, rest)
        let bound = 3 * deviation
        let learned = isReady ? min(max(residual, -bound), bound) : residual
        level += levelRate * learned
        if season > 1 { figures[place] += seasonRate * learned * (1 - levelRate) }
        scale.insert(isReady ? min(residual.magnitude, 3 * bound) : residual.magnitude)
        return Verdict(value: value, expected: expected, score: score, isAnomaly: isAnomaly)
    }
}
