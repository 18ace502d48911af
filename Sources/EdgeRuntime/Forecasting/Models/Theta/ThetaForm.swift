/// Which of the theta models (Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler, "Models for optimising the theta method and their
/// relationship to state space models", 2016).
public enum ThetaForm: String, Sendable, CaseIterable {
    /// Theta 2 and a fixed line: the method that won the M3 competition.
    case standard = "STM"
    /// A fixed line, and the best theta.
    case optimised = "OTM"
    /// Theta 2, and a line that follows the values.
    case dynamicStandard = "DSTM"
    /// The best theta, and a line that follows the values.
    case dynamicOptimised = "DOTM"

    var searchesTheta: Bool { self == .optimised || self == .dynamicOptimised }
    var isDynamic: Bool { self == .dynamicStandard || self == .dynamicOptimised }
}

/// What a theta model is made of.
public struct ThetaParameters: Sendable, Hashable {
    /// The level before the first value.
    public var level: Double
    public var alpha: Double
    public var theta: Double

    public init(level: Double, alpha: Double, theta: Double) {
        self.level = level
        self.alpha = alpha
        self.theta = theta
    }

    var isAllowed: Bool {
        alpha >= 0.1 && alpha <= 0.99 && theta >= 1 && theta <= 1e10 && level.magnitude <= 1e10
    }
}
