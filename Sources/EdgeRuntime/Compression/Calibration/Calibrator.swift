import EdgeModels
import EdgeTensors
import EdgeTraining

/// Runs the float network over calibration data and watches its values.
enum Calibrator {
    /// What was seen of the values asked for.
    struct Observation {
        var histograms: [ValueID: Histogram] = [:]
        /// The most bytes that one sample of a value takes.
        var largestSampleBytes = 0
        var samples = 0
    }

    static func observe(
        _ model: Model, values: Set<ValueID>, on dataset: LabelledDataset, progress: ProgressHandler? = nil
    ) throws -> Observation {
        guard dataset.count > 0 else { throw CompressionError.calibration("the calibration data has no samples") }
        var result = Observation()
        for id in values {
            guard let constant = model.graph.constants[id] else { continue }
            var histogram = Histogram()
            try constant.withElements(of: Float.self) { histogram.add($0) }
            result.histograms[id] = histogram
        }
        let session = try Session(model)
        try ModelRunner(model).forEachBatch(dataset) { inputs, rows, done in
            session.resetState()
            let batch = max(1, inputs.first?.shape.first ?? 1)
            _ = try session.run(inputs) { id, tensor in
                result.largestSampleBytes = max(result.largestSampleBytes, tensor.byteCount / batch)
                guard values.contains(id), tensor.dtype == .f32 else { return }
                try tensor.withElements(of: Float.self) { result.histograms[id, default: Histogram()].add($0) }
            }
            try progress?(Double(done) / Double(dataset.count))
        }
        result.samples = dataset.count
        return result
    }
}
