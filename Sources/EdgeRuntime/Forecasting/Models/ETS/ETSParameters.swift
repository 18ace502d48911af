/// The smoothing parameters and first states of a model of exponential smoothing.
public struct ETSParameters: Sendable, Hashable {
    /// How fast the level follows the values.
    public var alpha: Double
    /// How fast the trend follows the level; 0 without a trend.
    public var beta: Double
    /// How fast the season follows the values; 0 without a season.
    public var gamma: Double
    /// What remains of the trend after a step; 1 where it is not damped.
    public var phi: Double
    /// The level before the first value.
    public var level: Double
    /// The trend before the first value.
    public var slope: Double
    /// The seasonal figures of the first values, in their order.
    public var figures: [Double]

    public init(
        alpha: Double, beta: Double = 0, gamma: Double = 0, phi: Double = 1, level: Double, slope: Double = 0,
        figures: [Double] = []
    ) {
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma
        self.phi = phi
        self.level = level
        self.slope = slope
        self.figures = figures
    }

    /// The region in which the parameters are sought, the usual one: 0 < beta < alpha, 0 < gamma < 1 - alpha, 0.8 ≤ phi ≤ 0.98.
    func isAllowed(_ form: ETSForm) -> Bool {
        guard alpha >= 1e-4, alpha <= 0.9999 else { return false }
        if form.trend != .none, beta < 1e-4 || beta > alpha { return false }
        if form.season != .none, gamma < 1e-4 || gamma > 1 - alpha { return false }
        return form.trend != .damped || (phi >= 0.8 && phi <= 0.98)
    }

    /// First states by a decomposition of the first values, and modest smoothing, to begin the search at.
    static func start(_ values: ArraySlice<Double>, form: ETSForm, season: Int) -> ETSParameters {
        let isMultiplicative = form.season == .multiplicative
        var figures: [Double] = []
        var adjusted = Array(values)
        if form.season != .none {
            if values.count >= 3 * season {
                figures = SeasonalDecomposition(values, season: season, isMultiplicative: isMultiplicative).figures
            } else {
                // Too short for a moving average: the means of the first two seasons stand for the trend.
                let first = Array(values.prefix(season))
                let mean = first.reduce(0, +) / Double(season)
                figures = first.map { isMultiplicative ? $0 / mean : $0 - mean }
            }
            if isMultiplicative { figures = figures.map { max(0.01, $0) } }
            for index in adjusted.indices {
                let figure = figures[index % season]
                adjusted[index] = isMultiplicative ? adjusted[index] / figure : adjusted[index] - figure
            }
        }
        let count = min(max(10, 2 * season), adjusted.count)
        let head = adjusted.prefix(count)
        var result = ETSParameters(alpha: 0.3, level: head.reduce(0, +) / Double(count), figures: figures)
        if form.trend != .none {
            let line = Line(Array(head))
            result.level = line.intercept
            result.slope = line.slope
            result.beta = 0.05
            if form.error == .multiplicative, result.level + result.slope <= 0 {
                result.level = max(head.first ?? 1, 1e-3)
                result.slope = 0
            }
        }
        if form.season != .none { result.gamma = 0.1 }
        if form.trend == .damped { result.phi = 0.97 }
        return result
    }
}

/// The straight line through values at 1, 2, 3 …, by least squares.
struct Line {
    let intercept: Double
    let slope: Double

    init(_ values: [Double]) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let centre = (count + 1) / 2
        var (products, squares) = (0.0, 0.0)
        for (index, value) in values.enumerated() {
            products += (Double(index + 1) - centre) * (value - mean)
            squares += (Double(index + 1) - centre) * (Double(index + 1) - centre)
        }
        slope = squares > 0 ? products / squares : 0
        intercept = mean - slope * centre
    }
}
