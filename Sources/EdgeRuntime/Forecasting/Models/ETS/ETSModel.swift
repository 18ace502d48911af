/// Exponential smoothing with the parameters and first states that make the values most likely.
public struct ETSModel: Sendable {
    public let form: ETSForm
    public let fitted: ETSParameters
    /// Minus twice the log-likelihood, less a constant of the values.
    public let deviance: Double
    /// Akaike's criterion, corrected for few values.
    public let aicc: Double
    private let state: ETSFilter
    /// The position behind the last value it was fitted to.
    private let end: Int

    /// Models are fitted to so many seasons at most, and at least to 500 values: older ones no longer tell.
    static let longestSeasons = 60
    /// First figures of longer seasons than this are not searched for but taken from the decomposition.
    static let longestSearchedSeason = 24

    /// The best of all forms by the corrected criterion, or the best of one form.
    ///
    /// - Throws: `ForecastError` for too few values, a constant series, and a multiplicative form with values that are not positive.
    package init(_ history: History, form: ETSForm? = nil) throws(ForecastError) {
        let window = max(500, ETSModel.longestSeasons * history.season)
        let values = history.known.suffix(window)
        try ModelChecks.varied(values, model: "ets")
        let isPositive = values.allSatisfy { $0 > 0 }
        let isSeasonal = history.season > 1 && values.count >= 2 * history.season
        if let form {
            if form.needsPositiveValues, !isPositive {
                throw .model(
                    "\(form) needs values above zero, and the series has \(values.min() ?? 0)",
                    hint: "choose additive error and season, or leave the form to `ets`")
            }
            if form.season != .none, !isSeasonal {
                throw .tooShort(
                    "\(form) needs two seasons of values, found \(values.count) of season \(history.season)",
                    hint: "give more history, or say how long the season is with `season`")
            }
        }
        let forms = form.map { [$0] } ?? ETSForm.candidates(isPositive: isPositive, isSeasonal: isSeasonal)
        let season = isSeasonal ? history.season : 1
        var found = forms.compactMap {
            ETSSearch($0, values, season: $0.season == .none ? 1 : season)?
                .run(effort: 1, isCancelled: history.isCancelled)
        }
        found.sort { $0.aicc < $1.aicc }
        // The first search is a rough one; those near the best are searched on.
        let near = found.prefix(3).filter { $0.aicc < found[0].aicc + 10 }
        let refined = near.compactMap { candidate in
            ETSSearch(
                candidate.form, values, season: candidate.form.season == .none ? 1 : season, from: candidate.parameters)?
                .run(effort: 6, isCancelled: history.isCancelled)
        }
        guard let best = refined.min(by: { $0.aicc < $1.aicc }) else {
            throw .tooShort(
                "\(values.count) values are too few for exponential smoothing with a season of \(season)",
                hint: "give more history, or use model \"naive\"")
        }
        self.init(best, values: values)
    }

    private init(_ best: ETSSearch.Result, values: ArraySlice<Double>) {
        form = best.form
        fitted = best.parameters
        deviance = best.deviance
        aicc = best.aicc
        var state = ETSFilter(best.form, best.parameters)
        for value in values { state.update(value) }
        self.state = state
        end = values.endIndex
    }
}

extension ETSModel: FittedModel {
    package var summary: String { form.description }

    package var parameters: [(name: String, value: Double)] {
        var result = [("alpha", fitted.alpha)]
        if form.trend != .none { result.append(("beta", fitted.beta)) }
        if form.season != .none { result.append(("gamma", fitted.gamma)) }
        if form.trend == .damped { result.append(("phi", fitted.phi)) }
        return result + [("aicc", aicc)]
    }

    package func forecast(after history: History, steps: Int) -> [Double] {
        var state = self.state
        for value in history.values[min(end, history.count)..<history.count] { state.update(value) }
        return state.forecast(steps)
    }
}

/// Refusals that several models share.
enum ModelChecks {
    static func varied(_ values: ArraySlice<Double>, model: String) throws(ForecastError) {
        guard let first = values.first else { throw .tooShort("there are no values to fit \"\(model)\" to") }
        guard values.contains(where: { $0 != first }) else {
            throw .model(
                "the series is constant (\(first)): \"\(model)\" has nothing to learn from",
                hint: "model \"naive\" continues it")
        }
    }
}
