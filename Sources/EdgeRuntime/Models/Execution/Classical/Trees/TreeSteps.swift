import EdgeTensors

/// `TreeEnsembleClassifier`, `TreeEnsembleRegressor` and `TreeEnsemble`.
enum TreeSteps {
    static func regressor(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try FeatureRows(context)
        let forest = try forest(context, data)
        let operand = try context.operand(0)
        // `TreeEnsemble` answers in the type of its input, the older operator in single precision.
        let dtype: DType = context.node.op == .treeEnsemble ? operand.dtype : .f32
        guard let write = ElementCodec.writer(of: dtype), dtype.isFloat else { throw context.unsupported(dtype) }
        let result = try context.result(dtype, [data.rows, forest.targets])
        let targets = forest.targets
        let base = RegressionBase(forest)
        if dtype == .f32, let fast = try FastForest(forest, data, context) {
            let transform = forest.transform
            let isPlain = transform == .none || (targets == 1 && transform != .probit)
            return Lowered([result], scratch: [fast.scratch, targets * 8]) { memory throws(ModelError) in
                let output = memory.output(0, as: Float.self)
                output.initialize(repeating: 0, count: data.rows * targets)
                fast.add(memory, scratch: 0, to: output)
                base.finish(output, rows: data.rows)
                if isPlain { return }
                let scores = UnsafeMutableBufferPointer(start: memory.scratch(1, as: Double.self), count: targets)
                for row in 0..<data.rows {
                    for target in 0..<targets { scores[target] = Double(output[row * targets + target]) }
                    transform.apply(scores)
                    for target in 0..<targets { output[row * targets + target] = Float(scores[target]) }
                }
            }
        }
        let isSingle = data.isSingle
        let scratch = [try data.doubleScratch(context), targets * 8, targets]
        return Lowered([result], scratch: scratch) { memory throws(ModelError) in
            let features = data.doubles(memory, scratch: 0)
            let scores = UnsafeMutableBufferPointer(start: memory.scratch(1, as: Double.self), count: targets)
            guard let first = scores.baseAddress else { return }
            for row in 0..<data.rows {
                forest.score(
                    row: features + row * data.columns, isSingle: isSingle, scores: first, scored: memory.scratch(2))
                base.finish(first, isSingle: isSingle)
                forest.transform.apply(scores)
                for target in 0..<targets { write(memory.outputs[0], row * targets + target, scores[target]) }
            }
        }
    }

    static func classifier(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try FeatureRows(context)
        let forest = try forest(context, data)
        let choice = try TreeChoice(context.node, forest)
        let labels = try LabelWriter(context, try ClassLabels(context.node))
        let classes = forest.targets
        let results = [
            try context.result(labels.dtype, [data.rows]), try context.result(.f32, [data.rows, choice.width]),
        ]
        if let fixed = forest.fixedScores, let fast = try FastForest(forest, data, context) {
            let block = try context.scratchBytes(data.rows, classes, width: 4)
            return Lowered(results, scratch: [fast.scratch, block, classes * 8]) { memory throws(ModelError) in
                let sums = memory.scratch(1, as: Float.self)
                sums.initialize(repeating: 0, count: data.rows * classes)
                fast.add(memory, scratch: 0, to: sums)
                let scores = memory.scratch(2, as: Double.self)
                let output = memory.output(1, as: Float.self)
                for row in 0..<data.rows {
                    for target in 0..<classes { scores[target] = Double(sums[row * classes + target]) }
                    let chosen = choice.choose(scores, scored: fixed, isSingle: true) { position, value in
                        output[row * choice.width + position] = Float(value)
                    }
                    labels.write(chosen, memory.outputs[0], row)
                }
            }
        }
        let isSingle = data.isSingle
        let scratch = [try data.doubleScratch(context), classes * 8, classes]
        return Lowered(results, scratch: scratch) { memory throws(ModelError) in
            let features = data.doubles(memory, scratch: 0)
            let scores = memory.scratch(1, as: Double.self)
            let scored = memory.scratch(2, as: Bool.self)
            let output = memory.output(1, as: Float.self)
            for row in 0..<data.rows {
                forest.score(
                    row: features + row * data.columns, isSingle: isSingle, scores: scores, scored: scored)
                let named = Array(UnsafeBufferPointer(start: scored, count: classes))
                let chosen = choice.choose(scores, scored: named, isSingle: isSingle) { position, value in
                    output[row * choice.width + position] = Float(value)
                }
                labels.write(chosen, memory.outputs[0], row)
            }
        }
    }

    private static func forest(_ context: LoweringContext, _ data: FeatureRows) throws(ModelError) -> TreeForest {
        let forest = try TreeForest.read(context.node, isSingle: data.isSingle)
        guard forest.columns <= data.columns else {
            throw context.fail("its trees ask for feature \(forest.columns - 1), the rows have \(data.columns)")
        }
        return forest
    }
}
