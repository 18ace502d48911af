/// Finds a minimum without derivatives: the simplex of Nelder and Mead (1965) with the coefficients of Gao and Han (2012), which adapt
/// to the number of variables, started again from its result until that no longer helps.
struct NelderMead {
    /// Evaluations of the function before it gives up improving.
    var budget: Int
    /// The simplex is small enough when its values differ by less, relative to the best.
    var tolerance = 1e-9
    /// Ends the search early, with the best so far.
    var isCancelled: @Sendable () -> Bool = { false }

    /// - Parameters:
    ///   - start: Where to begin; the function has to be finite there for a useful result.
    ///   - steps: How far the first simplex reaches in each variable.
    ///   - function: Infinite where the variables are not allowed.
    func minimize(
        _ start: [Double], steps: [Double], _ function: ([Double]) -> Double
    ) -> (point: [Double], value: Double) {
        var best = (point: start, value: Self.finite(function(start)))
        guard !start.isEmpty else { return best }
        var left = budget - 1
        var scale = 1.0
        while left > start.count + 1, !isCancelled() {
            let found = descend(best, steps: steps.map { $0 * scale }, &left, function)
            let gain = best.value - found.value
            if found.value < best.value { best = found }
            if !(gain > 1e-6 * (1 + best.value.magnitude)) { break }
            scale *= 0.5
        }
        return best
    }

    private static func finite(_ value: Double) -> Double { value.isNaN ? .infinity : value }

    private func descend(
        _ start: (point: [Double], value: Double), steps: [Double], _ left: inout Int, _ function: ([Double]) -> Double
    ) -> (point: [Double], value: Double) {
        let count = start.point.count
        let dimension = Double(count)
        let expansion = 1 + 2 / dimension
        let contraction = 0.75 - 1 / (2 * dimension)
        let shrinkage = max(0.5, 1 - 1 / dimension)
        var simplex = [start]
        for variable in 0..<count {
            var point = start.point
            point[variable] += steps[variable]
            var value = Self.finite(function(point))
            if value == .infinity {
                point[variable] = start.point[variable] - steps[variable]
                value = Self.finite(function(point))
            }
            simplex.append((point, value))
        }
        left -= count
        var centre = [Double](repeating: 0, count: count)
        var trial = centre
        func evaluate(_ factor: Double, _ worst: [Double]) -> Double {
            for index in 0..<count { trial[index] = centre[index] + factor * (centre[index] - worst[index]) }
            left -= 1
            return Self.finite(function(trial))
        }
        simplex.sort { $0.value < $1.value }
        while left > 0, !isCancelled() {
            let worst = simplex[count]
            let spread = worst.value - simplex[0].value
            if spread <= tolerance * (1e-12 + simplex[0].value.magnitude) { break }
            for index in 0..<count {
                var sum = 0.0
                for vertex in 0..<count { sum += simplex[vertex].point[index] }
                centre[index] = sum / dimension
            }
            let reflected = evaluate(1, worst.point)
            let reflectedPoint = trial
            var replacement: (point: [Double], value: Double)?
            if reflected < simplex[0].value {
                let expanded = evaluate(expansion, worst.point)
                replacement = expanded < reflected ? (trial, expanded) : (reflectedPoint, reflected)
            } else if reflected < simplex[count - 1].value {
                replacement = (reflectedPoint, reflected)
            } else if reflected < worst.value {
                let outside = evaluate(contraction, worst.point)
                if outside <= reflected { replacement = (trial, outside) }
            } else {
                let inside = evaluate(-contraction, worst.point)
                if inside < worst.value { replacement = (trial, inside) }
            }
            if let replacement {
                var place = count
                while place > 0, simplex[place - 1].value > replacement.value {
                    simplex[place] = simplex[place - 1]
                    place -= 1
                }
                simplex[place] = replacement
            } else {
                for vertex in 1...count {
                    for index in 0..<count {
                        simplex[vertex].point[index] =
                            simplex[0].point[index] + shrinkage
                            * (simplex[vertex].point[index] - simplex[0].point[index])
                    }
                    simplex[vertex].value = Self.finite(function(simplex[vertex].point))
                }
                left -= count
                simplex.sort { $0.value < $1.value }
            }
        }
        return simplex[0]
    }
}
