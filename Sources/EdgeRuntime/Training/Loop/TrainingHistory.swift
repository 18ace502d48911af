public import EdgeModels

/// What one epoch brought.
public struct TrainingEpoch: Sendable, Hashable {
    /// From 1.
    public var epoch: Int
    /// The learning rate of its last step.
    public var rate: Double
    /// The mean loss over its steps, as it was while training.
    public var loss: Double
    /// The loss on the validation data; NaN without.
    public var validationLoss: Double
    /// The watched metric: on the validation data, without them on the training data.
    public var metric: Double
    /// Seconds it took.
    public var seconds: Double
}

/// Where a training run stands.
public struct TrainingProgress: Sendable {
    /// The epoch under way, from 1.
    public var epoch: Int
    public var epochs: Int
    /// The steps made and those there are in an epoch.
    public var step: Int
    public var steps: Int
    /// The mean loss of the epoch so far.
    public var loss: Double
    /// The last epoch that is over.
    public var last: TrainingEpoch?

    /// The share of all steps that is done.
    public var fraction: Double {
        (Double(epoch - 1) + Double(step) / Double(max(1, steps))) / Double(max(1, epochs))
    }
}

/// What training gave.
public struct TrainingResult: Sendable {
    /// Why it ended.
    public enum Ending: String, Sendable, Hashable {
        /// All epochs are done.
        case done
        /// `patience` epochs brought nothing better.
        case stopped
        /// Somebody asked for it.
        case interrupted
    }

    /// The model with the best weights found.
    public var model: Model
    public var history: [TrainingEpoch]
    /// The epoch that the weights are of, from 1; 0 where not one was finished.
    public var bestEpoch: Int
    /// The watched metric of that epoch.
    public var best: Double
    public var watched: WatchedMetric
    public var loss: Loss
    public var ending: Ending
    /// Whether the figures are those of data that was kept apart.
    public var isValidated: Bool
}
