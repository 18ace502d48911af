/// How a model is trained.
public struct TrainingOptions: Sendable {
    /// How often all samples are seen.
    public var epochs = 10
    /// The samples of a step.
    public var batch = 32
    public var optimiser = Optimiser.adamW()
    /// The learning rate; nil for the optimiser's usual one.
    public var rate: Double?
    public var schedule = Schedule.constant
    /// The epochs over which the rate rises to what it should be.
    public var warmup = 0.0
    /// The weight decay; nil for the optimiser's usual one.
    public var decay: Float?
    public var clip = GradientClip.none
    /// Nil for the one that suits the labels: cross-entropy for classes, squared differences for numbers.
    public var loss: Loss?
    /// The share of each label that is spread over all classes.
    public var smoothing: Float = 0
    public var classWeights = ClassWeights.same
    /// What is watched from epoch to epoch; nil for accuracy of classes, root mean squared error of numbers.
    public var watched: WatchedMetric?
    /// The epochs that may bring nothing better before training ends; nil to go on.
    public var patience: Int?
    public var augmentation = Augmentation()
    /// The share that an average of the weights keeps a step; nil for no average. It is the average that is judged and kept.
    public var averaging: Float?
    /// What stays as it is, by the name of a layer, an operator, or a constant.
    public var frozen: [String] = []
    public var seed: UInt64 = 0
    public var checkpoint: Checkpoint?
    /// Batches that are prepared ahead on a thread of their own, where samples are augmented.
    public var prefetch = 2

    public init() {}

    /// How much each class counts.
    public enum ClassWeights: Sendable, Hashable {
        case same
        /// So that all classes together count the same, however many samples each has.
        case balanced
        case given([Float])
    }

    /// Where a run is kept, so that it can go on.
    public struct Checkpoint: Sendable, Hashable {
        public var path: String
        /// Steps from one to the next, besides the end of each epoch; nil for the ends of epochs alone.
        public var steps: Int?
        /// Whether to go on from a file that is there.
        public var resumes: Bool

        public init(path: String, steps: Int? = nil, resumes: Bool = true) {
            self.path = path
            self.steps = steps
            self.resumes = resumes
        }
    }

    /// - Throws: `TrainingError` for an option that cannot be.
    func check() throws(TrainingError) {
        guard epochs > 0, epochs <= 1_000_000 else { throw .option("`epochs` is \(epochs), and has to be at least 1") }
        guard batch > 0, batch <= 1 << 20 else { throw .option("`batch` is \(batch), and has to be at least 1") }
        if let rate, !(rate > 0 && rate.isFinite) { throw .option("the learning rate \(rate) is not above 0") }
        guard warmup >= 0, warmup.isFinite, warmup <= Double(epochs) else {
            throw .option("a warm-up of \(warmup) epochs in a training of \(epochs)")
        }
        if let decay, !(decay >= 0 && decay.isFinite) { throw .option("the weight decay \(decay) is below 0") }
        guard smoothing >= 0, smoothing < 1 else {
            throw .option("label smoothing of \(smoothing) is not within 0..<1")
        }
        if let averaging, !(averaging > 0 && averaging < 1) {
            throw .option("an average that keeps \(averaging) a step; 0.999 is usual")
        }
        if let patience, patience < 1 { throw .option("`patience` is \(patience), and has to be at least 1") }
        if let steps = checkpoint?.steps, steps < 1 { throw .option("a checkpoint every \(steps) steps") }
        if case .given(let weights) = classWeights, !weights.allSatisfy({ $0 >= 0 && $0.isFinite }) {
            throw .option("a class weight is below 0")
        }
    }
}

/// What decides which epoch was the best.
public enum WatchedMetric: Sendable, Hashable {
    case loss
    case metric(Metric)

    /// What scripts call it.
    public var name: String {
        switch self {
        case .loss: "loss"
        case .metric(let metric): metric.name
        }
    }

    /// Whether a larger value is better.
    public var largerIsBetter: Bool {
        switch self {
        case .loss: false
        case .metric(let metric): metric.largerIsBetter
        }
    }
}
