extension Graph {
    /// The labels of the columns of a value, where a classifier or what stands behind it names them: the classes whose probabilities it holds.
    ///
    /// Whole numbers are given as texts. Nil for a value whose columns have no names.
    public func columnLabels(of id: ValueID) -> [String]? {
        let makers = producers()
        var value = id
        // Each step goes to a node further ahead.
        for _ in 0...nodes.count {
            guard let position = makers[value] else { return nil }
            let node = nodes[position]
            switch node.op {
            case .zipMap: return (try? node.columnNames())?.names
            case .treeEnsembleClassifier, .linearClassifier, .svmClassifier:
                guard node.outputs.count > 1, node.outputs[1] == value,
                    let labels = try? ClassLabels(node),
                    type(of: value)?.shape?.last?.fixedValue == labels.count
                else { return nil }
                return labels.names
            case .normalizer, .identity, .cast:
                guard let source = node.input(0) else { return nil }
                value = source
            default: return nil
            }
        }
        return nil
    }
}

extension ClassLabels {
    /// The labels as texts.
    var names: [String] {
        switch self {
        case .numbers(let numbers): numbers.map { String($0) }
        case .texts(let texts): texts
        }
    }
}
