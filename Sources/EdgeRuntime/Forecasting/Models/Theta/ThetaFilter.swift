import Glibc

/// Level and line of a theta model after some values, carried along value by value.
struct ThetaFilter: Sendable {
    private let isDynamic: Bool
    private let alpha: Double
    private let line: Double
    private var level: Double
    private var mean: Double
    private var intercept: Double
    private var slope: Double
    /// How many values it has seen.
    private var count: Int
    /// (1 - alpha) to the power of `count`.
    private var power: Double

    /// The states after the first value.
    ///
    /// - Parameter fixed: The line of all values, which the forms without a dynamic line keep.
    init(_ form: ThetaForm, _ parameters: ThetaParameters, first: Double, fixed: Line) {
        isDynamic = form.isDynamic
        alpha = parameters.alpha
        line = 1 - 1 / parameters.theta
        level = alpha * first + (1 - alpha) * parameters.level
        mean = first
        intercept = isDynamic ? first : fixed.intercept
        slope = isDynamic ? 0 : fixed.slope
        count = 1
        power = 1 - alpha
    }

    /// The forecast of the next value.
    var next: Double { level + line * (intercept * power + slope * (1 - power * (1 - alpha)) / alpha) }

    mutating func update(_ value: Double) {
        let number = Double(count)
        level = alpha * value + (1 - alpha) * level
        if isDynamic {
            slope = ((number - 1) * slope + 6 * (value - mean) / (number + 1)) / (number + 2)
            mean = (number * mean + value) / (number + 1)
            intercept = mean - slope * (number + 2) / 2
        }
        count += 1
        power *= 1 - alpha
    }

    /// The next values, each forecast taken for the value it stands for.
    func forecast(_ steps: Int) -> [Double] {
        var state = self
        return (0..<steps).map { _ in
            let value = state.next
            state.update(value)
            return value
        }
    }

    /// The sum of the squared errors from the fourth value on, in units of the mean magnitude.
    static func error(
        _ form: ThetaForm, _ parameters: ThetaParameters, _ values: [Double], fixed: Line, magnitude: Double
    ) -> Double {
        var state = ThetaFilter(form, parameters, first: values[0], fixed: fixed)
        var sum = 0.0
        for index in 1..<values.count {
            let error = values[index] - state.next
            if index >= 3 { sum += error * error }
            state.update(values[index])
        }
        return sum / max(magnitude, 1e-10)
    }
}
