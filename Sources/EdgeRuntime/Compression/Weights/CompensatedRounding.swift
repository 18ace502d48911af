/// Rounds weights so that the error of a layer's output on calibration data is smallest.
///
/// For one output channel with weights `w`, wanted outputs `y` (of the float network) and inputs `x` (of the network quantized
/// so far), the error is a quadratic form in the rounded weights `ŵ`:
///
///     E |y - ŵ·x|² = (w* - ŵ)ᵀ H (w* - ŵ) + constant,   H = cov(x) + λI,   w* = H⁻¹ (cov(x, y) + λw)
///
/// means left out, which the bias takes over. `w*` already makes up for the errors of the layers before; λ holds it near `w`, so
/// that few samples are not learnt by heart. The integers are found in three moves:
///
/// 1. Successive rounding from the input with the largest variance on, each error made up for by the inputs still open: with `H = RᵀR` the
///    nearest-plane method of Babai, which GPTQ (Frantar et al., 2023) and OBQ carry out with the inverse of H.
/// 2. Coordinate descent: each integer in turn moves to where the error is smallest given all others, until none moves;
///    the scales are refitted between sweeps (the step that minimises the error along the integers).
/// 3. Both are done for a range of first scales; the best result stays. Clipping comes out of this search.
struct CompensatedRounding {
    let bits: Int
    /// λ as a share of the mean variance of the inputs.
    var damping = 0.05

    private let scaleFactors: [Double] = [0.5, 0.58, 0.66, 0.74, 0.82, 0.9, 0.98, 1.05]
    private let maximumSweeps = 20

    /// A layer prepared for rounding: its inputs in the order of rising variance.
    private struct Problem {
        let size: Int
        let order: [Int]
        /// `H` and `R` in that order.
        let form: [Double]
        let factor: Cholesky
        let lambda: Double
    }

    /// Rounds the rows of a layer (or of one group of a grouped convolution).
    ///
    /// - Parameters:
    ///   - weights: `[rows][columns]`, as many columns as the moments have inputs.
    ///   - follows: Whether rounding follows the wanted outputs; else it stays with `weights`, and only rounding is made up for.
    ///   - smallestScales: See `NearestRounding`.
    func quantize(
        _ weights: [Float], moments: LayerMoments, group: Int? = nil, follows: Bool = true,
        smallestScales: [Float]? = nil
    ) -> QuantizedWeights {
        let columns = moments.inputs
        let rows = weights.count / max(1, columns)
        let nearest = NearestRounding(bits: bits).quantize(
            weights, rows: rows, columns: columns, group: group, smallestScales: smallestScales)
        guard let problem = problem(moments) else { return nearest }
        var result = nearest
        for row in 0..<rows {
            let own = problem.order.map { Double(weights[row * columns + $0]) }
            var target = own
            if follows {
                let cross = moments.crossCovariance(output: row)
                let wanted = problem.order.enumerated().map { cross[$1] + problem.lambda * own[$0] }
                target = problem.factor.solve(wanted)
            }
            let best = round(
                target, problem, group: result.group, smallestScale: Double(smallestScales?[row] ?? 0))
            guard let best else { continue }
            for (position, column) in problem.order.enumerated() {
                result.integers[row * columns + column] = Int8(best.integers[position])
            }
            for (part, scale) in best.scales.enumerated() {
                result.scales[row * result.groupsPerRow + part] = Float(scale)
            }
        }
        return result
    }

    private func problem(_ moments: LayerMoments) -> Problem? {
        let size = moments.inputs
        let covariance = moments.covariance()
        let variance = (0..<size).reduce(0.0) { $0 + covariance[$1 * size + $1] } / Double(max(1, size))
        guard moments.count > 1, variance > 0, variance.isFinite else { return nil }
        let order = (0..<size).sorted { covariance[$0 * size + $0] < covariance[$1 * size + $1] }
        var lambda = damping * variance
        for _ in 0..<6 {
            var form = [Double](repeating: 0, count: size * size)
            for (i, row) in order.enumerated() {
                for (j, column) in order.enumerated() { form[i * size + j] = covariance[row * size + column] }
                form[i * size + i] += lambda
            }
            if let factor = Cholesky(form, size: size) {
                return Problem(size: size, order: order, form: form, factor: factor, lambda: lambda)
            }
            lambda *= 10
        }
        return nil
    }

    private struct Rounded {
        var integers: [Double]
        var scales: [Double]
        var error: Double
    }

