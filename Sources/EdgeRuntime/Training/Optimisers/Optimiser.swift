/// How numbers are moved against their gradients.
///
/// Formulas and defaults are those of PyTorch's optimisers of the same names; LAMB is that of You et al., "Large batch optimization for
/// deep learning", ICLR 2020, algorithm 2, with the norm itself as the scaling function.
public enum Optimiser: Sendable, Hashable {
    /// Straight against the gradient.
    case sgd
    /// With a velocity that keeps `keep` of itself a step; `nesterov` looks ahead along it.
    case momentum(keep: Float = 0.9, nesterov: Bool = false)
    /// Divided by a running root mean square of the gradient.
    case rmsProp(keep: Float = 0.99, epsilon: Float = 1e-8, momentum: Float = 0)
    /// By running moments of the gradient; decay is a part of the gradient.
    case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8)
    /// As `adam`, with decay apart from the gradient.
    case adamW(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8)
    /// As `adamW`, each tensor's step scaled to the size of the tensor.
    case lamb(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-6)

    /// What scripts call it.
    public var name: String {
        switch self {
        case .sgd: "sgd"
        case .momentum(_, let nesterov): nesterov ? "nesterov" : "momentum"
        case .rmsProp: "rmsprop"
        case .adam: "adam"
        case .adamW: "adamw"
        case .lamb: "lamb"
        }
    }

    /// The optimiser of a name, with the usual settings.
    public init?(name: String) {
        switch name {
        case "sgd": self = .sgd
        case "momentum": self = .momentum()
        case "nesterov": self = .momentum(nesterov: true)
        case "rmsprop": self = .rmsProp()
        case "adam": self = .adam()
        case "adamw": self = .adamW()
        case "lamb": self = .lamb()
        default: return nil
        }
    }

    /// The names that `init(name:)` knows.
    public static let names = ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "lamb"]

    /// The weight decay where none is given: a part of the method for those that keep it apart, else none.
    public var usualDecay: Float {
        switch self {
        case .adamW, .lamb: 0.01
        case .sgd, .momentum, .rmsProp, .adam: 0
        }
    }

    /// The learning rate where none is given.
    public var usualRate: Double {
        switch self {
        case .sgd, .momentum: 0.05
        case .rmsProp, .adam, .adamW, .lamb: 1e-3
        }
    }

    /// How many numbers it remembers for each parameter.
    var memoryCount: Int {
        switch self {
        case .sgd: 0
        case .momentum: 1
        case .rmsProp(_, _, let momentum): momentum > 0 ? 2 : 1
        case .adam, .adamW, .lamb: 2
        }
    }

    /// The numbers that determine it, for checkpoints.
    var settings: [Float] {
        switch self {
        case .sgd: []
        case .momentum(let keep, let nesterov): [keep, nesterov ? 1 : 0]
        case .rmsProp(let keep, let epsilon, let momentum): [keep, epsilon, momentum]
        case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon),
            .lamb(let beta1, let beta2, let epsilon):
            [beta1, beta2, epsilon]
        }
    }
}
