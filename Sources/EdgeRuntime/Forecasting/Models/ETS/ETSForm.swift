/// Which components a model of exponential smoothing has, and how they act together (Hyndman, Koehler, Ord and Snyder, "Forecasting with
/// Exponential Smoothing", 2008).
public struct ETSForm: Sendable, Hashable, CustomStringConvertible {
    public enum Error: String, Sendable { case additive = "A", multiplicative = "M" }
    public enum Trend: String, Sendable { case none = "N", additive = "A", damped = "Ad" }
    public enum Season: String, Sendable { case none = "N", additive = "A", multiplicative = "M" }

    public var error: Error
    public var trend: Trend
    public var season: Season

    public init(error: Error, trend: Trend, season: Season) {
        self.error = error
        self.trend = trend
        self.season = season
    }

    /// `ETS(M,Ad,M)`.
    public var description: String { "ETS(\(error.rawValue),\(trend.rawValue),\(season.rawValue))" }

    /// Whether all values have to be above zero.
    var needsPositiveValues: Bool { error == .multiplicative || season == .multiplicative }

    /// How many smoothing parameters there are: alpha, beta, gamma, phi.
    var smoothingCount: Int {
        1 + (trend == .none ? 0 : 1) + (season == .none ? 0 : 1) + (trend == .damped ? 1 : 0)
    }

    /// How many numbers the likelihood was maximised over: smoothing parameters, first states and the variance.
    func parameterCount(season length: Int) -> Int {
        smoothingCount + 1 + (trend == .none ? 0 : 1) + (season == .none ? 0 : length - 1) + 1
    }

    /// The forms that are tried, those left out whose forecasts are unstable: additive error with multiplicative season, and all with a
    /// multiplicative trend.
    static func candidates(isPositive: Bool, isSeasonal: Bool) -> [ETSForm] {
        var forms: [ETSForm] = []
        for error in [Error.additive, .multiplicative] where isPositive || error == .additive {
            for trend in [Trend.none, .additive, .damped] {
                for season in [Season.none, .additive, .multiplicative] where isSeasonal || season == .none {
                    if season == .multiplicative, error == .additive || !isPositive { continue }
                    forms.append(ETSForm(error: error, trend: trend, season: season))
                }
            }
        }
        return forms
    }
}
