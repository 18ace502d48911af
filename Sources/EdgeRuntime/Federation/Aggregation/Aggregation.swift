/// The updates of a round, joined.
public struct Aggregation: Sendable {
    /// An update that was left out.
    public struct Exclusion: Sendable, Hashable {
        public let client: String
        /// Tensor and element that say why.
        public let reason: String
    }

    public let update: Update
    /// What each update counted, those that were left out as 0; they add up to 1. Empty for strategies that choose
    /// each coordinate.
    public let weights: [Double]
    public let excluded: [Exclusion]
    /// The number of updates that took part.
    public let count: Int

    /// Joins updates of the same tensors.
    ///
    /// The work goes tensor by tensor through blocks that stay in the cache, so that each update is read from memory
    /// once.
    ///
    /// - Parameters:
    ///   - weights: What each update counts, in place of its sample count; only for strategies that weigh.
    ///   - progress: Called with the share that is done; may throw to end the work.
    /// - Throws: `FederationError` where the updates do not fit each other or the strategy does not fit their number.
    public init(
        _ updates: [ClientUpdate], strategy: AggregationStrategy, weights: [Double]? = nil,
        notFinite: NotFinitePolicy = .exclude, progress: ((Double) throws -> Void)? = nil
    ) throws {
        try Aggregation.check(updates, strategy, weights)
        // A mean shows by itself whether a number in it was not finite; searching all updates first would read them
        // twice.
        if case .weightedMean = strategy {
            let given = try Aggregation.normalised(weights ?? Aggregation.sampleWeights(updates))
            let mean = try WeightedMean.of(updates.map(\.update), given, progress)
            if mean.isFinite {
                self.init(update: mean.update, weights: given, excluded: [], count: updates.count)
                return
            }
        }
        var finite: [Int] = []
        var excluded: [Exclusion] = []
        for (position, client) in updates.enumerated() {
            try progress?(0)
            guard let (part, index, value) = try client.update.firstNotFinite() else {
                finite.append(position)
                continue
            }
            let reason = "element \(index) of the tensor `\(part.name)` is \(value)"
            if notFinite == .refuse {
                throw FederationError.notFinite("the update of \(client.client) is not finite: \(reason)")
            }
            excluded.append(Exclusion(client: client.client, reason: reason))
        }
        guard !finite.isEmpty else {
            throw FederationError.noUpdates(
                "none of the \(updates.count) updates is finite: of \(excluded[0].client), \(excluded[0].reason)",
                hint: "look at the training: a smaller learning rate often helps")
        }
        let kept = finite.map { updates[$0] }
        let (update, used) = try Aggregation.join(
            kept, strategy, weights.map { all in finite.map { all[$0] } }, progress)
        var spread: [Double] = used.isEmpty ? [] : Array(repeating: 0, count: updates.count)
        for (position, weight) in zip(finite, used) { spread[position] = weight }
        self.init(update: update, weights: spread, excluded: excluded, count: kept.count)
    }

    private init(update: Update, weights: [Double], excluded: [Exclusion], count: Int) {
        self.update = update
        self.weights = weights
        self.excluded = excluded
        self.count = count
    }

    private static func join(
        _ clients: [ClientUpdate], _ strategy: AggregationStrategy, _ weights: [Double]?,
        _ progress: ((Double) throws -> Void)?
    ) throws -> (Update, weights: [Double]) {
        let updates = clients.map(\.update)
        switch strategy {
        case .weightedMean:
            let weights = try normalised(weights ?? sampleWeights(clients))
            return (try WeightedMean.of(updates, weights, progress).update, weights)
        case .median: return (try CoordinateSort(.median).of(updates, progress), [])
        case .trimmedMean(let trim):
            // A share like 0.3 of 10 is meant to be 3, though 0.3 is a little less than three tenths.
            let cut = Int((trim * Double(updates.count) + 1e-9).rounded(.down))
            guard updates.count > 2 * cut else {
                throw FederationError.option("trimming \(trim) from both ends of \(updates.count) updates leaves none")
            }
            return (try CoordinateSort(.trimmedMean(cut: cut)).of(updates, progress), [])
        case .krum(let hostile):
            let chosen = try Krum(hostile: hostile).choice(among: updates, progress)
            return (updates[chosen], updates.indices.map { $0 == chosen ? 1 : 0 })
        case .dynamicallyWeighted:
            let weights = try normalised(DynamicWeights.of(clients, counts: weights, progress))
            return (try WeightedMean.of(updates, weights, progress).update, weights)
        }
    }

    private static func check(
        _ updates: [ClientUpdate], _ strategy: AggregationStrategy, _ weights: [Double]?
    ) throws(FederationError) {
        guard let first = updates.first else {
            throw .noUpdates(
                "there are no updates to aggregate", hint: "a round needs at least one device that answered")
        }
        guard !first.update.parts.isEmpty else { throw .noUpdates("the update of \(first.client) has no tensors") }
        for client in updates {
            try client.update.checkFloat("the update of \(client.client)")
            try client.update.checkFits(
                first.update, "the update of \(client.client)", "that of \(first.client)")
            if let count = client.sampleCount, count < 0 {
                throw .option("the update of \(client.client) says that it saw \(count) samples")
            }
            guard client.staleness >= 0 else {
                throw .option("the update of \(client.client) has a staleness of \(client.staleness) rounds")
            }
        }
        if case .trimmedMean(let trim) = strategy, !(trim >= 0 && trim < 0.5) {
            throw .option("`trim` is the share cut off at each end and must lie in 0..<0.5, found \(trim)")
        }
        guard let weights else { return }
        guard strategy.usesWeights else {
            throw .option(
                "the strategy \"\(strategy.name)\" counts every update alike and takes no weights",
                hint: "\"fedavg\" and \"dynamic_weighted\" weigh updates")
        }
        guard weights.count == updates.count else {
            throw .option("\(weights.count) weights were given for \(updates.count) updates")
        }
        for (weight, client) in zip(weights, updates) where !(weight >= 0 && weight.isFinite) {
            throw .option("the weight of \(client.client) must be a number that is not negative, found \(weight)")
        }
    }

    /// The sample counts; where none is known, all alike.
    private static func sampleWeights(_ updates: [ClientUpdate]) throws(FederationError) -> [Double] {
        let counts = updates.compactMap(\.sampleCount)
        if counts.isEmpty { return updates.map { _ in 1 } }
        if let silent = updates.first(where: { $0.sampleCount == nil }) {
            throw .option(
                "\(silent.client) does not say how many samples it saw, others do",
                hint: "give `samples` for every update, or `weights:`")
        }
        return counts.map { Double($0) }
    }

    private static func normalised(_ weights: [Double]) throws(FederationError) -> [Double] {
        // The largest first: a sum of huge weights must not become infinite.
        guard let largest = weights.max(), largest > 0 else {
            throw .option("all weights are 0", hint: "at least one update must count")
        }
        let relative = weights.map { $0 / largest }
        let sum = relative.reduce(0, +)
        return relative.map { $0 / sum }
    }
}
