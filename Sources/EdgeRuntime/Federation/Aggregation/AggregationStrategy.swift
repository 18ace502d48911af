/// How updates of many devices become one.
public enum AggregationStrategy: Sendable, Hashable {
    /// The mean, weighted by sample counts (McMahan et al. 2017, "Communication-Efficient Learning of Deep Networks
    /// from Decentralized Data").
    case weightedMean
    /// The median of each coordinate (Yin et al. 2018, "Byzantine-Robust Distributed Learning").
    case median
    /// The mean of each coordinate without the share `trim` of the smallest and as many of the largest (Yin et al.
    /// 2018).
    case trimmedMean(trim: Double)
    /// The one update that lies closest to its nearest neighbours, where at most `hostile` of them lie (Blanchard et
    /// al. 2017, "Machine Learning with Adversaries"); nil takes one in five, as far as the number of updates allows
    /// it.
    case krum(hostile: Int?)
    /// The mean, weighted by samples, age and agreement with the others; see `DynamicWeights`.
    case dynamicallyWeighted

    /// What scripts call it.
    public var name: String {
        switch self {
        case .weightedMean: "fedavg"
        case .median: "median"
        case .trimmedMean: "trimmed_mean"
        case .krum: "krum"
        case .dynamicallyWeighted: "dynamic_weighted"
        }
    }

    /// Whether sample counts or weights change the result.
    public var usesWeights: Bool {
        switch self {
        case .weightedMean, .dynamicallyWeighted: true
        case .median, .trimmedMean, .krum: false
        }
    }
}

/// What becomes of an update with numbers that are not finite.
public enum NotFinitePolicy: String, Sendable, Hashable, CaseIterable {
    /// It is left out, and the result says so.
    case exclude
    /// The round is refused.
    case refuse
}
