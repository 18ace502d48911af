import Glibc

/// Level, trend and season as they stand after some values, carried along value by value.
struct ETSFilter: Sendable {
    let form: ETSForm
    private let alpha: Double
    private let beta: Double
    private let gamma: Double
    private let phi: Double
    private(set) var level: Double
    private(set) var slope: Double
    private(set) var figures: [Double]
    /// The place of the next value in the season.
    private(set) var place = 0

    init(_ form: ETSForm, _ parameters: ETSParameters) {
        self.form = form
        alpha = parameters.alpha
        beta = form.trend == .none ? 0 : parameters.beta
        gamma = form.season == .none ? 0 : parameters.gamma
        phi = form.trend == .damped ? parameters.phi : 1
        level = parameters.level
        slope = form.trend == .none ? 0 : parameters.slope
        figures = form.season == .none ? [] : parameters.figures
    }

    /// The forecast of the next value.
    var next: Double {
        let base = level + phi * slope
        switch form.season {
        case .none: return base
        case .additive: return base + figures[place]
        case .multiplicative: return base * figures[place]
        }
    }

    /// Takes in a value. States that would make no sense any more (a multiplicative model whose level is not positive) stay as they were.
    mutating func update(_ value: Double) {
        let base = level + phi * slope
        let figure = form.season == .none ? 0 : figures[place]
        var target = value
        var seasonal = 0.0
        switch form.season {
        case .none: break
        case .additive:
            target = value - figure
            seasonal = value - base
        case .multiplicative:
            target = value / figure
            seasonal = value / base
        }
        let newLevel = base + alpha * (target - base)
        let newFigure = figure + gamma * (seasonal - figure)
        if newLevel.isFinite, newFigure.isFinite,
            !form.needsPositiveValues || (newLevel > 0 && (form.season != .multiplicative || newFigure > 0))
        {
            let damped = phi * slope
            slope = form.trend == .none ? 0 : damped + beta / alpha * (newLevel - level - damped)
            level = newLevel
            if form.season != .none { figures[place] = newFigure }
        }
        if form.season != .none {
            place += 1
            if place == figures.count { place = 0 }
        }
    }

    /// The means of the next values.
    func forecast(_ steps: Int) -> [Double] {
        var (trend, weight) = (0.0, 1.0)
        return (0..<steps).map { step in
            weight *= phi
            trend += weight
            let base = level + (form.trend == .none ? 0 : trend * slope)
            switch form.season {
            case .none: return base
            case .additive: return base + figures[(place + step) % figures.count]
            case .multiplicative: return base * figures[(place + step) % figures.count]
            }
        }
    }

    /// Minus twice the logarithm of the likelihood, less a constant: n·log Σe² + 2·Σ log|ŷ| for multiplicative errors (the book's
    /// equation 5.3); infinite where a multiplicative model leaves the positive numbers.
    static func deviance(_ form: ETSForm, _ parameters: ETSParameters, _ values: ArraySlice<Double>) -> Double {
        var figures = form.season == .none ? [0] : parameters.figures
        let season = figures.count
        let (alpha, gamma) = (parameters.alpha, form.season == .none ? 0 : parameters.gamma)
        let phi = form.trend == .damped ? parameters.phi : 1
        let gain = form.trend == .none ? 0 : parameters.beta / parameters.alpha
        var level = parameters.level
        var slope = form.trend == .none ? 0 : parameters.slope
        var squares = 0.0
        var product = 1.0
        var logarithms = 0.0
        let isMultiplicative = form.error == .multiplicative
        let isPositive = form.needsPositiveValues
        return values.withUnsafeBufferPointer { values in
            figures.withUnsafeMutableBufferPointer { figures in
                var place = 0
                for value in values {
                    let damped = phi * slope
                    let base = level + damped
                    let figure = figures[place]
                    let forecast: Double
                    var target = value
                    switch form.season {
                    case .none: forecast = base
                    case .additive:
                        forecast = base + figure
                        target = value - figure
                        figures[place] = figure + gamma * (value - base - figure)
                    case .multiplicative:
                        forecast = base * figure
                        target = value / figure
                        figures[place] = figure + gamma * (value / base - figure)
                    }
                    if isPositive, !(base > 0 && forecast > 0) { return .infinity }
                    if isMultiplicative {
                        let error = value / forecast - 1
                        squares += error * error
                        // Logarithms of products are taken once for many values, before they overflow.
                        product *= forecast
                        if product > 1e200 || product < 1e-200 {
                            logarithms += log(product)
                            product = 1
                        }
                    } else {
                        squares += (value - forecast) * (value - forecast)
                    }
                    let newLevel = base + alpha * (target - base)
                    slope = damped + gain * (newLevel - level - damped)
                    level = newLevel
                    place += 1
                    if place == season { place = 0 }
                }
                logarithms += log(product)
                return Double(values.count) * log(max(squares, 1e-300)) + 2 * logarithms
            }
        }
    }
}
