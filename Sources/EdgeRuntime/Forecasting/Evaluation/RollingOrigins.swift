/// Forecasts of the past, each made from what was known then.
struct RollingOrigins {
    /// The positions of the first value of each forecast, ascending.
    let origins: [Int]
    let steps: Int
    /// The model is fitted anew after so many origins; in between it only takes in the new values.
    let refitEvery: Int

    /// Forecasts at each origin.
    ///
    /// - Parameter body: Gets the origin and the forecast; throws to stop.
    func run(
        _ kind: ModelKind, _ history: History, ridge: RidgeModel.Options,
        progress: (Int) throws(ForecastError) -> Void = { _ in },
        _ body: (Int, [Double]) -> Void
    ) throws(ForecastError) {
        var model: (any FittedModel)?
        for (number, origin) in origins.enumerated() {
            try progress(number)
            let known = history.first(origin)
            if number % refitEvery == 0 || model == nil { model = try kind.fit(known, steps: steps, ridge: ridge) }
            guard let model else { return }
            body(origin, model.forecast(after: known, steps: steps))
        }
    }

    /// Origins in the later half of a series for calibration: a season apart where there are many seasons, else spread evenly.
    static func calibration(count: Int, steps: Int, season: Int) -> RollingOrigins? {
        let reserved = max(count / 2, min(count - steps, 2 * season + 8))
        let room = count - steps - reserved
        guard room >= 0 else { return nil }
        let stride = season > 1 && room / season >= 24 ? season : max(1, room / 60)
        let number = min(ConformalIntervals.window, room / stride + 1)
        let origins = (0..<number).map { count - steps - (number - 1 - $0) * stride }
        return RollingOrigins(origins: origins, steps: steps, refitEvery: max(1, (number + 1) / 2))
    }
}
