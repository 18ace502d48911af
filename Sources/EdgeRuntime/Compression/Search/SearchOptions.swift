public import EdgeDeployment

/// What a searched network must keep to.
public struct SearchBudget: Sendable, Hashable {
    /// Seconds for one sample on the device.
    public var latency: Double?
    /// Bytes of activations on the device.
    public var memory: Int?
    /// Bytes of weights, biases and scales, as `describe` counts them.
    public var size: Int?
    /// The worst value of the metric that will do.
    public var accuracy: Double?

    public init(latency: Double? = nil, memory: Int? = nil, size: Int? = nil, accuracy: Double? = nil) {
        self.latency = latency
        self.memory = memory
        self.size = size
        self.accuracy = accuracy
    }
}

/// How networks are searched. `docs/search.md` explains each choice.
public struct SearchOptions: Sendable, Hashable {
    /// How the next network to judge is chosen.
    public enum Strategy: String, Sendable, Hashable, CaseIterable {
        /// From the best so far, by crossing and mutation, the most promising first.
        case evolutionary
        /// By chance among those within the budget: what any other strategy must beat.
        case random
    }

    public var budget: SearchBudget
    /// Where the network shall run; needed for latency and memory.
    public var device: DeviceProfile?
    /// How many networks are judged on data.
    public var evaluations: Int
    /// Another seed searches elsewhere; the same one finds the same.
    public var seed: UInt64
    public var strategy: Strategy
    /// Names of layers, or of operators, that keep their channels.
    public var protected: [String]

    public init(
        budget: SearchBudget, device: DeviceProfile? = nil, evaluations: Int = 40, seed: UInt64 = 0,
        strategy: Strategy = .evolutionary, protected: [String] = []
    ) {
        self.budget = budget
        self.device = device
        self.evaluations = evaluations
        self.seed = seed
        self.strategy = strategy
        self.protected = protected
    }

    func validate() throws(CompressionError) {
        guard (1...100_000).contains(evaluations) else {
            throw .option("`evaluations` must lie between 1 and 100000, found \(evaluations)")
        }
        if device == nil, budget.latency != nil || budget.memory != nil {
            throw .option(
                "a budget of latency or memory needs a device",
                hint: "give `target:`, as \"cortex-m4\"; `devices()` lists them")
        }
        let limits = [budget.latency, budget.memory.map(Double.init), budget.size.map(Double.init)]
        guard limits.allSatisfy({ $0.map { $0 > 0 && $0.isFinite } ?? true }), budget.accuracy.map(\.isFinite) ?? true
        else {
            throw .option("the limits of a budget must be positive numbers")
        }
    }
}
