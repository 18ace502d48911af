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
/// 3. The first move is done for a range of first scales, the second for the best of them. Clipping comes out of this search.
///
/// All inner loops add a multiple of a row of a matrix to a vector, which compilers turn into vector instructions.
struct CompensatedRounding {
    let bits: Int
    /// λ as a share of the mean variance of the inputs.
    var damping = 0.05

    /// First scales, as shares of the largest weight; with three numbers in all the best lie far below it.
    private var scaleFactors: [Double] {
        let usual: [Double] = [0.5, 0.58, 0.66, 0.74, 0.82, 0.9, 0.98, 1.05]
        return bits == 2 ? [0.2, 0.26, 0.34, 0.42] + usual : usual
    }
    private let maximumSweeps = 20
    /// The first scales that coordinate descent goes on with.
    private let candidates = 2

    /// A layer prepared for rounding: its inputs in the order of rising variance.
    private struct Problem {
        let size: Int
        let order: [Int]
        /// `H` in that order.
        let form: [Double]
        let factor: Cholesky
        /// `Rᵀ`, so that what one input adds to those still open stands in a row.
        let lower: [Double]
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
                return Problem(
                    size: size, order: order, form: form, factor: factor, lower: factor.lower, lambda: lambda)
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
        let groupOf = problem.order.map { $0 / group }
        var magnitudes = [Double](repeating: 0, count: (problem.size + group - 1) / group)
        for (position, part) in groupOf.enumerated() { magnitudes[part] = max(magnitudes[part], abs(target[position])) }
        let largest = Double(NearestRounding.largest(bits: bits))
        var attempts = scaleFactors.map { factor in
            let scales = magnitudes.map { magnitude in
                magnitude > 0 && magnitude.isFinite ? max(magnitude * factor / largest, smallestScale) : 1
            }
            return nearestPlane(target, problem, groupOf, scales: scales)
        }
        attempts.sort { $0.error < $1.error }
        var image = [Double](repeating: 0, count: problem.size)
        problem.form.withUnsafeBufferPointer { h in
            image.withUnsafeMutableBufferPointer { image in
                for k in target.indices {
                    let row = UnsafeBufferPointer(rebasing: h[k * problem.size..<(k + 1) * problem.size])
                    CompensatedRounding.add(target[k], row, to: image)
                }
            }
        }
        return attempts.prefix(candidates)
            .map { descended($0, target, image, problem, groupOf, smallestScale: smallestScale) }
            .filter(\.error.isFinite)
            .min { $0.error < $1.error }
    }

    /// Rounds the inputs from the last (of the largest variance) to the first; the error is that of the whole row.
    private func nearestPlane(
        _ target: [Double], _ problem: Problem, _ groupOf: [Int], scales: [Double]
    ) -> Rounded {
        let size = problem.size
        let largest = Double(NearestRounding.largest(bits: bits))
        var integers = [Double](repeating: 0, count: size)
        var carried = [Double](repeating: 0, count: size)
        var error = 0.0
        problem.lower.withUnsafeBufferPointer { lower in
            carried.withUnsafeMutableBufferPointer { carried in
                for k in (0..<size).reversed() {
                    let row = UnsafeBufferPointer(rebasing: lower[k * size..<k * size + k])
                    let diagonal = lower[k * size + k]
                    let scale = scales[groupOf[k]]
                    let wanted = (target[k] + carried[k] / diagonal) / scale
                    integers[k] = max(-largest, min(largest, wanted.rounded(.toNearestOrEven)))
                    let rest = target[k] - integers[k] * scale
                    let component = carried[k] + diagonal * rest
                    error += component * component
                    CompensatedRounding.add(rest, row, to: carried)
                }
            }
        }
        return Rounded(integers: integers, scales: scales, error: error)
    }

    /// Coordinate descent from a first rounding; `image` is `H target`.
    private func descended(
        _ rounded: Rounded, _ target: [Double], _ image: [Double], _ problem: Problem, _ groupOf: [Int],
        smallestScale: Double
    ) -> Rounded {
        let size = problem.size
        let largest = Double(NearestRounding.largest(bits: bits))
        var (integers, scales) = (rounded.integers, rounded.scales)
        var rest = (0..<size).map { target[$0] - integers[$0] * scales[groupOf[$0]] }
        var gradient = [Double](repeating: 0, count: size)
        var error = 0.0
        problem.form.withUnsafeBufferPointer { h in
            gradient.withUnsafeMutableBufferPointer { gradient in
                func row(_ k: Int) -> UnsafeBufferPointer<Double> {
                    UnsafeBufferPointer(rebasing: h[k * size..<(k + 1) * size])
                }
                for k in 0..<size { CompensatedRounding.add(rest[k], row(k), to: gradient) }
                for _ in 0..<maximumSweeps {
                    var moved = false
                    for k in 0..<size {
                        let scale = scales[groupOf[k]]
                        let wanted = integers[k] + gradient[k] / (h[k * size + k] * scale)
                        let integer = max(-largest, min(largest, wanted.rounded(.toNearestOrEven)))
                        if integer == integers[k] { continue }
                        let step = (integer - integers[k]) * scale
                        integers[k] = integer
                        rest[k] -= step
                        CompensatedRounding.add(-step, row(k), to: gradient)
                        moved = true
                    }
                    refit(integers, &scales, &rest, gradient, image, groupOf, smallestScale, row: row)
                    if !moved { break }
                }
                for k in 0..<size { error += rest[k] * gradient[k] }
            }
        }
        return Rounded(integers: integers, scales: scales, error: error)
    }

    /// Moves the scale of each group to where the error is smallest for these integers. `rest` is `target - integers * scale`,
    /// `gradient` is `H rest`.
    private func refit(
        _ integers: [Double], _ scales: inout [Double], _ rest: inout [Double],
        _ gradient: UnsafeMutableBufferPointer<Double>, _ image: [Double], _ groupOf: [Int], _ smallestScale: Double,
        row: (Int) -> UnsafeBufferPointer<Double>
    ) {
        var members = [[Int]](repeating: [], count: scales.count)
        for (k, part) in groupOf.enumerated() where integers[k] != 0 { members[part].append(k) }
        var direction = [Double](repeating: 0, count: integers.count)
        for (part, own) in members.enumerated() {
            if members.count == 1 {
                // H times the integers follows from what is known: gradient = H (target - scale * integers).
                for j in direction.indices { direction[j] = (image[j] - gradient[j]) / scales[0] }
            } else {
                direction.withUnsafeMutableBufferPointer { direction in
                    direction.update(repeating: 0)
                    for k in own { CompensatedRounding.add(integers[k], row(k), to: direction) }
                }
            }
            var (slope, curvature) = (0.0, 0.0)
            for k in own {
                slope += integers[k] * gradient[k]
                curvature += integers[k] * direction[k]
            }
            guard curvature > 0 else { continue }
            let scale = scales[part] + slope / curvature
            guard scale.isFinite, scale > 0, scale >= smallestScale else { continue }
            let step = scale - scales[part]
            scales[part] = scale
            for k in own { rest[k] -= step * integers[k] }
            direction.withUnsafeBufferPointer { CompensatedRounding.add(-step, $0, to: gradient) }
        }
    }

    /// Adds a multiple of a row to the first elements of a vector.
    @inline(__always) private static func add(
        _ factor: Double, _ row: UnsafeBufferPointer<Double>, to sum: UnsafeMutableBufferPointer<Double>
    ) {
        guard factor != 0, row.count <= sum.count else { return }
        for j in row.indices { sum[j] += factor * row[j] }
    }
}
