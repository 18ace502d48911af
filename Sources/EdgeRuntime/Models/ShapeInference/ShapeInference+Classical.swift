import EdgeTensors

/// Classical models: rows of features in, a label and scores for each row out.
extension ShapeInference {
    func inferClassical(_ node: Node) throws -> [TensorType?] {
        let source = type(node, 0)
        let rows: Dimension? = source?.shape.flatMap { shape in
            shape.count > 1 ? shape.first : shape.isEmpty ? nil : .fixed(1)
        }
        func scores(_ dtype: DType?, _ columns: Int?) -> TensorType? {
            guard let dtype else { return nil }
            guard let rows, let columns else { return TensorType(dtype: dtype, shape: nil) }
            return TensorType(dtype: dtype, shape: [rows, .fixed(columns)])
        }
        func labels(_ labels: ClassLabels) -> TensorType? {
            TensorType(dtype: labels.dtype, shape: rows.map { [$0] })
        }
        switch node.op {
        case .treeEnsembleClassifier:
            let known = try ClassLabels(node)
            return [labels(known), scores(.f32, known.count)]
        case .linearClassifier:
            let known = try ClassLabels(node)
            var targets = 0
            if case .floats(let intercepts)? = node.attributes["intercepts"] { targets = intercepts.count }
            return [labels(known), scores(.f32, targets == 1 && known.count == 2 ? 2 : targets)]
        case .svmClassifier:
            let machine = try SupportVectorClassifier(node)
            return [labels(machine.labels), scores(.f32, machine.width)]
        case .treeEnsembleRegressor: return [scores(.f32, node.int("n_targets") ?? 1)]
        case .treeEnsemble: return [scores(source?.dtype, node.int("n_targets") ?? 1)]
        case .linearRegressor: return [scores(.f32, node.int("targets") ?? 1)]
        case .svmRegressor: return [scores(.f32, 1)]
        case .scaler, .normalizer: return [TensorType(dtype: .f32, shape: source?.shape)]
        case .imputer, .binarizer: return [source.map { TensorType(dtype: $0.dtype, shape: $0.shape) }]
        case .labelEncoder, .categoryMapper:
            guard let source else { return [nil] }
            let encoding = try LabelEncoding(node, takesText: source.dtype == .text)
            return [TensorType(dtype: encoding.values.dtype, shape: source.shape)]
        case .oneHotEncoder:
            let count = try CategorySteps.categories(node).count
            return [TensorType(dtype: .f32, shape: source?.shape.map { $0 + [.fixed(count)] })]
        case .zipMap, .dictVectorizer:
            return [scores(source?.dtype, try ColumnNames(node).labels.count)]
        case .arrayFeatureExtractor:
            guard let source, let shape = source.shape,
                let chosen = self.shape(node, 1)?.map(\.fixedValue), !chosen.contains(nil)
            else { return [source.map { TensorType(dtype: $0.dtype, shape: nil) }] }
            let count = chosen.compactMap { $0 }.reduce(1, *)
            let outer: [Dimension] = shape.count <= 1 ? [.fixed(1)] : Array(shape.dropLast())
            return [TensorType(dtype: source.dtype, shape: outer + [.fixed(count)])]
        default:
            let widths = node.ints("inputdimensions") ?? []
            guard widths.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else {
                throw ModelError.shape(node, "its `inputdimensions` are \(widths)")
            }
            return [scores(.f32, widths.reduce(0, +))]
        }
    }
}
