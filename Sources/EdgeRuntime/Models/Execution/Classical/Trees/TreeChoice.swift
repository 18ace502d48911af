/// How a classifier of trees comes from scores to a class and to probabilities.
///
/// The specification is vague about two classes. This follows ONNX Runtime: where all weights belong to one class, the trees speak of
/// the second class alone and the first gets the rest (`1 - s` where no weight is negative, else `-s`).
struct TreeChoice {
    private let classes: Int
    private let transform: ScoreTransform
    private let base: [Double]
    /// Two classes of which the trees know one.
    private let isBinary: Bool
    private let isPositive: Bool
    private let labelsAreNumbers: Bool

    /// The scores of a row.
    var width: Int { classes }

    /// The class that a row is given.
    enum Chosen {
        case position(Int)
        /// A label that is none of the model's.
        case number(Int64)
    }

    init(_ node: Node, _ forest: TreeForest) throws(ModelError) {
        classes = forest.targets
        guard classes >= 1 else { throw node.bad("it has no class labels") }
        transform = forest.transform
        base = forest.baseValues
        isBinary = classes == 2 && Set(forest.leafTargets).count == 1
        isPositive = forest.leafWeights.allSatisfy { $0 >= 0 }
        if case .numbers = try ClassLabels(node) { labelsAreNumbers = true } else { labelsAreNumbers = false }
    }

    /// Chooses the class of one row and reports its probabilities.
    ///
    /// - Parameters:
    ///   - scores: of each class; overwritten.
    ///   - scored: whether a leaf named the class.
    func choose(
        _ scores: UnsafeMutablePointer<Double>, scored: [Bool], isSingle: Bool, report: (Int, Double) -> Void
    ) -> Chosen {
        func rounded(_ value: Double) -> Double { isSingle ? Double(Float(value)) : value }
        guard classes <= 2 else {
            var best: Int?
            for position in 0..<classes {
                if !base.isEmpty { scores[position] = rounded(scores[position] + base[position]) }
                guard scored[position] || !base.isEmpty else { continue }
                if best.map({ scores[position] > scores[$0] }) ?? true { best = position }
            }
            write(scores, count: classes, report)
            return .position(best ?? 0)
        }
        guard classes == 2 else {
            if let only = base.first { scores[0] = rounded(scores[0] + only) }
            write(scores, count: 1, report)
            return label(scores[0] > 0)
        }
        if base.count == 2 {
            if scored[1] {
                scores[1] = rounded(base[1] + scores[0])
                scores[0] = scored[0] ? -scores[1] : 0
            } else {
                scores[0] = scored[0] ? rounded(scores[0] + base[0]) : 0
                scores[1] = 0
            }
            let weight = scored[1] ? scores[1] : scores[0]
            write(scores, count: 2, report)
            return chosen(weight)
        }
        if let only = base.first, scored[0] { scores[0] = rounded(scores[0] + only) }
        if scored[1] {
            let weight = scores[1]
            write(scores, count: 2, report)
            return chosen(weight)
        }
        let weight = scores[0]
        spread(weight, report)
        return chosen(weight)
    }

    private func chosen(_ weight: Double) -> Chosen {
        isBinary ? .position(weight > (isPositive ? 0.5 : 0) ? 1 : 0) : label(weight > 0)
    }

    /// Without a class of its own, ONNX Runtime answers with 1 or 0 whatever the labels are; texts are chosen by it.
    private func label(_ isPositive: Bool) -> Chosen {
        labelsAreNumbers ? .number(isPositive ? 1 : 0) : .position(min(isPositive ? 1 : 0, classes - 1))
    }

    private func write(_ scores: UnsafeMutablePointer<Double>, count: Int, _ report: (Int, Double) -> Void) {
        transform.apply(UnsafeMutableBufferPointer(start: scores, count: count))
        for position in 0..<count { report(position, scores[position]) }
    }

    /// The one score of two classes as two.
    private func spread(_ score: Double, _ report: (Int, Double) -> Void) {
        guard isBinary || base.isEmpty, transform != .probit else {
            report(0, transform == .probit ? ScoreTransform.probit(score) : score)
            report(1, 0)
            return
        }
        if isBinary && isPositive && transform != .logistic {
            report(0, 1 - score)
            report(1, score)
        } else if transform == .logistic {
            report(0, ScoreTransform.logistic(-score))
            report(1, ScoreTransform.logistic(score))
        } else {
            report(0, -score)
            report(1, score)
        }
    }
}
