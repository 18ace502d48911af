import EdgeTensors

/// `SVMClassifier` and `SVMRegressor`.
enum SupportVectorSteps {
    static func classifier(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try FeatureRows(context)
        let machine = try SupportVectorClassifier(context.node)
        try checkColumns(machine.vectors, data, context)
        let labels = try LabelWriter(context, machine.classes == 1 ? machine.labels.answers : machine.labels)
        let width = machine.width
        let results = [
            try context.result(labels.dtype, [data.rows]), try context.result(.f32, [data.rows, width]),
        ]
        return Lowered(results, scratch: [try data.floatScratch(context)]) { memory throws(ModelError) in
            let features = data.floats(memory, scratch: 0)
            let output = memory.output(1, as: Float.self)
            for row in 0..<data.rows {
                let (label, scores) = machine.classify(features + row * data.columns)
                labels.write(label, memory.outputs[0], row)
                for (position, score) in scores.enumerated() where position < width {
                    output[row * width + position] = Float(score)
                }
            }
        }
    }

    /// The attributes of `SVMRegressor`, checked against each other.
    private struct Regressor: Sendable {
        let vectors: SupportVectors
        let coefficients: [Float]
        let rho: Float
        let isLinear: Bool
        let isOneClass: Bool

        init(_ node: Node) throws(ModelError) {
            func floats(_ name: String) -> [Float] {
                if case .floats(let values)? = node.attributes[name] { values } else { [] }
            }
            let count = node.int("n_supports") ?? 0
            coefficients = floats("coefficients")
            guard let rho = floats("rho").first, !coefficients.isEmpty else {
                throw node.bad("its `coefficients` or its `rho` are missing")
            }
            self.rho = rho
            isLinear = count == 0
            isOneClass = node.int("one_class") == 1
            guard count == 0 || coefficients.count == count else {
                throw node.bad("it has \(count) vectors and \(coefficients.count) coefficients")
            }
            vectors =
                isLinear
                ? try SupportVectors(node, vectors: coefficients, count: 1)
                : try SupportVectors(node, vectors: floats("support_vectors"), count: count)
        }
    }

    static func check(_ node: Node) throws(ModelError) {
        if node.op == .svmClassifier { _ = try SupportVectorClassifier(node) } else { _ = try Regressor(node) }
    }

    static func regressor(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try FeatureRows(context)
        let machine = try Regressor(context.node)
        try checkColumns(machine.vectors, data, context)
        let result = try context.result(.f32, [data.rows, 1])
        return Lowered([result], scratch: [try data.floatScratch(context)]) { memory throws(ModelError) in
            let features = data.floats(memory, scratch: 0)
            let output = memory.output(0, as: Float.self)
            for row in 0..<data.rows {
                var sum = machine.rho
                machine.vectors.compare(features + row * data.columns) { position, likeness in
                    sum += machine.isLinear ? likeness : machine.coefficients[position] * likeness
                }
                output[row] = machine.isOneClass ? (sum > 0 ? 1 : -1) : sum
            }
        }
    }

    private static func checkColumns(
        _ vectors: SupportVectors, _ data: FeatureRows, _ context: LoweringContext
    ) throws(ModelError) {
        guard vectors.columns == data.columns else {
            throw context.fail("its vectors have \(vectors.columns) features, the rows have \(data.columns)")
        }
    }
}
