import EdgeTensors

/// Decision trees that vote or add up (`TreeEnsembleClassifier`, `TreeEnsembleRegressor`, `TreeEnsemble`), checked and laid out for walking.
///
/// All nodes lie in flat arrays, one for each property. The two children of a node are neighbours, so that a node names the first of
/// them. The six comparisons that files know become two: `x < t` is `x <= t'` for the next number `t'` below, and the rest are these with
/// their children exchanged. Where a missing number goes is a property of the node.
final class TreeForest: Sendable {
    enum Aggregate: Int, Sendable {
        case average, sum, minimum, maximum
    }

    enum Question: UInt8, Sendable {
        case leaf, atMost, equal, member
    }

    /// What a row is given: one number for each target or class.
    let targets: Int
    let aggregate: Aggregate
    let transform: ScoreTransform
    let baseValues: [Double]
    /// The columns that a row must have.
    let columns: Int
    let roots: [Int32]

    // Of each node.
    let questions: [Question]
    let features: [Int32]
    let thresholds: [Double]
    /// The first child, taken for yes; of a leaf, its number.
    let children: [Int32]
    /// Whether a missing number is answered with yes.
    let missing: [Bool]
    /// The sets that `member` asks for, by node.
    let sets: [Int32: Set<Double>]

    // Of each leaf: weights `leafStarts[i]..<leafStarts[i + 1]`.
    let leafStarts: [Int32]
    let leafTargets: [Int32]
    let leafWeights: [Double]

    /// Which targets every row is given a number for; nil where that depends on the row.
    let fixedScores: [Bool]?

    init(_ builder: TreeForestBuilder, targets: Int, rules: TreeRules) throws(ModelError) {
        let base = rules.baseValues.count
        guard base == 0 || base == targets || (base == 1 && targets == 2) else {
            throw builder.fail("it has \(base) base values for \(targets) targets")
        }
        self.targets = targets
        aggregate = rules.aggregate
        transform = rules.transform
        baseValues = rules.baseValues
        columns = (builder.features.max().map(Int.init) ?? -1) + 1
        roots = builder.roots
        questions = builder.questions
        features = builder.features
        thresholds = builder.thresholds
        children = builder.children
        missing = builder.missing
        sets = builder.sets
        leafStarts = builder.leafStarts
        leafTargets = builder.leafTargets
        leafWeights = builder.leafWeights
        fixedScores = builder.fixedScores(targets: targets)
    }

    /// The number of the leaf that a row ends in.
    @inline(__always) func leaf(from root: Int32, row: UnsafePointer<Double>) -> Int {
        var node = Int(root)
        while true {
            let x = row[Int(features[node])]
            let yes: Bool
            switch questions[node] {
            case .leaf: return Int(children[node])
            case .atMost: yes = x <= thresholds[node]
            case .equal: yes = x == thresholds[node]
            case .member: yes = sets[Int32(node)]?.contains(x) ?? false
            }
            node = Int(children[node]) + (yes || (missing[node] && x.isNaN) ? 0 : 1)
        }
    }

    /// Gives one row its scores, every sum rounded to single precision where the model computes so.
    ///
    /// - Parameter scored: whether a leaf named the target.
    func score(
        row: UnsafePointer<Double>, isSingle: Bool, scores: UnsafeMutablePointer<Double>,
        scored: UnsafeMutablePointer<Bool>
    ) {
        for target in 0..<targets { (scores[target], scored[target]) = (0, false) }
        for root in roots {
            let leaf = leaf(from: root, row: row)
            for place in Int(leafStarts[leaf])..<Int(leafStarts[leaf + 1]) {
                let target = Int(leafTargets[place])
                let weight = leafWeights[place]
                switch aggregate {
                case .sum, .average:
                    let sum = scores[target] + weight
                    scores[target] = isSingle ? Double(Float(sum)) : sum
                case .minimum: if !scored[target] || weight < scores[target] { scores[target] = weight }
                case .maximum: if !scored[target] || weight > scores[target] { scores[target] = weight }
                }
                scored[target] = true
            }
        }
    }
}

/// How the leaves that a row ends in become its scores.
struct TreeRules: Sendable {
    var aggregate: TreeForest.Aggregate
    var transform: ScoreTransform
    var baseValues: [Double]
}
