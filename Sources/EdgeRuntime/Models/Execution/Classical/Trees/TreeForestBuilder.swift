import EdgeTensors

/// One node of a tree as a file describes it.
struct TreeNode {
    enum Mode: UInt8 {
        // The numbers of `TreeEnsemble`'s `nodes_modes`.
        case atMost, below, atLeast, above, equal, different, member
    }

    /// A node, or a leaf, by its position in the file.
    enum Target: Hashable {
        case node(Int)
        case leaf(Int)
    }

    var feature: Int
    var threshold: Double
    var mode: Mode
    var yes: Target
    var no: Target
    /// Whether a missing number goes to `yes`.
    var missing: Bool
    var set: Set<Double>?
}

/// Lays trees out for walking, and refuses what is no tree: a node that several lead to, or that leads back.
struct TreeForestBuilder {
    private let label: String
    private let isSingle: Bool

    private(set) var roots: [Int32] = []
    private(set) var questions: [TreeForest.Question] = []
    private(set) var features: [Int32] = []
    private(set) var thresholds: [Double] = []
    private(set) var children: [Int32] = []
    private(set) var missing: [Bool] = []
    private(set) var sets: [Int32: Set<Double>] = [:]
    private(set) var leafStarts: [Int32] = [0]
    private(set) var leafTargets: [Int32] = []
    private(set) var leafWeights: [Double] = []
    /// The leaves of each tree, in the order of the roots: the positions behind its last.
    private var leafEnds: [Int] = []

    /// Nodes that a model may have: their places are 32-bit numbers.
    static let nodeLimit = 1 << 28
    /// Targets and classes that a model may have.
    static let targetLimit = 1 << 20

    /// - Parameter isSingle: whether thresholds are compared in single precision.
    init(label: String, isSingle: Bool) {
        self.label = label
        self.isSingle = isSingle
    }

    /// Adds the trees that begin at some nodes.
    ///
    /// - Parameter weights: what each leaf adds, and to which target.
    mutating func add(
        roots: [TreeNode.Target], nodes: [TreeNode], weights: [[(target: Int32, weight: Double)]]
    ) throws(ModelError) {
        var visited = [Bool](repeating: false, count: nodes.count)
        var visitedLeaves = [Bool](repeating: false, count: weights.count)
        guard nodes.count + weights.count <= Self.nodeLimit else { throw fail("it has more nodes than can be counted") }
        for root in roots {
            self.roots.append(Int32(questions.count))
            appendPlace()
            var waiting: [(source: TreeNode.Target, place: Int)] = [(root, questions.count - 1)]
            var next = 0
            while next < waiting.count {
                let (source, place) = waiting[next]
                next += 1
                switch source {
                case .leaf(let leaf):
                    guard weights.indices.contains(leaf) else {
                        throw fail("it names leaf \(leaf), which is not there")
                    }
                    // Leaves of one weight may be shared, and are copied: others could ask for much memory.
                    guard weights[leaf].count <= 1 || !visitedLeaves[leaf] else {
                        throw fail("leaf \(leaf) is reached on two ways: that is no tree")
                    }
                    visitedLeaves[leaf] = true
                    children[place] = Int32(leafStarts.count - 1)
                    for (target, weight) in weights[leaf] {
                        leafTargets.append(target)
                        leafWeights.append(weight)
                    }
                    guard leafWeights.count <= Self.nodeLimit else { throw fail("it has too many weights") }
                    leafStarts.append(Int32(leafWeights.count))
                case .node(let position):
                    guard nodes.indices.contains(position) else {
                        throw fail("it names node \(position), which is not there")
                    }
                    guard !visited[position] else {
                        throw fail("node \(position) is reached on two ways: that is no tree")
                    }
                    visited[position] = true
                    let (yes, no) = try lay(nodes[position], at: place)
                    children[place] = Int32(questions.count)
                    appendPlace()
                    appendPlace()
                    waiting.append((yes, questions.count - 2))
                    waiting.append((no, questions.count - 1))
                }
            }
            leafEnds.append(leafStarts.count - 1)
        }
    }

    private mutating func appendPlace() {
        questions.append(.leaf)
        features.append(0)
        thresholds.append(0)
        children.append(0)
        missing.append(false)
    }

    /// Fills a place with the question of a node; gives its children in the order of the answers.
    private mutating func lay(
        _ node: TreeNode, at place: Int
    ) throws(ModelError) -> (yes: TreeNode.Target, no: TreeNode.Target) {
        guard node.feature >= 0, node.feature < Int(Int32.max) else {
            throw fail("it asks for feature \(node.feature)")
        }
        features[place] = Int32(node.feature)
        let threshold = isSingle ? Double(Float(node.threshold)) : node.threshold
        let below = isSingle ? Double(Float(threshold).nextDown) : threshold.nextDown
        var exchanged = false
        switch node.mode {
        case .atMost: (questions[place], thresholds[place]) = (.atMost, threshold)
        case .below: (questions[place], thresholds[place]) = (.atMost, below == threshold ? .nan : below)
        // Nothing is above what is no number.
        case .atLeast, .above:
            exchanged = !threshold.isNaN
            let bound = node.mode == .above ? threshold : below == threshold ? .nan : below
            (questions[place], thresholds[place]) = (.atMost, bound)
        case .equal: (questions[place], thresholds[place]) = (.equal, threshold)
        case .different:
            exchanged = true
            (questions[place], thresholds[place]) = (.equal, threshold)
        case .member:
            questions[place] = .member
            sets[Int32(place)] = node.set ?? []
        }
        switch node.mode {
        case .atMost, .below, .equal, .member: missing[place] = node.missing
        // Exchanged: yes is where the file says no. A number that is missing differs from every other.
        case .atLeast, .above: missing[place] = exchanged ? !node.missing : node.missing
        case .different: missing[place] = false
        }
        return exchanged ? (node.no, node.yes) : (node.yes, node.no)
    }

    /// Which targets every row gets a number for, where that does not depend on the row: all leaves of one tree name them, or none does.
    func fixedScores(targets: Int) -> [Bool]? {
        var always = [Bool](repeating: false, count: targets)
        var named = always
        for target in leafTargets { named[Int(target)] = true }
        var start = 0
        for end in leafEnds {
            defer { start = end }
            guard start < end else { continue }
            var common = Set(leafTargets[Int(leafStarts[start])..<Int(leafStarts[start + 1])])
            for leaf in start + 1..<max(end, start + 1) where !common.isEmpty {
                let others = leafTargets[Int(leafStarts[leaf])..<Int(leafStarts[leaf + 1])]
                common.formIntersection(others)
            }
            for target in common { always[Int(target)] = true }
        }
        return always == named ? always : nil
    }

    func fail(_ problem: String) -> ModelError { .inconsistent("\(label): \(problem)") }
}
