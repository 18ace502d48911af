public import EdgeForecasting
public import EdgeLang

extension Detection.Method: BuiltinChoice {}
extension ModelKind: BuiltinChoice {}

extension Primitives {
    /// A model, or the best of all.
    enum ForecastModel: String, BuiltinChoice {
        case auto, naive, ets, theta, ridge
        case seasonalNaive = "seasonal_naive"
    }

    /// Forecasts, their errors, and what is out of the ordinary.
    static let forecasting: [BuiltinSpec] = [
        BuiltinSpec(
            "forecast", "Forecasts the values that follow a series.",
            .value("series", SeriesInput.self, "the series"),
            .value("steps", Int.self, in: 1...Forecast.mostSteps, "how many values"),
            .label("model", ForecastModel.self, default: .auto, "how; \"auto\" takes what would have been best lately"),
            .label(
                "season", Int?.self, in: 1...,
                "after how many values the series repeats itself; found where it is left out"),
            .label("levels", [Double].self, default: [80, 95], "percentages of the values that intervals should hold"),
            .label("lags", Int?.self, in: 1..., "ridge: how many of the last values it looks at"),
            .label(
                "with", [SeriesInput].self, default: [],
                "ridge: other series on the same times that share its weights, such as the other sensors of a machine"),
            returns: "a forecast, which prints as a table and has the fields `values`, `lower` and `upper`",
            type: "forecast",
            details: """
                `naive` repeats the last value, `seasonal_naive` the last season. `ets` is exponential smoothing, its components chosen by the corrected
                Akaike criterion; `theta` the theta method on values without their season; `ridge` a regression on the last values and the
                calendar. The intervals are made of the errors of forecasts of the latest part of the series (conformal prediction): they
                assume nothing of how errors are distributed. Gaps are filled from what stands before them.
                """,
            topic: "Forecasting", seeAlso: ["backtest", "series", "detect"],
            examples: [
                Example("forecast([4, 5, 6, 7, 8, 9], 2, model: \"naive\").values", "[9.0, 9.0]"),
                Example(
                    "forecast([1, 5, 2, 1, 5, 2, 1, 5, 2], 3, model: \"seasonal_naive\", season: 3).values",
                    "[1.0, 5.0, 2.0]"),
                .varies("forecast(build(96, i => 10 + i % 12), 12)"),
            ]
        ) { context, input, steps, model, season, levels, lags, others in
            let options = Forecast.Options(
                steps: steps, model: ModelKind(rawValue: model.rawValue), season: season,
                levels: levels.map { $0 / 100 }, lags: lags, companions: others.map(\.series))
            return ForecastObject(
                try context.cancellable { isCancelled in
                    try Forecast(
                        input.series, options, progress: context.progressHandler("forecasting \(input.series.name)"),
                        isCancelled: isCancelled)
                })
        },
        BuiltinSpec(
            "backtest", "Judges models by what they would have forecast in the past.",
            .value("series", SeriesInput.self, "the series"),
            .label(
                "models", [ModelKind].self, default: [.ets, .theta, .ridge],
                "which ones; the naive forecast is always among them"),
            .label("horizon", Int.self, in: 1...Forecast.mostSteps, "how many values each forecast has"),
            .label("folds", Int.self, default: 10, in: 1...100_000, "how many forecasts, up to the end of the series"),
            .label(
                "stride", Int?.self, in: 1..., "values from one forecast to the next; the horizon where it is left out"),
            .label(
                "refit", Int?.self, in: 1..., "forecasts from one fit to the next; at most 13 fits where it is left out"
            ),
            .label(
                "season", Int?.self, in: 1...,
                "after how many values the series repeats itself; found where it is left out"),
            .label("levels", [Double].self, default: [80, 95], "percentages of the values that intervals should hold"),
            .label("lags", Int?.self, in: 1..., "ridge: how many of the last values it looks at"),
            .label(
                "with", [SeriesInput].self, default: [],
                "ridge: other series on the same times that share its weights, such as the other sensors of a machine"),
            returns: "a comparison that prints as a table; `models` has the figures, `best` the name of the best",
            type: "backtest",
            details: """
                Each forecast knows only the values before it. MAE and RMSE are in the unit of the series, MAPE is a share of the true values, MASE the MAE in units
                of the naive forecast's error before the first forecast. The coverage is the share of the values that fell into the
                intervals, which are made of earlier errors alone.
                """,
            topic: "Forecasting", seeAlso: ["forecast"],
            examples: [
                Example(
                    "backtest(build(60, i => i % 6), models: [\"theta\"], horizon: 6, folds: 3).best",
                    "\"seasonal_naive\"")
            ]
        ) { context, input, models, horizon, folds, stride, refit, season, levels, lags, others in
            let options = Backtest.Options(
                models: models, horizon: horizon, folds: folds, stride: stride, season: season,
                levels: levels.map { $0 / 100 }, refitEvery: refit, lags: lags,
                companions: others.map(\.series))
            return BacktestObject(
                try context.cancellable { isCancelled in
                    try Backtest(
                        input.series, options,
                        progress: context.progressHandler("judging models on \(input.series.name)"),
                        isCancelled: isCancelled)
                })
        },
        BuiltinSpec(
            "detect", "Finds what is out of the ordinary in a series.",
            .value("series", SeriesInput.self, "the series"),
            .label("method", Detection.Method.self, default: .residual, "anomalies, or changes of mean or spread"),
            .label(
                "season", Int?.self, in: 1...ResidualDetector.longestSeason,
                "after how many values the series repeats itself; found where it is left out"),
            .label(
                "threshold", Double?.self, in: 0.0...,
                "from how many robust deviations (4) or which probability (0.9) on something is reported"),
            returns:
                "what was found, which prints as a table; `anomalies` has the records, `scores` a number for each value",
            type: "detection",
            details: """
                The values are judged one by one, each only by those before it. `residual` compares each with a forecast that follows level and season, in units of
                the spread that forecasts usually miss by; an episode is reported at its first value. `change_point` carries along how
                probable it is that the series has begun to behave differently (Bayesian online change point detection).
                """,
            topic: "Forecasting", seeAlso: ["detector", "forecast"],
            examples: [
                Example("len(detect(build(200, i => if i == 150 { 90 } else { i % 7 }), season: 7))", "1"),
                Example(
                    "detect(build(300, i => (i * 7919 % 11) + (if i < 200 { 0 } else { 40 })), method: \"change_point\").anomalies[0].position > 198",
                    "true"),
            ]
        ) { context, input, method, season, threshold in
            DetectionObject(
                try Detection(
                    input.series, method: method, season: season, threshold: threshold,
                    progress: context.progressHandler("watching \(input.series.name)")))
        },
        BuiltinSpec(
            "detector", "Makes a detector that values are given to one by one.",
            .value("method", Detection.Method.self, default: .residual, "anomalies, or changes of mean or spread"),
            .label(
                "season", Int.self, default: 1, in: 1...ResidualDetector.longestSeason,
                "after how many values they repeat themselves"),
            .label(
                "threshold", Double?.self, in: 0.0...,
                "from how many robust deviations (4) or which probability (0.9) on something is reported"),
            returns: "the detector, for `observe`", type: "detector",
            details: "Its memory does not grow with the values it has seen. `detect` says how the methods work.",
            topic: "Forecasting", seeAlso: ["observe", "detect"],
            examples: [
                Example(
                    "let watch = detector()\nfor i in 0..60 { observe(watch, i % 5) }\nobserve(watch, 80).anomaly",
                    "true")
            ]
        ) { _, method, season, threshold in
            DetectorObject(method, try Detection.detector(method, season: season, threshold: threshold))
        },
        BuiltinSpec(
            "observe", "Gives a detector its next value.",
            .value("detector", DetectorObject.self, "the detector, which learns from the value"),
            .value("value", Double?.self, "the value; null where nothing was measured"),
            returns:
                "a record: `anomaly` says whether to report, `expected` what was to be expected, `score` how unusual it is",
            type: "record", topic: "Forecasting", seeAlso: ["detector"],
            examples: [Example("observe(detector(), 5).anomaly", "false")]
        ) { (_, detector: DetectorObject, value: Double?) -> PlainValue in
            detector.update(value ?? .nan)
        },
    ]
}
