public import EdgeModels
public import EdgeTraining

/// A network that a search judged.
public struct SearchCandidate: Sendable {
    public let model: Model
    /// The metric on the data of the search.
    public let accuracy: Double
    /// How far its outputs are from those of the given network: squared differences as a share of the variance.
    public let outputError: Double
    /// Bytes of weights.
    public let size: Int
    /// Seconds and bytes on the device; nil without one.
    public let latency: Double?
    public let memory: Int?
    /// The bits of each layer's weights; 32 stands for float.
    public let bits: [(layer: String, bits: Int)]
    /// By how much it misses the budget: the sum over all limits of the share by which each is passed. 0 within.
    public let violation: Double
}

/// What a search found.
public struct SearchResult: Sendable {
    /// The candidates that no other beats in everything, best metric first.
    public let front: [SearchCandidate]
    /// The best within the budget; nil where none is.
    public let best: SearchCandidate?
    /// The best, or the one that comes closest to the budget.
    public let closest: SearchCandidate
    public let metric: Metric
    /// How many networks were judged.
    public let evaluations: Int
    /// What was found, in a sentence.
    public let message: String
}
