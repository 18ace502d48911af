/// The theta method as a state space model, on values whose season is taken off where a test finds one.
public struct ThetaModel: Sendable {
    public let form: ThetaForm
    public let fitted: ThetaParameters
    /// The sum of squared one-step errors from the fourth value on, divided by the mean magnitude of the values.
    public let error: Double
    private let season: SeasonalDecomposition?
    private let state: ThetaFilter
    private let start: Int
    private let end: Int

    /// The form with the smallest error, or one form.
    ///
    /// - Throws: `ForecastError` for fewer than five values and a constant series.
    package init(_ history: History, form: ThetaForm? = nil) throws(ForecastError) {
        let window = max(500, ETSModel.longestSeasons * history.season)
        let known = history.known.suffix(window)
        try ModelChecks.varied(known, model: "theta")
        guard known.count >= 5 else {
            throw .tooShort(
                "the theta method needs at least 5 values, found \(known.count)", hint: "use model \"naive\"")
        }
        let season = ThetaModel.seasonalPart(known, season: history.season)
        let values = ThetaModel.adjusted(known, season, start: known.startIndex)
        let fixed = Line(values)
        let magnitude = values.reduce(0) { $0 + $1.magnitude } / Double(values.count)
        var best: (form: ThetaForm, parameters: ThetaParameters, error: Double)?
        for candidate in form.map({ [$0] }) ?? ThetaForm.allCases {
            let found = ThetaModel.search(
                candidate, values, fixed: fixed, magnitude: magnitude, isCancelled: history.isCancelled)
            if found.error < best?.error ?? .infinity { best = (candidate, found.parameters, found.error) }
        }
        guard let best else {
            throw .model("no theta model fits the values", hint: "they are too large; change their unit")
        }
        self.form = best.form
        fitted = best.parameters
        error = best.error
        self.season = season
        var state = ThetaFilter(best.form, best.parameters, first: values[0], fixed: fixed)
        for value in values.dropFirst() { state.update(value) }
        self.state = state
        start = known.startIndex
        end = known.endIndex
    }

    private static func search(
        _ form: ThetaForm, _ values: [Double], fixed: Line, magnitude: Double,
        isCancelled: @escaping @Sendable () -> Bool
    ) -> (parameters: ThetaParameters, error: Double) {
        func parameters(_ point: [Double]) -> ThetaParameters {
            ThetaParameters(level: point[0], alpha: point[1], theta: form.searchesTheta ? point[2] : 2)
        }
        let spread = max(1e-9, (values.prefix(12).max() ?? 1) - (values.prefix(12).min() ?? 0))
        var best: (parameters: ThetaParameters, error: Double)?
        // The error has several valleys in theta and level: two starts find the deeper one.
        for (level, alpha) in [(values[0] / 2, 0.5), (values[0], 0.2)] {
            let start = [level, alpha] + (form.searchesTheta ? [2] : [])
            let steps = [spread * 0.5, 0.1] + (form.searchesTheta ? [1] : [])
            var search = NelderMead(budget: 1500, tolerance: 1e-10)
            search.isCancelled = isCancelled
            let found = search.minimize(start, steps: steps) { point in
                let candidate = parameters(point)
                return candidate.isAllowed
                    ? ThetaFilter.error(form, candidate, values, fixed: fixed, magnitude: magnitude) : .infinity
            }
            if found.value < best?.error ?? .infinity { best = (parameters(found.point), found.value) }
        }
        return best ?? (ThetaParameters(level: values[0], alpha: 0.5, theta: 2), .infinity)
    }

    /// The seasonal figures, where the autocorrelation at the season is significant at 90 %.
    private static func seasonalPart(_ values: ArraySlice<Double>, season: Int) -> SeasonalDecomposition? {
        guard season >= 4, values.count >= 2 * season else { return nil }
        let correlation = Autocorrelation.of(Array(values), lags: season)
        let noise = correlation[1..<season].reduce(1) { $0 + 2 * $1 * $1 }
        let limit = 1.6448536269514722 * (noise / Double(values.count)).squareRoot()
        guard correlation[season].magnitude > limit else { return nil }
        if values.allSatisfy({ $0 > 0 }) {
            let part = SeasonalDecomposition(values, season: season, isMultiplicative: true)
            if part.figures.allSatisfy({ $0 >= 0.01 }) { return part }
        }
        return SeasonalDecomposition(values, season: season, isMultiplicative: false)
    }

    private static func adjusted(
        _ values: ArraySlice<Double>, _ season: SeasonalDecomposition?, start: Int
    ) -> [Double] {
        guard let season else { return Array(values) }
        return values.indices.map { index in
            let figure = season.figures[(index - start) % season.figures.count]
            return season.isMultiplicative ? values[index] / figure : values[index] - figure
        }
    }
}

extension ThetaModel: FittedModel {
    package var summary: String {
        "theta \(form.rawValue)" + (season.map { $0.isMultiplicative ? ", season ×" : ", season +" } ?? "")
    }

    package var parameters: [(name: String, value: Double)] {
        [("alpha", fitted.alpha), ("theta", fitted.theta), ("level", fitted.level)]
    }

    package func forecast(after history: History, steps: Int) -> [Double] {
        var state = self.state
        if history.count > end {
            for value in ThetaModel.adjusted(history.values[end..<history.count], season, start: start) {
                state.update(value)
            }
        }
        let values = state.forecast(steps)
        guard let season else { return values }
        return values.enumerated().map { step, value in
            let figure = season.figures[(max(end, history.count) + step - start) % season.figures.count]
            return season.isMultiplicative ? value * figure : value + figure
        }
    }
}
