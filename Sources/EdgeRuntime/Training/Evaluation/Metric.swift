/// How well a model's outputs fit the labels.
public enum Metric: Sendable, Hashable {
    /// The share of samples whose class is the one with the largest output (with one output a sample: output > 0.5).
    case accuracy
    /// The share of samples whose class is among the `k` largest outputs.
    case topK(Int)
    /// Mean of the squared differences.
    case mse
    /// Square root of `mse`, in the unit of the labels.
    case rmse
    /// Mean of the absolute differences.
    case mae
    /// Area under the receiver operating characteristic: the probability that a sample of the class scores higher than one
    /// that is not. With more than two classes the mean over one-against-rest. A model that reconstructs its input scores by
    /// its reconstruction error.
    case auc
    /// Mean of -ln(probability of the right class). Outputs that are no probabilities count as logits.
    case crossEntropy
    /// How many samples of each class (row) were taken for each class (column).
    case confusionMatrix

    /// The metric of a name: `accuracy`, `top5` (any number), `mse`, `rmse`, `mae`, `auc`, `cross_entropy`, `confusion`.
    public init?(_ name: String) {
        switch name {
        case "accuracy": self = .accuracy
        case "mse": self = .mse
        case "rmse": self = .rmse
        case "mae": self = .mae
        case "auc": self = .auc
        case "cross_entropy": self = .crossEntropy
        case "confusion": self = .confusionMatrix
        default:
            guard name.hasPrefix("top"), let k = Int(name.dropFirst(3)), k > 0 else { return nil }
            self = .topK(k)
        }
    }

    /// The names that `init(_:)` knows; `top5` stands for any number.
    public static let names = ["accuracy", "top5", "mse", "rmse", "mae", "auc", "cross_entropy", "confusion"]

    public var name: String {
        switch self {
        case .accuracy: "accuracy"
        case .topK(let k): "top\(k)"
        case .mse: "mse"
        case .rmse: "rmse"
        case .mae: "mae"
        case .auc: "auc"
        case .crossEntropy: "cross_entropy"
        case .confusionMatrix: "confusion"
        }
    }

    /// Whether a larger value is better.
    public var largerIsBetter: Bool {
        switch self {
        case .accuracy, .topK, .auc, .confusionMatrix: true
        case .mse, .rmse, .mae, .crossEntropy: false
        }
    }

    /// Whether the labels must be classes.
    package var needsClasses: Bool {
        switch self {
        case .accuracy, .topK, .auc, .crossEntropy, .confusionMatrix: true
        case .mse, .rmse, .mae: false
        }
    }
}

/// What a metric found.
public enum MetricValue: Sendable, Hashable {
    case number(Double)
    /// Counts by class (row) and prediction (column).
    case matrix([[Int]])

    /// The number, nil for a matrix.
    public var number: Double? {
        if case .number(let value) = self { value } else { nil }
    }
}
