/// Searches the parameters of one form of exponential smoothing.
struct ETSSearch {
    struct Result {
        let form: ETSForm
        let parameters: ETSParameters
        let deviance: Double
        let aicc: Double
    }

    private let form: ETSForm
    private let values: ArraySlice<Double>
    private let season: Int
    private let start: ETSParameters
    private let searchesFigures: Bool
    private let parameterCount: Int

    /// nil where there are fewer values than the criterion needs.
    init?(_ form: ETSForm, _ values: ArraySlice<Double>, season: Int, from start: ETSParameters? = nil) {
        parameterCount = form.parameterCount(season: season)
        guard values.count > parameterCount + 1 else { return nil }
        self.form = form
        self.values = values
        self.season = season
        self.start = start ?? ETSParameters.start(values, form: form, season: season)
        // In a long series the first figures are soon forgotten.
        searchesFigures =
            form.season != .none && season <= ETSModel.longestSearchedSeason && values.count <= 40 * season
    }

    /// - Parameter isCancelled: ends the search early; the result is then of no use.
    func run(effort: Int, isCancelled: @escaping @Sendable () -> Bool) -> Result {
        let (point, steps) = packed()
        var search = NelderMead(budget: effort * 150 * (point.count + 4))
        search.isCancelled = isCancelled
        let best = search.minimize(point, steps: steps) { point in
            let parameters = unpacked(point)
            return parameters.isAllowed(form) ? ETSFilter.deviance(form, parameters, values) : .infinity
        }
        let count = Double(values.count)
        let k = Double(parameterCount)
        return Result(
            form: form, parameters: unpacked(best.point), deviance: best.value,
            aicc: best.value + 2 * k + 2 * k * (k + 1) / (count - k - 1))
    }

    private func packed() -> (point: [Double], steps: [Double]) {
        let spread = max(
            1e-12, (values.prefix(3 * season + 10).max() ?? 1) - (values.prefix(3 * season + 10).min() ?? 0))
        var point = [start.alpha]
        var steps = [start.alpha > 0.5 ? -0.1 : 0.1]
        if form.trend != .none {
            point.append(start.beta)
            steps.append(start.beta > start.alpha / 2 ? -start.beta / 2 : 0.03)
        }
        if form.season != .none {
            point.append(start.gamma)
            steps.append(start.gamma > (1 - start.alpha) / 2 ? -start.gamma / 2 : 0.05)
        }
        if form.trend == .damped {
            point.append(start.phi)
            steps.append(-0.03)
        }
        point.append(start.level)
        steps.append(spread * 0.1)
        if form.trend != .none {
            point.append(start.slope)
            steps.append(spread * 0.02)
        }
        if searchesFigures {
            point += start.figures.dropFirst()
            steps += start.figures.dropFirst().map { _ in form.season == .multiplicative ? 0.05 : spread * 0.05 }
        }
        return (point, steps)
    }

    private func unpacked(_ point: [Double]) -> ETSParameters {
        var result = start
        var position = 1
        func take() -> Double {
            position += 1
            return point[position - 1]
        }
        result.alpha = point[0]
        if form.trend != .none { result.beta = take() }
        if form.season != .none { result.gamma = take() }
        if form.trend == .damped { result.phi = take() }
        result.level = take()
        if form.trend != .none { result.slope = take() }
        if searchesFigures {
            let rest = Array(point[position...])
            // The figures add up to nothing, or average one: the first follows from the others.
            let total = form.season == .multiplicative ? Double(season) : 0
            result.figures = [total - rest.reduce(0, +)] + rest
        }
        return result
    }
}
