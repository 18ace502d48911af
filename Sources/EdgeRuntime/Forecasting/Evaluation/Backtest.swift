/// What models would have forecast at many moments of the past, from what was known then, held against what came.
public struct Backtest: Sendable {
    /// How a backtest is laid out.
    public struct Options: Sendable {
        public var models: [ModelKind]
        /// Steps ahead.
        public var horizon: Int
        /// How many origins.
        public var folds: Int
        /// Steps between two origins; nil for the horizon.
        public var stride: Int?
        public var season: Int?
        /// Shares between 0 and 1.
        public var levels: [Double]
        /// Origins between two fits; nil for at most 13 fits in all.
        public var refitEvery: Int?
        public var lags: Int?
        /// Other series on the same times that "ridge" learns from as well.
        public var companions: [TimeSeries]

        public init(
            models: [ModelKind], horizon: Int, folds: Int = 10, stride: Int? = nil, season: Int? = nil,
            levels: [Double] = [0.8, 0.95], refitEvery: Int? = nil, lags: Int? = nil,
            companions: [TimeSeries] = []
        ) {
            self.models = models
            self.horizon = horizon
            self.folds = folds
            self.stride = stride
            self.season = season
            self.levels = levels
            self.refitEvery = refitEvery
            self.lags = lags
            self.companions = companions
        }
    }

    /// One model's result.
    public struct Entry: Sendable {
        public let model: ModelKind
        public let errors: ForecastErrors
        /// The mean absolute error divided by that of the (seasonal) naive forecast one step ahead on the values before the first origin.
        public let mase: Double
        /// The share of the values inside the intervals of each level; NaN where there were no intervals.
        public let coverage: [Double]
        /// The mean width of the intervals of each level.
        public let width: [Double]
        /// Processor time for fits and forecasts, in seconds.
        public let seconds: Double
        /// Why the model could not be judged; nil where it was.
        public let failure: ForecastError?
    }

    /// As the options have them, after the naive forecast that the others are compared with.
    public let entries: [Entry]
    public let levels: [Double]
    public let horizon: Int
    public let season: Int
    /// The times of the first and the last origin, in nanoseconds since 1970.
    public let span: (first: Int64, last: Int64)
    public let folds: Int

    /// Runs it.
    ///
    /// - Parameters:
    ///   - progress: Gets the share of the work that is done; throws to stop.
    ///   - isCancelled: Asked within a fit, which then ends early; `progress` has to throw at its next call.
    /// - Throws: `ForecastError` for a series that is too short or not suitable; a model that does not fit is an entry with its failure.
    public init(
        _ series: TimeSeries, _ options: Options, progress: (Double) throws -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws {
        var history = try History(series, season: options.season, companions: options.companions)
        history.isCancelled = isCancelled
        try Forecast.check(steps: options.horizon, levels: options.levels)
        let stride = options.stride ?? options.horizon
        guard options.folds >= 1, stride >= 1, !options.models.isEmpty else {
            throw ForecastError.argument("a backtest needs at least one model, one fold and a positive stride")
        }
        let (reach, overflow) = stride.multipliedReportingOverflow(by: options.folds - 1)
        let (needed, overflows) = reach.addingReportingOverflow(options.horizon)
        let first = overflow || overflows ? -1 : history.count - needed
        guard first >= max(2, min(2 * history.season, history.count / 4)) else {
            throw ForecastError.tooShort(
                "\(history.count) values are too few for \(options.folds) forecasts of \(options.horizon) steps, \(stride) apart",
                hint: "choose fewer `folds` or a shorter `horizon`")
        }
        let tests = (0..<options.folds).map { first + $0 * stride }
        // Forecasts before the first fold, whose errors the first intervals are made of.
        var warmUp: [Int] = []
        if !options.levels.isEmpty {
            let spacing = stride >= history.season || history.season == 1 ? stride : history.season
            let reserved = max(first / 2, 2 * history.season + 8)
            let number = max(0, min(ConformalIntervals.window, (first - options.horizon - reserved) / spacing))
            warmUp = (0..<number).map { first - options.horizon - (number - 1 - $0) * spacing }
        }
        let naive: ModelKind = history.season > 1 ? .seasonalNaive : .naive
        let models = [naive] + options.models.filter { $0 != naive }
        let scale = Backtest.naiveError(history.first(first))
        let rolling = RollingOrigins(
            origins: tests, steps: options.horizon,
            refitEvery: max(1, options.refitEvery ?? (options.folds + 12) / 13))
        let calibration = RollingOrigins(
            origins: warmUp, steps: options.horizon, refitEvery: max(1, (warmUp.count + 1) / 2))
        let ridge = RidgeModel.Options(lags: options.lags, isAligned: stride % max(1, history.season) == 0)
        let total = Double(models.count * (tests.count + warmUp.count))
        var entries: [Entry] = []
        for (place, model) in models.enumerated() {
            let done = place * (tests.count + warmUp.count)
            var run = BacktestRun(truth: series.values, levels: options.levels, horizon: options.horizon)
            let clock = ProcessorClock()
            var failure: ForecastError?
            do throws(ForecastError) {
                try calibration.run(
                    model, history, ridge: ridge,
                    progress: { number throws(ForecastError) in
                        try Interruption.forward { try progress(Double(done + number) / total) }
                    }
                ) { run.calibrate($0, $1) }
                try rolling.run(
                    model, history, ridge: ridge,
                    progress: { number throws(ForecastError) in
                        try Interruption.forward { try progress(Double(done + warmUp.count + number) / total) }
                    }
                ) { run.judge($0, $1) }
            } catch {
                if error.code == Interruption.code { try progress(Double(done) / total) }
                failure = error
            }
            entries.append(
                Entry(
                    model: model, errors: run.errors, mase: run.errors.mae / scale, coverage: run.coverage,
                    width: run.width,
                    seconds: clock.seconds, failure: failure))
        }
        self.entries = entries
        levels = options.levels
        horizon = options.horizon
        season = history.season
        folds = options.folds
        span = (history.time(tests[0]), history.time(tests[tests.count - 1]))
    }

    /// The mean absolute difference to the value a season earlier.
    private static func naiveError(_ history: History) -> Double {
        guard history.count > history.season else { return .nan }
        var sum = 0.0
        for index in history.season..<history.count {
            sum += (history.values[index] - history.values[index - history.season]).magnitude
        }
        return sum / Double(history.count - history.season)
    }
}
