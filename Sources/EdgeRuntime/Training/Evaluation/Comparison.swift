public import EdgeModels

/// Models side by side on one data set; the first is the reference of the others.
public struct Comparison: Sendable {
    /// What was found out about one model.
    public struct Entry: Sendable {
        public let name: String
        /// The metric, nil where the data set has no labels that fit.
        public let value: MetricValue?
        /// The difference to the first model's outputs; nil for the first.
        public let difference: OutputDifference?
        /// The bytes of weights and constants.
        public let weightBytes: Int
        /// The multiplications of one run.
        public let macs: Int
        /// The median time of one run with one sample, in seconds.
        public let latency: Double
    }

    public let metric: Metric
    public let entries: [Entry]
    public let samples: Int

    /// Runs all models over the data set.
    ///
    /// - Parameter timedRuns: How often the latency of each is taken.
    /// - Throws: `TrainingError` when data or outputs do not fit; what `progress` throws.
    public init(
        _ models: [(name: String, model: Model)], on dataset: LabelledDataset, metric: Metric? = nil,
        options: ExecutionOptions = ExecutionOptions(), timedRuns: Int = 30, progress: ProgressHandler? = nil
    ) throws {
        let wanted = metric ?? Evaluation.defaultMetric(for: dataset)
        var reference: Predictions?
        var entries: [Entry] = []
        for (position, (name, model)) in models.enumerated() {
            let runner = try ModelRunner(model, options: options)
            let outputs = try runner.predictions(dataset) { part in
                try progress?((Double(position) + part) / Double(models.count))
            }
            guard let first = outputs.first else { throw TrainingError.mismatch("\(name) has no output") }
            // A metric that was asked for must work; one we chose may find labels of another kind.
            let value =
                metric != nil
                ? try Evaluation.measure(first, dataset, metric: wanted)
                : try? Evaluation.measure(first, dataset, metric: wanted)
            let summary = ModelSummary(model)
            entries.append(
                Entry(
                    name: name, value: value,
                    difference: try reference.map { try OutputDifference(first, reference: $0) },
                    weightBytes: summary.totalWeightBytes, macs: summary.totalMACs,
                    latency: try runner.latency(dataset, runs: timedRuns)))
            if reference == nil { reference = first }
        }
        self.metric = wanted
        self.entries = entries
        self.samples = dataset.count
    }
}
