import EdgeTensors

/// `LinearClassifier` and `LinearRegressor`: a product with coefficients, and intercepts.
enum LinearSteps {
    /// The coefficients of a linear model, `[targets, columns]`.
    private struct Weights: Sendable {
        let targets: Int
        let columns: Int
        let coefficients: [Float]
        let intercepts: [Float]

        init(_ node: Node, targets: Int, columns: Int) throws(ModelError) {
            guard case .floats(let coefficients)? = node.attributes["coefficients"] else {
                throw node.bad("its `coefficients` are missing")
            }
            // More than are asked for are left over, as in ONNX Runtime: exporters have written such files.
            guard targets >= 1, coefficients.count / targets >= columns else {
                throw node.bad(
                    "its \(coefficients.count) coefficients do not fit \(targets) targets and \(columns) features")
            }
            var intercepts = [Float](repeating: 0, count: targets)
            if case .floats(let given)? = node.attributes["intercepts"], !given.isEmpty {
                guard given.count == targets else {
                    throw node.bad("it has \(given.count) intercepts for \(targets) targets")
                }
                intercepts = given
            }
            (self.targets, self.columns) = (targets, columns)
            (self.coefficients, self.intercepts) = (coefficients, intercepts)
        }

        func score(_ row: UnsafePointer<Float>, _ body: (Int, Float) -> Void) {
            coefficients.withUnsafeBufferPointer { weights in
                guard let weights = weights.baseAddress else {
                    for target in 0..<targets { body(target, intercepts[target]) }
                    return
                }
                for target in 0..<targets {
                    let sum = DotProduct.of(row, weights + target * columns, count: columns)
                    body(target, sum + intercepts[target])
                }
            }
        }
    }

    /// Checks what does not depend on the input.
    static func check(_ node: Node) throws(ModelError) {
        _ = try ScoreTransform(node)
        guard case .floats(let coefficients)? = node.attributes["coefficients"] else {
            throw node.bad("its `coefficients` are missing")
        }
        let targets = try Self.targets(node)
        guard targets >= 1, coefficients.count >= targets else {
            throw node.bad("its \(coefficients.count) coefficients do not fit \(targets) targets")
        }
        _ = try Weights(node, targets: targets, columns: coefficients.count / targets)
        guard node.op == .linearClassifier else { return }
        let labels = try ClassLabels(node)
        guard labels.count == targets || targets == 1 else {
            throw node.bad("it has \(labels.count) labels for \(targets) classes")
        }
    }

    private static func targets(_ node: Node) throws(ModelError) -> Int {
        guard node.op == .linearClassifier else { return node.int("targets") ?? 1 }
        guard case .floats(let intercepts)? = node.attributes["intercepts"], !intercepts.isEmpty else {
            throw node.bad("its `intercepts`, one for each class, are missing")
        }
        return intercepts.count
    }

    static func regressor(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let node = context.node
        let data = try FeatureRows(context)
        let weights = try Weights(node, targets: try targets(node), columns: data.columns)
        let transform = try ScoreTransform(node)
        let targets = weights.targets
        let result = try context.result(.f32, [data.rows, targets])
        return Lowered([result], scratch: [try data.floatScratch(context), targets * 8]) { memory throws(ModelError) in
            let features = data.floats(memory, scratch: 0)
            let scores = UnsafeMutableBufferPointer(start: memory.scratch(1, as: Double.self), count: targets)
            let output = memory.output(0, as: Float.self)
            for row in 0..<data.rows {
                weights.score(features + row * data.columns) { scores[$0] = Double($1) }
                transform.apply(scores)
                for target in 0..<targets { output[row * targets + target] = Float(scores[target]) }
            }
        }
    }

    static func classifier(_ context: LoweringContext) throws(ModelError) -> Lowered {
        try check(context.node)
        let node = context.node
        let data = try FeatureRows(context)
        let weights = try Weights(node, targets: try targets(node), columns: data.columns)
        let transform = try ScoreTransform(node)
        let classLabels = try ClassLabels(node)
        let targets = weights.targets
        // One score for two classes is that of the second.
        let isBinary = targets == 1 && classLabels.count == 2
        // A lone score without two labels is told as 1 or 0.
        let labels = try LabelWriter(
            context, targets > 1 || isBinary ? classLabels : classLabels.answers)
        let width = isBinary ? 2 : targets
        let results = [
            try context.result(labels.dtype, [data.rows]), try context.result(.f32, [data.rows, width]),
        ]
        return Lowered(results, scratch: [try data.floatScratch(context), width * 8]) { memory throws(ModelError) in
            let features = data.floats(memory, scratch: 0)
            let scores = UnsafeMutableBufferPointer(start: memory.scratch(1, as: Double.self), count: width)
            let output = memory.output(1, as: Float.self)
            for row in 0..<data.rows {
                weights.score(features + row * data.columns) { scores[$0] = Double($1) }
                if targets == 1 {
                    labels.write(scores[0] > 0 ? 1 : 0, memory.outputs[0], row)
                    if isBinary {
                        let score = scores[0]
                        let (first, second) = transform.ofBoth(score)
                        (scores[0], scores[1]) = (first, second)
                    } else {
                        transform.apply(scores)
                    }
                } else {
                    var best = 0
                    for target in 1..<targets where scores[target] > scores[best] { best = target }
                    labels.write(best, memory.outputs[0], row)
                    transform.apply(scores)
                }
                for position in 0..<width { output[row * width + position] = Float(scores[position]) }
            }
        }
    }
}
