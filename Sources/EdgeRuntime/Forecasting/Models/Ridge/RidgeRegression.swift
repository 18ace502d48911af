/// Linear regression of several targets at once, with a penalty on the squares of the weights that cross-validation chooses.
struct RidgeRegression: Sendable {
    /// The penalties that are tried, relative to the count of rows.
    static let penalties: [Double] = [1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1]

    /// The penalty that was chosen, relative to the count of rows.
    let penalty: Double
    private let features: Int
    private let targets: Int
    /// Row by row, `features` × `targets`, for features as they are.
    private let weights: [Double]
    private let constants: [Double]

    /// - Parameters:
    ///   - folds: The rows in disjoint parts; each is predicted once from the others.
    ///   - penalty: A fixed penalty; nil to choose the one with the smallest cross-validated error.
    ///   - isCancelled: Asked now and then; nil is given back behind `true`.
    init?(folds: [Moments], penalty fixed: Double? = nil, isCancelled: () -> Bool = { false }) {
        guard let first = folds.first else { return nil }
        features = first.features
        targets = first.targets
        var all = first
        for fold in folds.dropFirst() { all.add(fold) }
        guard all.rows > 1 else { return nil }
        let (means, deviations) = all.scales()
        let whole = all.standardised(means: means, deviations: deviations)
        var chosen = fixed
        if chosen == nil {
            var errors = [Double](repeating: 0, count: RidgeRegression.penalties.count)
            for fold in folds where fold.rows > 0 && fold.rows < all.rows {
                let part = fold.standardised(means: means, deviations: deviations)
                let gram = zip(whole.gram, part.gram).map { $0 - $1 }
                let cross = zip(whole.cross, part.cross).map { $0 - $1 }
                let count = Double(all.rows - fold.rows)
                for (index, penalty) in RidgeRegression.penalties.enumerated() {
                    if isCancelled() { return nil }
                    guard
                        let factor = Cholesky(
                            gram, count: features, ridge: penalty * count, isCancelled: isCancelled)
                    else {
                        errors[index] = .infinity
                        continue
                    }
                    let weights = factor.solve(cross, columns: targets)
                    errors[index] += RidgeRegression.error(weights, part, features: features, targets: targets)
                }
            }
            let best = errors.indices.min { errors[$0] < errors[$1] } ?? 0
            chosen = RidgeRegression.penalties[best]
        }
        guard let penalty = chosen,
            let factor = Cholesky(
                whole.gram, count: features, ridge: penalty * Double(all.rows), isCancelled: isCancelled)
        else { return nil }
        self.penalty = penalty
        var weights = factor.solve(whole.cross, columns: targets)
        var constants = Array(means[features...])
        for i in 0..<features {
            for j in 0..<targets {
                weights[i * targets + j] /= deviations[i]
                constants[j] -= means[i] * weights[i * targets + j]
            }
        }
        self.weights = weights
        self.constants = constants
    }

    /// The squared error of weights on a part of the rows, from its sums alone: Σy² - 2·tr(WᵀXᵀY) + tr(WᵀXᵀXW).
    private static func error(
        _ weights: [Double], _ part: (gram: [Double], cross: [Double], squares: [Double]), features: Int, targets: Int
    ) -> Double {
        var total = part.squares.reduce(0, +)
        for index in weights.indices { total -= 2 * weights[index] * part.cross[index] }
        var row = [Double](repeating: 0, count: targets)
        row.withUnsafeMutableBufferPointer { row in
            weights.withUnsafeBufferPointer { weights in
                guard let sums = row.baseAddress, let start = weights.baseAddress else { return }
                for i in 0..<features {
                    row.update(repeating: 0)
                    for k in 0..<features {
                        Cholesky.add(start + k * targets, times: part.gram[i * features + k], to: sums, targets)
                    }
                    for j in 0..<targets { total += row[j] * weights[i * targets + j] }
                }
            }
        }
        return total
    }

    /// The targets for a row of features.
    func predict(_ row: [Double]) -> [Double] {
        var result = constants
        weights.withUnsafeBufferPointer { weights in
            for i in 0..<features {
                let value = row[i]
                for j in 0..<targets { result[j] += value * weights[i * targets + j] }
            }
        }
        return result
    }
}
