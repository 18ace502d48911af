#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How the learning rate goes on from step to step, as a factor of the rate that was asked for.
public enum Schedule: Sendable, Hashable {
    case constant
    /// Times `factor` after every so many epochs.
    case step(every: Int, factor: Double)
    /// Half a cosine from 1 down to `floor`.
    case cosine(floor: Double = 0)
    /// Up from 1/25 to 1 over a share of the steps, then down to almost nothing, both as half a cosine (Smith and Topin, 2017;
    /// the figures are PyTorch's).
    case oneCycle(rise: Double = 0.3)
    /// Times `factor` where `patience` epochs brought nothing better.
    case plateau(factor: Double = 0.1, patience: Int = 3)

    /// What scripts call it.
    public var name: String {
        switch self {
        case .constant: "constant"
        case .step: "step"
        case .cosine: "cosine"
        case .oneCycle: "one_cycle"
        case .plateau: "plateau"
        }
    }

    /// The names there are.
    public static let names = ["constant", "step", "cosine", "one_cycle", "plateau"]

    /// The factor of a step.
    ///
    /// - Parameters:
    ///   - step: from 0.
    ///   - total: the steps of the whole training.
    ///   - stepsPerEpoch: at least 1.
    ///   - warmup: the first steps, over which the rate rises evenly; the schedule begins behind them.
    public func factor(step: Int, total: Int, stepsPerEpoch: Int, warmup: Int = 0) -> Double {
        if step < warmup { return Double(step + 1) / Double(warmup) }
        let done = step - warmup
        let all = max(1, total - warmup)
        switch self {
        case .constant, .plateau: return 1
        case .step(let every, let factor):
            return pow(factor, Double(done / (max(1, every) * max(1, stepsPerEpoch))))
        case .cosine(let floor):
            let share = min(1, Double(done) / Double(all))
            return floor + (1 - floor) * (1 + cos(Double.pi * share)) / 2
        case .oneCycle(let rise):
            let (start, end) = (1.0 / 25, 1.0 / 25 / 1e4)
            let peak = rise * Double(all) - 1
            func between(_ from: Double, _ to: Double, _ share: Double) -> Double {
                to + (from - to) / 2 * (1 + cos(Double.pi * min(1, max(0, share))))
            }
            if Double(done) <= peak { return between(start, 1, peak > 0 ? Double(done) / peak : 1) }
            let rest = Double(all - 1) - peak
            return between(1, end, rest > 0 ? (Double(done) - peak) / rest : 1)
        }
    }
}

/// What `Schedule.plateau` remembers: by how much the rate is reduced, and since when nothing became better.
public struct PlateauState: Sendable, Hashable {
    /// The present factor.
    public internal(set) var scale = 1.0
    var best = Double.infinity
    var waited = 0

    public init() {}

    /// Takes the score of one more epoch, smaller being better. An improvement is one of at least a ten-thousandth.
    public mutating func update(_ score: Double, factor: Double, patience: Int) {
        if score < best - abs(best.isFinite ? best : 0) * 1e-4 {
            best = score
            waited = 0
            return
        }
        waited += 1
        guard waited > patience else { return }
        scale *= factor
        waited = 0
    }
}
