/// What regression does with the sums of the leaves: the mean over the trees, and the base values.
struct RegressionBase {
    private let divisor: Double?
    /// One for each target, or empty.
    private let base: [Double]
    private let targets: Int

    init(_ forest: TreeForest) {
        targets = forest.targets
        divisor = forest.aggregate == .average ? Double(max(forest.roots.count, 1)) : nil
        base = forest.baseValues.count == forest.targets ? forest.baseValues : []
    }

    func finish(_ scores: UnsafeMutablePointer<Float>, rows: Int) {
        if let divisor {
            let divisor = Float(divisor)
            for position in 0..<rows * targets { scores[position] /= divisor }
        }
        guard !base.isEmpty else { return }
        for row in 0..<rows {
            for target in 0..<targets { scores[row * targets + target] += Float(base[target]) }
        }
    }

    func finish(_ scores: UnsafeMutablePointer<Double>, isSingle: Bool) {
        func rounded(_ value: Double) -> Double { isSingle ? Double(Float(value)) : value }
        for target in 0..<targets {
            if let divisor { scores[target] = rounded(scores[target] / divisor) }
            if !base.isEmpty { scores[target] = rounded(scores[target] + base[target]) }
        }
    }
}
