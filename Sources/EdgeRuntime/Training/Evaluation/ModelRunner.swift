package import EdgeModels
package import EdgeTensors

/// Tells how far long work has come, from 0 to 1. What it throws cancels the work.
public typealias ProgressHandler = (_ fraction: Double) throws -> Void

/// Runs a model over the samples of a data set: fits their shape and type to the model's inputs, and outputs to real numbers.
package struct ModelRunner {
    let session: Session
    private let inputTypes: [TensorType]
    private let outputTypes: [TensorType?]
    /// The samples that one run takes: fixed by the model, or ours to choose (nil).
    private let fixedBatch: Int?

    package init(_ model: Model, options: ExecutionOptions = ExecutionOptions()) throws {
        session = try Session(model, options: options)
        inputTypes = try model.graph.inputs.map { id in
            guard let type = model.graph.type(of: id) else {
                throw TrainingError.mismatch("the type of the model's input \(model.graph[id].name) is not known")
            }
            return type
        }
        outputTypes = model.graph.outputs.map { model.graph.type(of: $0) }
        fixedBatch = inputTypes.lazy.compactMap { $0.shape?.first?.fixedValue }.first
    }

    /// The samples a run takes when there is a choice.
    private static let preferredBatch = 32

    /// Runs the model over all samples.
    ///
    /// Where a model takes a fixed number of samples, the last run repeats a sample to fill up, and forgets what it gives for it.
    /// Each run starts from a fresh state.
    ///
    /// - Returns: The real numbers of each output, one row a sample.
    package func predictions(
        _ dataset: LabelledDataset, progress: ProgressHandler? = nil
    ) throws -> [Predictions] {
        try dataset.validate()
        guard dataset.count > 0 else { throw TrainingError.unsuitable("the data set has no samples") }
        var results = outputTypes.map { _ in Predictions(values: [], rows: 0, columns: 0) }
        try forEachBatch(dataset) { inputs, rows, done in
            session.resetState()
            let outputs = try session.run(inputs)
            let batch = inputs.first?.shape.first ?? rows
            for (position, output) in outputs.enumerated() where position < results.count {
                try append(output, type: outputTypes[position], batch: batch, rows: rows, to: &results[position])
            }
            try progress?(Double(done) / Double(dataset.count))
        }
        return results
    }

    /// Hands the samples over in the pieces, shapes and types that the model takes.
    package func forEachBatch(
        _ dataset: LabelledDataset, _ body: (_ inputs: [Tensor], _ rows: Int, _ done: Int) throws -> Void
    ) throws {
        guard dataset.inputs.count == inputTypes.count else {
            throw TrainingError.mismatch(
                "the model takes \(inputTypes.count) inputs, the data set gives \(dataset.inputs.count)")
        }
        let size = max(1, fixedBatch ?? ModelRunner.preferredBatch)
        for start in stride(from: 0, to: dataset.count, by: size) {
            let end = min(dataset.count, start + size)
            var piece = try dataset.rows(start..<end)
            if end - start < size, fixedBatch != nil {
                piece = try dataset.rows((start..<start + size).map { min($0, end - 1) })
            }
            let inputs = try zip(piece.inputs, inputTypes).map { try $0.fitted(to: $1) }
            try body(inputs, end - start, end)
        }
    }

    private func append(
        _ output: Tensor, type: TensorType?, batch: Int, rows: Int, to result: inout Predictions
    ) throws {
        guard batch > 0, output.count % batch == 0 else {
            throw TrainingError.mismatch("an output of shape \(output.shape) for \(batch) samples")
        }
        let columns = output.count / batch
        let values = try output.realNumbers(as: type?.quantization)
        guard result.rows == 0 || result.columns == columns else {
            throw TrainingError.mismatch("outputs of \(columns) and \(result.columns) numbers a sample")
        }
        result.columns = columns
        result.rows += rows
        result.values.append(contentsOf: values.prefix(rows * columns))
    }
}
