/// Refuses attributes that contradict each other when a model is read, not when it runs.
enum ClassicalCheck {
    /// - Throws: `ModelError` naming the node and what is wrong with it.
    static func check(_ node: Node) throws(ModelError) {
        switch node.op {
        case .treeEnsembleClassifier: _ = try TreeChoice(node, try TreeForest.read(node, isSingle: true))
        case .treeEnsembleRegressor, .treeEnsemble: _ = try TreeForest.read(node, isSingle: true)
        case .linearClassifier, .linearRegressor: try LinearSteps.check(node)
        case .svmClassifier, .svmRegressor: try SupportVectorSteps.check(node)
        case .normalizer, .imputer: try ScalingSteps.check(node)
        case .labelEncoder: _ = try LabelEncoding(node, takesText: false)
        case .categoryMapper: _ = try LabelEncoding(node, takesText: true)
        case .oneHotEncoder: _ = try CategorySteps.categories(node)
        case .dictVectorizer, .zipMap: _ = try ColumnNames(node)
        default: break
        }
    }
}
