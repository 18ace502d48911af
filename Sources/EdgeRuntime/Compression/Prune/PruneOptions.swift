/// What `prune` cuts. `docs/pruning.md` explains each choice.
public struct PruneOptions: Sendable, Hashable {
    /// How much is cut.
    public enum Amount: Sendable, Hashable {
        /// The share of the channels that can be cut, 0 to below 1. At 0 only channels that change nothing go.
        case ratio(Double)
        /// The share of the multiplications that may stay, above 0 to 1.
        case multiplications(Double)
    }

    /// How channels are ranked.
    public enum Criterion: String, Sendable, Hashable, CaseIterable {
        /// By the size of the weights that make a channel times the size of those that read it.
        case magnitude
        /// By the scale of the batch normalisation behind the layer (Liu et al., "Learning efficient convolutional networks through
        /// network slimming", 2017).
        case batchNormalization = "batch_norm"
        /// By the values that a channel takes on data times the size of the weights that read it.
        case activation
    }

    public var amount: Amount
    public var criterion: Criterion
    /// Names of layers, or of operators (`Conv`), whose channels stay.
    public var protected: [String]
    /// The share of each layer's channels that stays in any case; at least one does.
    public var floor: Double

    public init(
        _ amount: Amount, criterion: Criterion = .magnitude, protected: [String] = [], floor: Double = 0.1
    ) {
        self.amount = amount
        self.criterion = criterion
        self.protected = protected
        self.floor = floor
    }

    func validate(hasData: Bool) throws(CompressionError) {
        switch amount {
        case .ratio(let ratio):
            guard ratio >= 0, ratio < 1 else {
                throw .option(
                    "`ratio` must be at least 0 and below 1, found \(ratio)",
                    hint: "0.5 cuts half of the channels that can be cut")
            }
        case .multiplications(let share):
            guard share > 0, share <= 1 else {
                throw .option(
                    "`flops` must be above 0 and at most 1, found \(share)",
                    hint: "0.5 keeps half of the multiplications")
            }
        }
        guard floor >= 0, floor <= 1 else { throw .option("`floor` must lie between 0 and 1, found \(floor)") }
        guard criterion != .activation || hasData else {
            throw .option("the criterion \"activation\" needs data", hint: "give `data:` a sample of the data")
        }
    }
}
