import CEdgeKernels
import EdgeTensors

/// The trees as the kernel takes them: in single precision, with one kind of question, and leaves that add up.
final class FastForest {
    private let nodes: [edge_tree_node]
    private let roots: [Int32]
    private let hasMissing: Bool
    private let targets: Int
    private let leafStarts: [Int32]
    private let leafTargets: [Int32]
    private let leafWeights: [Float]
    private let isa: edge_isa
    private let data: FeatureRows
    /// The bytes of the block that the features are converted in.
    let scratch: Int

    /// Nil where the kernel does not take them.
    init?(_ forest: TreeForest, _ data: FeatureRows, _ context: LoweringContext) throws(ModelError) {
        guard context.options.kernels != .reference, data.isSingle,
            forest.aggregate == .sum || forest.aggregate == .average,
            !forest.questions.contains(where: { $0 == .equal || $0 == .member })
        else { return nil }
        let single = forest.targets == 1
        var nodes: [edge_tree_node] = []
        nodes.reserveCapacity(forest.questions.count)
        var hasMissing = false
        for place in forest.questions.indices {
            guard forest.questions[place] == .atMost else {
                let leaf = Int(forest.children[place])
                let range = Int(forest.leafStarts[leaf])..<Int(forest.leafStarts[leaf + 1])
                // The kernel takes one weight a leaf where there is one target.
                guard !single || range.count <= 1 else { return nil }
                let value =
                    single
                    ? range.first.map { Float(forest.leafWeights[$0]) } ?? 0
                    : Float(bitPattern: UInt32(bitPattern: forest.children[place]))
                nodes.append(edge_tree_node(threshold: value, feature: 0, child: Int32(place), flags: 0))
                continue
            }
            let missing = forest.missing[place]
            hasMissing = hasMissing || missing
            nodes.append(
                edge_tree_node(
                    threshold: Float(forest.thresholds[place]), feature: forest.features[place],
                    child: forest.children[place],
                    flags: UInt32(EDGE_TREE_INNER | (missing ? EDGE_TREE_MISSING : 0))))
        }
        self.nodes = nodes
        self.hasMissing = hasMissing
        roots = forest.roots
        targets = forest.targets
        leafStarts = forest.leafStarts
        leafTargets = forest.leafTargets
        leafWeights = forest.leafWeights.map { Float($0) }
        isa = context.isa
        self.data = data
        scratch = try data.floatScratch(context)
    }

    /// Adds the leaves of all rows to `[rows, targets]`, which hold what was there before.
    func add(_ memory: StepMemory, scratch: Int, to scores: UnsafeMutablePointer<Float>) {
        let features = data.floats(memory, scratch: scratch)
        nodes.withUnsafeBufferPointer { nodes in
            roots.withUnsafeBufferPointer { roots in
                leafStarts.withUnsafeBufferPointer { starts in
                    leafTargets.withUnsafeBufferPointer { ids in
                        leafWeights.withUnsafeBufferPointer { weights in
                            var forest = edge_forest(
                                nodes: nodes.baseAddress, roots: roots.baseAddress, trees: roots.count,
                                has_missing: hasMissing, targets: targets, leaf_starts: starts.baseAddress,
                                leaf_targets: ids.baseAddress, leaf_weights: weights.baseAddress)
                            edge_forest_add_f32(isa, &forest, data.rows, data.columns, features, scores)
                        }
                    }
                }
            }
        }
    }
}
