import EdgeTensors

/// Reading `TreeEnsemble`: nodes and leaves in lists of their own, named by position.
extension TreeForest {
    static func readEnsemble(_ node: Node, isSingle: Bool) throws(ModelError) -> TreeForest {
        let features = node.ints("nodes_featureids") ?? []
        let count = features.count
        let thresholds = try tensor(node, "nodes_splits")
        let modes = try tensor(node, "nodes_modes")
        guard thresholds.count == count, modes.count == count else {
            throw node.bad("it has \(count) nodes, \(thresholds.count) splits and \(modes.count) modes")
        }
        let yes = try node.integers("nodes_truenodeids", count: count)
        let no = try node.integers("nodes_falsenodeids", count: count)
        let yesIsLeaf = try node.integers("nodes_trueleafs", count: count)
        let noIsLeaf = try node.integers("nodes_falseleafs", count: count)
        let missing = try node.optionalIntegers("nodes_missing_value_tracks_true", count: count)
        var sets = try members(node).makeIterator()
        var nodes: [TreeNode] = []
        nodes.reserveCapacity(count)
        for position in 0..<count {
            guard let mode = UInt8(exactly: modes[position]).flatMap(TreeNode.Mode.init) else {
                throw node.bad("it has a node of mode \(modes[position])")
            }
            var item = TreeNode(
                feature: features[position], threshold: thresholds[position], mode: mode,
                yes: yesIsLeaf[position] != 0 ? .leaf(yes[position]) : .node(yes[position]),
                no: noIsLeaf[position] != 0 ? .leaf(no[position]) : .node(no[position]),
                missing: missing[position] != 0)
            if mode == .member {
                guard let set = sets.next() else { throw node.bad("it has fewer sets of members than nodes that ask") }
                item.set = set
            }
            nodes.append(item)
        }
        let targets = node.int("n_targets") ?? 1
        guard targets >= 1, targets <= TreeForestBuilder.targetLimit else {
            throw node.bad("it has \(targets) targets")
        }
        let weights = try tensor(node, "leaf_weights")
        let ids = try node.integers("leaf_targetids", count: weights.count)
        guard ids.allSatisfy({ $0 >= 0 && $0 < targets }) else {
            throw node.bad("a leaf belongs to a target that is not one of \(targets)")
        }
        var builder = TreeForestBuilder(label: node.label, isSingle: isSingle)
        try builder.add(
            roots: (node.ints("tree_roots") ?? []).map { .node($0) }, nodes: nodes,
            weights: zip(ids, weights).map { [(Int32($0), $1)] })
        let transforms: [ScoreTransform] = [.none, .softmax, .logistic, .softmaxZero, .probit]
        let transform = node.int("post_transform") ?? 0
        let aggregate = node.int("aggregate_function") ?? 1
        guard transforms.indices.contains(transform), let aggregate = Aggregate(rawValue: aggregate) else {
            throw node.bad("it aggregates by \(aggregate) and transforms by \(transform)")
        }
        return try TreeForest(
            builder, targets: targets,
            rules: TreeRules(aggregate: aggregate, transform: transforms[transform], baseValues: []))
    }

    private static func tensor(_ node: Node, _ name: String) throws(ModelError) -> [Double] {
        guard case .tensor(let tensor)? = node.attributes[name] else { throw node.bad("its `\(name)` is missing") }
        return try node.numbers(of: tensor, name)
    }

    /// The sets that nodes ask for, in the order of these; a NaN ends each.
    private static func members(_ node: Node) throws(ModelError) -> [Set<Double>] {
        guard case .tensor(let tensor)? = node.attributes["membership_values"] else { return [] }
        let parts = try node.numbers(of: tensor, "membership_values")
            .split(omittingEmptySubsequences: false) { $0.isNaN }
        return parts.map { Set($0) }
    }
}
