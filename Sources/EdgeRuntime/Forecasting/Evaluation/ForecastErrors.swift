/// How far forecasts were from the truth.
public struct ForecastErrors: Sendable, Hashable {
    /// How many values were judged.
    public private(set) var count = 0
    private var magnitudes = 0.0
    private var squares = 0.0
    private var shares = 0.0
    private var shareCount = 0

    public init() {}

    /// Judges one forecast; nothing is counted where the truth is not known.
    public mutating func add(truth: Double, forecast: Double) {
        guard !truth.isNaN, !forecast.isNaN else { return }
        let error = truth - forecast
        count += 1
        magnitudes += error.magnitude
        squares += error * error
        if truth != 0 {
            shares += (error / truth).magnitude
            shareCount += 1
        }
    }

    /// The mean absolute error; NaN where nothing was judged.
    public var mae: Double { count > 0 ? magnitudes / Double(count) : .nan }
    /// The root of the mean squared error.
    public var rmse: Double { count > 0 ? (squares / Double(count)).squareRoot() : .nan }
    /// The mean absolute error as a share of the truth, values of zero left out: 0.05 is 5 %.
    public var mape: Double { shareCount > 0 ? shares / Double(shareCount) : .nan }
}
