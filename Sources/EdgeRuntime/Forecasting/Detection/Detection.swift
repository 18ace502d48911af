/// Everything that a detector found in a series.
public struct Detection: Sendable {
    /// How anomalies are found.
    public enum Method: String, Sendable, CaseIterable {
        /// Values far from what was to be expected.
        case residual
        /// Moments from which on the series behaves differently.
        case changePoint = "change_point"
    }

    public let series: TimeSeries
    public let method: Method
    /// One for each value.
    public let verdicts: [Verdict]

    /// Lets a detector run over a series from its beginning, as if the values came one by one.
    ///
    /// - Parameters:
    ///   - season: After how many values the series repeats itself; nil to find out.
    ///   - threshold: Robust deviations or a probability; nil for the method's own.
    ///   - progress: Gets the share of the work that is done; throws to stop.
    /// - Throws: `ForecastError` where there is nothing to watch, or a setting is out of range.
    public init(
        _ series: TimeSeries, method: Method, season: Int? = nil, threshold: Double? = nil,
        progress: (Double) throws -> Void = { _ in }
    ) throws {
        guard series.values.contains(where: { $0.isFinite }) else {
            throw ForecastError.unsuitable(
                "the series \"\(series.name)\" has no values to watch",
                hint: "check the name of the value column, and that its fields are numbers")
        }
        var detector = try Detection.detector(
            method, season: season ?? Detection.season(of: series), threshold: threshold)
        var verdicts: [Verdict] = []
        verdicts.reserveCapacity(series.count)
        for (position, value) in series.values.enumerated() {
            if position % 1024 == 0 { try progress(Double(position) / Double(series.count)) }
            verdicts.append(detector.update(value))
        }
        self.verdicts = verdicts
        self.series = series
        self.method = method
    }

    /// A detector to feed value by value.
    public static func detector(
        _ method: Method, season: Int = 1, threshold: Double? = nil
    ) throws(ForecastError) -> any StreamDetector {
        switch method {
        case .residual: return try ResidualDetector(season: season, threshold: threshold ?? 4)
        case .changePoint: return try ChangePointDetector(threshold: threshold ?? 0.9)
        }
    }

    /// The positions of the anomalies.
    public var anomalies: [Int] { verdicts.indices.filter { verdicts[$0].isAnomaly } }

    private static func season(of series: TimeSeries) -> Int {
        guard let step = series.step else { return 1 }
        let season = SeasonLength.of(GapFilling.interpolate.filled(series).values, step: step)
        // A season is worth following only where it is there several times.
        return series.count >= 4 * season ? season : 1
    }
}
