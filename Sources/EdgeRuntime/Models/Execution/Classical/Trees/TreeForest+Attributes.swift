import EdgeTensors

/// Reading `TreeEnsembleClassifier` and `TreeEnsembleRegressor`: nodes and leaves lie in one list, named by a tree and a number in it.
extension TreeForest {
    /// The name of a node in a file.
    private struct Key: Hashable {
        var tree: Int
        var node: Int
    }

    /// The trees of a node of the graph, checked whole.
    ///
    /// - Parameter isSingle: whether the model computes in single precision, as it does on all inputs but f64.
    static func read(_ node: Node, isSingle: Bool) throws(ModelError) -> TreeForest {
        switch node.op {
        case .treeEnsembleClassifier:
            let labels = try ClassLabels(node)
            return try read(
                node, prefix: "class", targets: labels.count, isSingle: isSingle,
                rules: TreeRules(
                    aggregate: .sum, transform: try ScoreTransform(node), baseValues: try node.values("base_values")))
        case .treeEnsembleRegressor:
            let targets = node.int("n_targets") ?? 1
            guard targets >= 1, targets <= TreeForestBuilder.targetLimit else {
                throw node.bad("it has \(targets) targets")
            }
            let names: [String: Aggregate] = ["AVERAGE": .average, "SUM": .sum, "MIN": .minimum, "MAX": .maximum]
            guard let aggregate = names[node.string("aggregate_function") ?? "SUM"] else {
                throw node.bad("it aggregates by `\(node.string("aggregate_function") ?? "")`")
            }
            return try read(
                node, prefix: "target", targets: targets, isSingle: isSingle,
                rules: TreeRules(
                    aggregate: aggregate, transform: try ScoreTransform(node),
                    baseValues: try node.values("base_values")))
        default: return try readEnsemble(node, isSingle: isSingle)
        }
    }

    private static func read(
        _ node: Node, prefix: String, targets: Int, isSingle: Bool, rules: TreeRules
    ) throws(ModelError) -> TreeForest {
        let trees = node.ints("nodes_treeids") ?? []
        let count = trees.count
        let numbers = try node.integers("nodes_nodeids", count: count)
        let features = try node.integers("nodes_featureids", count: count)
        let yes = try node.integers("nodes_truenodeids", count: count)
        let no = try node.integers("nodes_falsenodeids", count: count)
        let missing = try node.optionalIntegers("nodes_missing_value_tracks_true", count: count)
        let thresholds = try node.values("nodes_values")
        guard case .strings(let modes)? = node.attributes["nodes_modes"], modes.count == count else {
            throw node.bad("its `nodes_modes` are not \(count) words")
        }
        guard thresholds.count == count else {
            throw node.bad("it has \(count) nodes and \(thresholds.count) `nodes_values`")
        }
        var positions: [Key: Int] = [:]
        positions.reserveCapacity(count)
        for position in 0..<count {
            let key = Key(tree: trees[position], node: numbers[position])
            guard positions.updateValue(position, forKey: key) == nil else {
                throw node.bad("tree \(key.tree) has two nodes \(key.node)")
            }
        }
        // A leaf has its node's position; what leads to a leaf leads to that.
        func target(_ tree: Int, _ number: Int) throws(ModelError) -> TreeNode.Target {
            guard let position = positions[Key(tree: tree, node: number)] else {
                throw node.bad("tree \(tree) has no node \(number)")
            }
            return modes[position] == "LEAF" ? .leaf(position) : .node(position)
        }
        var nodes: [TreeNode] = []
        nodes.reserveCapacity(count)
        var isChild = [Bool](repeating: false, count: count)
        for position in 0..<count {
            if modes[position] == "LEAF" {
                // Keeps the places; nothing leads here.
                nodes.append(
                    TreeNode(
                        feature: 0, threshold: 0, mode: .atMost, yes: .leaf(position), no: .leaf(position),
                        missing: false))
                continue
            }
            guard let mode = modesByName[modes[position]] else {
                throw node.bad("it has a node of mode `\(modes[position])`")
            }
            for number in [yes[position], no[position]] {
                if let child = positions[Key(tree: trees[position], node: number)] { isChild[child] = true }
            }
            nodes.append(
                TreeNode(
                    feature: features[position], threshold: thresholds[position], mode: mode,
                    yes: try target(trees[position], yes[position]), no: try target(trees[position], no[position]),
                    missing: missing[position] != 0))
        }
        let weights = try weights(node, prefix: prefix, targets: targets, count: count) { tree, number in
            positions[Key(tree: tree, node: number)]
        }
        // Each tree begins at the one node that is no child.
        var begins: [Int: Int] = [:]
        for position in 0..<count {
            guard !isChild[position] else { continue }
            guard begins.updateValue(position, forKey: trees[position]) == nil else {
                throw node.bad("tree \(trees[position]) begins at two nodes")
            }
        }
        var roots: [TreeNode.Target] = []
        var seen = Set<Int>()
        for tree in trees where seen.insert(tree).inserted {
            guard let root = begins[tree] else { throw node.bad("tree \(tree) runs in a circle") }
            roots.append(modes[root] == "LEAF" ? .leaf(root) : .node(root))
        }
        var builder = TreeForestBuilder(label: node.label, isSingle: isSingle)
        try builder.add(roots: roots, nodes: nodes, weights: weights)
        // What no root leads to leads in a circle.
        guard builder.questions.count(where: { $0 != .leaf }) == modes.count(where: { $0 != "LEAF" }) else {
            throw node.bad("a part of its trees runs in a circle")
        }
        return try TreeForest(builder, targets: targets, rules: rules)
    }

