/// The values to come, with intervals.
public struct Forecast: Sendable {
    /// What was asked for.
    public struct Options: Sendable {
        public var steps: Int
        /// nil for the one that would have been best in the latest part of the series.
        public var model: ModelKind?
        /// After how many steps the series repeats itself; nil to find out.
        public var season: Int?
        /// Shares between 0 and 1.
        public var levels: [Double]
        /// How many of the last values "ridge" looks at; nil to choose.
        public var lags: Int?
        /// Other series on the same times that "ridge" learns from as well.
        public var companions: [TimeSeries]

        public init(
            steps: Int, model: ModelKind? = nil, season: Int? = nil, levels: [Double] = [0.8, 0.95], lags: Int? = nil,
            companions: [TimeSeries] = []
        ) {
            self.steps = steps
            self.model = model
            self.season = season
            self.levels = levels
            self.lags = lags
            self.companions = companions
        }
    }

    /// Of the series.
    public let name: String
    public let times: [Int64]
    public let values: [Double]
    public let levels: [Double]
    /// For each level the bounds of each value; NaN where the series is too short to know errors.
    public let bounds: [[(lower: Double, upper: Double)]]
    public let model: ModelKind
    /// What the model found: `ETS(M,Ad,M)`.
    public let summary: String
    /// The parameters by name.
    public let parameters: [(name: String, value: Double)]
    public let season: Int
    /// The mean absolute errors of the models that were tried, best first; empty where one was asked for.
    public let candidates: [(model: ModelKind, mae: Double)]

    /// The most steps that are forecast at once.
    public static let mostSteps = 100_000

    /// Forecasts what follows a series.
    ///
    /// - Parameters:
    ///   - progress: Gets the share of the work that is done; throws to stop.
    ///   - isCancelled: Asked within a fit, which then ends early; `progress` has to throw at its next call.
    /// - Throws: `ForecastError` where the series is not suitable, too short or constant, or an argument out of range; what `progress` throws.
    public init(
        _ series: TimeSeries, _ options: Options, progress: (Double) throws -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws {
        var history = try History(series, season: options.season, companions: options.companions)
        history.isCancelled = isCancelled
        try Forecast.check(steps: options.steps, levels: options.levels)
        let ridge = RidgeModel.Options(lags: options.lags)
        // Errors of many steps ahead are known for a part of the series only.
        let judgedSteps = max(1, min(options.steps, history.count / 4))
        let rolling = RollingOrigins.calibration(count: history.count, steps: judgedSteps, season: history.season)
        let kinds = options.model.map { [$0] } ?? Forecast.candidates(history)
        var best: (kind: ModelKind, mae: Double, intervals: ConformalIntervals)?
        var candidates: [(model: ModelKind, mae: Double)] = []
        for (place, kind) in kinds.enumerated() {
            var intervals = ConformalIntervals(levels: options.levels, steps: judgedSteps)
            var errors = ForecastErrors()
            do throws(ForecastError) {
                try rolling?.run(
                    kind, history, ridge: ridge,
                    progress: { number throws(ForecastError) in
                        let share = Double(number) / Double(max(1, rolling?.origins.count ?? 1))
                        try Interruption.forward { try progress((Double(place) + share) / Double(kinds.count + 1)) }
                    }
                ) { origin, forecast in
                    let residuals = forecast.enumerated().map { series.values[origin + $0] - $1 }
                    for (step, value) in forecast.enumerated() {
                        errors.add(truth: series.values[origin + step], forecast: value)
                    }
                    intervals.update(residuals)
                }
            } catch {
                if error.code == Interruption.code { try progress(0) }
                // A part of the series may be too short or constant where the whole is not.
            }
            candidates.append((kind, errors.mae))
            let isBetter = best.map { errors.mae < $0.mae || ($0.mae.isNaN && !errors.mae.isNaN) } ?? true
            if isBetter { best = (kind, errors.mae, intervals) }
        }
        guard let best else { throw ForecastError.argument("no model was asked for") }
        let fitted = try best.kind.fit(history, steps: options.steps, ridge: ridge)
        let values = fitted.forecast(after: history, steps: options.steps)
        try progress(1)
        guard values.allSatisfy(\.isFinite) else {
            throw ForecastError.model(
                "the forecast of \"\(best.kind.rawValue)\" leaves the numbers",
                hint: "forecast fewer steps, or use another model")
        }
        name = series.name
        times = try series.following(options.steps)
        self.values = values
        levels = options.levels
        bounds = best.intervals.bounds(values)
        model = best.kind
        summary = fitted.summary
        parameters = fitted.parameters
        season = history.season
        self.candidates = options.model == nil ? candidates.filter { !$0.mae.isNaN }.sorted { $0.mae < $1.mae } : []
    }

    /// The models worth trying on a series.
    private static func candidates(_ history: History) -> [ModelKind] {
        guard let first = history.known.first, history.known.contains(where: { $0 != first }) else { return [.naive] }
        var kinds: [ModelKind] = history.season > 1 ? [.seasonalNaive, .naive] : [.naive]
        if history.count >= 12 { kinds += [.theta, .ets] }
        if history.count >= 60 { kinds.append(.ridge) }
        return kinds
    }

    static func check(steps: Int, levels: [Double]) throws(ForecastError) {
        guard steps >= 1, steps <= mostSteps else {
            throw .argument("\(steps) steps cannot be forecast", hint: "choose between 1 and \(mostSteps)")
        }
        for level in levels where !(level > 0 && level < 1) {
            throw .argument(
                "a level of \(level * 100) % is not possible",
                hint: "levels are percentages between 0 and 100, as [80, 95]")
        }
    }
}
