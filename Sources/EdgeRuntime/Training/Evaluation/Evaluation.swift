public import EdgeModels

/// A model judged on a data set.
public struct Evaluation: Sendable {
    public let metric: Metric
    public let value: MetricValue
    /// The number of samples judged.
    public let samples: Int
    public let classNames: [String]

    /// Runs a model over a data set and measures its first output.
    ///
    /// With classes as labels the outputs are scores of the classes; with numbers as labels they are compared number by number. Without
    /// labels `mse`, `rmse` and `mae` compare the output of a model that reconstructs its input with that input. For `auc` and
    /// such a model, the labels 0 (normal) and 1 (anomaly) are compared with the reconstruction error of each sample.
    ///
    /// - Throws: `TrainingError` when data, labels or metric do not fit the model; what `progress` throws.
    public init(
        _ model: Model, on dataset: LabelledDataset, metric: Metric, options: ExecutionOptions = ExecutionOptions(),
        progress: ProgressHandler? = nil
    ) throws {
        let outputs = try ModelRunner(model, options: options).predictions(dataset, progress: progress)
        guard let first = outputs.first else { throw TrainingError.mismatch("the model has no output") }
        self.metric = metric
        self.value = try Evaluation.measure(first, dataset, metric: metric)
        self.samples = dataset.count
        self.classNames = dataset.classNames
    }

    /// The metric that suits a data set when none is named: accuracy for classes, else root mean squared error.
    public static func defaultMetric(for dataset: LabelledDataset) -> Metric {
        dataset.classes == nil ? .rmse : .accuracy
    }

    package static func measure(
        _ predictions: Predictions, _ dataset: LabelledDataset, metric: Metric
    ) throws -> MetricValue {
        if metric == .auc, let classes = dataset.classes, predictions.columns > 2,
            let input = try? dataset.inputs.first?.realNumbers(), input.count == predictions.values.count
        {
            let errors = reconstructionErrors(predictions, input: input)
            guard let area = Metric.area(errors, positive: classes.map { $0 > 0 }) else {
                throw TrainingError.metric("`auc` needs samples of both classes")
            }
            return .number(area)
        }
        guard let labels = dataset.labels else {
            guard !metric.needsClasses else {
                throw TrainingError.metric("`\(metric.name)` needs labels, and the data set has none")
            }
            guard let input = try dataset.inputs.first?.realNumbers(), input.count == predictions.values.count else {
                throw TrainingError.metric(
                    "the data set has no labels",
                    hint: "only a model that reconstructs its input can be judged without")
            }
            return try metric.measure(predictions, targets: input.map { Float($0) })
        }
        if let classes = dataset.classes, metric.needsClasses || predictions.columns == 1 {
            return try metric.measure(predictions, classes: classes)
        }
        return try metric.measure(predictions, targets: labels.realNumbers().map { Float($0) })
    }

    private static func reconstructionErrors(_ predictions: Predictions, input: [Double]) -> [Float] {
        (0..<predictions.rows).map { row in
            var sum = 0.0
            for column in row * predictions.columns..<(row + 1) * predictions.columns {
                let difference = Double(predictions.values[column]) - input[column]
                sum += difference * difference
            }
            return Float(sum / Double(predictions.columns))
        }
    }
}