    /// The weights of each leaf, by the position of its node.
    private static func weights(
        _ node: Node, prefix: String, targets: Int, count: Int, position: (Int, Int) -> Int?
    ) throws(ModelError) -> [[(target: Int32, weight: Double)]] {
        let values = try node.values("\(prefix)_weights")
        let trees = try node.integers("\(prefix)_treeids", count: values.count)
        let numbers = try node.integers("\(prefix)_nodeids", count: values.count)
        let ids = try node.integers("\(prefix)_ids", count: values.count)
        var result = [[(target: Int32, weight: Double)]](repeating: [], count: count)
        for place in values.indices {
            guard let leaf = position(trees[place], numbers[place]) else {
                throw node.bad("a weight belongs to node \(numbers[place]) of tree \(trees[place]), which is not there")
            }
            guard ids[place] >= 0, ids[place] < targets else {
                throw node.bad("a weight belongs to \(prefix) \(ids[place]) of \(targets)")
            }
            result[leaf].append((Int32(ids[place]), values[place]))
        }
        return result
    }

    private static let modesByName: [String: TreeNode.Mode] = [
        "BRANCH_LEQ": .atMost, "BRANCH_LT": .below, "BRANCH_GTE": .atLeast, "BRANCH_GT": .above, "BRANCH_EQ": .equal,
        "BRANCH_NEQ": .different,
    ]
}

extension Node {
    /// What errors call the node.
    var label: String { "\(op.rawValue) `\(name)`" }

    /// The node's attributes do not fit together.
    func bad(_ problem: String) -> ModelError { .inconsistent("\(label): \(problem)") }

    /// A list of integers of a given length.
    func integers(_ name: String, count: Int) throws(ModelError) -> [Int] {
        let values = ints(name) ?? []
        guard values.count == count else { throw bad("its `\(name)` has \(values.count) elements, not \(count)") }
        return values
    }

    /// A list of integers of a given length, or zeros.
    func optionalIntegers(_ name: String, count: Int) throws(ModelError) -> [Int] {
        (ints(name) ?? []).isEmpty ? [Int](repeating: 0, count: count) : try integers(name, count: count)
    }

    /// A list of numbers, in single precision or, under the name with `_as_tensor`, in double; empty where there is none.
    func values(_ name: String) throws(ModelError) -> [Double] {
        if case .tensor(let tensor)? = attributes["\(name)_as_tensor"] { return try numbers(of: tensor, name) }
        if case .floats(let values)? = attributes[name] { return values.map(Double.init) }
        return []
    }

    /// The elements of an attribute that is a tensor.
    func numbers(of tensor: Tensor, _ name: String) throws(ModelError) -> [Double] {
        do { return try tensor.numbers() } catch { throw bad("its `\(name)` are no numbers") }
    }
}
