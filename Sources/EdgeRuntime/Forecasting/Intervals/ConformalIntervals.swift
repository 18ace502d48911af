/// Half-widths of prediction intervals from the errors that forecasts really had (split conformal prediction), adapted so that their coverage
/// stays what it should be when the errors change (adaptive conformal inference, Gibbs and Candès 2021).
///
/// Each step ahead has its own errors, the latest ones; where they are too few for a level, those of neighbouring steps help out.
package struct ConformalIntervals: Sendable {
    /// The shares of the values that should fall inside: 0.8, 0.95.
    package let levels: [Double]
    private var errors: [[Double]]
    /// The share outside that is aimed at for each level, moved by what was missed so far.
    private var aims: [Double]

    /// Errors of so many origins are kept.
    static let window = 120
    /// How fast the aim follows what was missed.
    static let rate = 0.03

    package init(levels: [Double], steps: Int) {
        self.levels = levels
        errors = [[Double]](repeating: [], count: steps)
        aims = levels.map { 1 - $0 }
    }

    /// How far an interval reaches to either side of a forecast; nil where no error is known.
    ///
    /// - Parameters:
    ///   - level: The position in `levels`.
    ///   - step: 0 for the first value ahead.
    package func halfWidth(level: Int, step: Int) -> Double? {
        let aim = aims[level]
        let enough = Int((1 / (1 - levels[level])).rounded(.up)) * 2
        var pool = errors[step]
        var reach = 0
        while pool.count < enough, reach < errors.count {
            reach += 1
            if step >= reach { pool += errors[step - reach] }
            if step + reach < errors.count { pool += errors[step + reach] }
        }
        guard !pool.isEmpty else { return nil }
        pool.sort()
        let rank = Int((Double(pool.count + 1) * (1 - aim)).rounded(.up))
        return pool[max(0, min(pool.count, rank) - 1)]
    }

    /// Learns from forecasts whose truth has become known.
    ///
    /// - Parameter residuals: Truth less forecast for each step; NaN where the truth is not known.
    package mutating func update(_ residuals: [Double]) {
        for level in levels.indices {
            var (missed, judged) = (0.0, 0.0)
            for (step, residual) in residuals.enumerated() where !residual.isNaN {
                guard let width = halfWidth(level: level, step: step), errors[step].count >= 10 else { continue }
                judged += 1
                if residual.magnitude > width { missed += 1 }
            }
            if judged > 0 {
                let target = 1 - levels[level]
                aims[level] = min(
                    max(aims[level] + ConformalIntervals.rate * (target - missed / judged), target / 10), 0.9)
            }
        }
        for (step, residual) in residuals.enumerated() where !residual.isNaN {
            errors[step].append(residual.magnitude)
            if errors[step].count > ConformalIntervals.window { errors[step].removeFirst() }
        }
    }

    /// The intervals around forecasts, narrow levels within wide ones; NaN where no error is known.
    package func bounds(_ forecasts: [Double]) -> [[(lower: Double, upper: Double)]] {
        let ascending = levels.indices.sorted { levels[$0] < levels[$1] }
        var result = levels.map { _ in [(lower: Double, upper: Double)]() }
        for (step, forecast) in forecasts.enumerated() {
            var widest = 0.0
            for level in ascending {
                guard let width = halfWidth(level: level, step: min(step, errors.count - 1)) else {
                    result[level].append((.nan, .nan))
                    continue
                }
                widest = max(widest, width)
                result[level].append((forecast - widest, forecast + widest))
            }
        }
        return result
    }
}