    private func round(_ target: [Double], _ problem: Problem, group: Int, smallestScale: Double) -> Rounded? {
        let size = problem.size
        let groupOf = problem.order.map { $0 / group }
        let groupCount = (size + group - 1) / group
        var magnitudes = [Double](repeating: 0, count: groupCount)
        for (position, part) in groupOf.enumerated() { magnitudes[part] = max(magnitudes[part], abs(target[position])) }
        let largest = Double(NearestRounding.largest(bits: bits))
        var best: Rounded?
        for factor in scaleFactors {
            let scales = magnitudes.map { magnitude in
                magnitude > 0 && magnitude.isFinite ? max(magnitude * factor / largest, smallestScale) : 1
            }
            var attempt = Rounded(integers: [Double](repeating: 0, count: size), scales: scales, error: .infinity)
            improve(&attempt, target, problem, groupOf, smallestScale: smallestScale)
            if attempt.error.isFinite, attempt.error < best?.error ?? .infinity { best = attempt }
        }
        return best
    }

    private func improve(
        _ rounded: inout Rounded, _ target: [Double], _ problem: Problem, _ groupOf: [Int], smallestScale: Double
    ) {
        let size = problem.size
        let largest = Double(NearestRounding.largest(bits: bits))
        var rest = [Double](repeating: 0, count: size)
        var gradient = [Double](repeating: 0, count: size)
        var (integers, scales) = (rounded.integers, rounded.scales)
        problem.form.withUnsafeBufferPointer { h in
            problem.factor.upper.withUnsafeBufferPointer { r in
                for k in (0..<size).reversed() {
                    var sum = 0.0
                    for j in k + 1..<max(k + 1, size) { sum += r[k * size + j] * rest[j] }
                    let scale = scales[groupOf[k]]
                    let wanted = (target[k] + sum / r[k * size + k]) / scale
                    integers[k] = max(-largest, min(largest, wanted.rounded(.toNearestOrEven)))
                    rest[k] = target[k] - integers[k] * scale
                }
            }
            CompensatedRounding.multiply(h, rest, size: size, into: &gradient)
            for _ in 0..<maximumSweeps {
                let moved = descend(h, &integers, scales, &rest, &gradient, groupOf, largest)
                refit(h, integers, &scales, &rest, &gradient, groupOf, smallestScale)
                if !moved { break }
            }
        }
        var error = 0.0
        for k in 0..<size { error += rest[k] * gradient[k] }
        rounded = Rounded(integers: integers, scales: scales, error: error)
    }

    /// One sweep of coordinate descent; tells whether an integer moved. `rest` is `target - integers * scale`, `gradient` is `H rest`.
    private func descend(
        _ h: UnsafeBufferPointer<Double>, _ integers: inout [Double], _ scales: [Double], _ rest: inout [Double],
        _ gradient: inout [Double], _ groupOf: [Int], _ largest: Double
    ) -> Bool {
        let size = integers.count
        var moved = false
        for k in 0..<size {
            let scale = scales[groupOf[k]]
            let wanted = integers[k] + gradient[k] / (h[k * size + k] * scale)
            let integer = max(-largest, min(largest, wanted.rounded(.toNearestOrEven)))
            if integer == integers[k] { continue }
            let step = (integer - integers[k]) * scale
            integers[k] = integer
            rest[k] -= step
            for j in 0..<size { gradient[j] -= step * h[k * size + j] }
            moved = true
        }
        return moved
    }

    /// Moves the scale of each group to where the error is smallest for these integers.
    private func refit(
        _ h: UnsafeBufferPointer<Double>, _ integers: [Double], _ scales: inout [Double], _ rest: inout [Double],
        _ gradient: inout [Double], _ groupOf: [Int], _ smallestScale: Double
    ) {
        let size = integers.count
        for part in scales.indices {
            var direction = [Double](repeating: 0, count: size)
            for k in 0..<size where groupOf[k] == part && integers[k] != 0 {
                for j in 0..<size { direction[j] += integers[k] * h[k * size + j] }
            }
            var (slope, curvature) = (0.0, 0.0)
            for k in 0..<size where groupOf[k] == part {
                slope += integers[k] * gradient[k]
                curvature += integers[k] * direction[k]
            }
            guard curvature > 0 else { continue }
            let scale = scales[part] + slope / curvature
            guard scale.isFinite, scale > 0, scale >= smallestScale else { continue }
            let step = scale - scales[part]
            scales[part] = scale
            for k in 0..<size {
                if groupOf[k] == part { rest[k] -= step * integers[k] }
                gradient[k] -= step * direction[k]
            }
        }
    }

    private static func multiply(
        _ h: UnsafeBufferPointer<Double>, _ vector: [Double], size: Int, into result: inout [Double]
    ) {
        for row in 0..<size {
            var sum = 0.0
            for column in 0..<size { sum += h[row * size + column] * vector[column] }
            result[row] = sum
        }
    }
}
