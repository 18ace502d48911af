import Glibc

/// How much privacy training with the sampled Gaussian mechanism costs, by Rényi differential privacy.
///
/// In each step every device (or sample) takes part with probability `rate`; updates are clipped to an L2 norm, and
/// Gaussian noise of `noise` times this norm is added to their sum. The Rényi divergence of order α of one step is
/// `log(A_α) / (α - 1)` with `A_α` from Mironov, Talwar and Zhang 2019, "Rényi Differential Privacy of the Sampled
/// Gaussian Mechanism", section 3.3; those of several steps add up; the best order turns them into (ε, δ) by Balle et
/// al. 2020, "Hypothesis Testing Interpretations and Renyi Differential Privacy", theorem 21. Orders and conversion
/// are those of Opacus's `RDPAccountant`.
public enum RenyiAccountant {
    /// 1.1, 1.2 … 10.9, then 12 … 63.
    public static let orders: [Double] = (1..<100).map { 1 + Double($0) / 10 } + (12..<64).map { Double($0) }

    /// A number of equal steps.
    public struct Phase: Sendable, Hashable {
        /// The probability with which a device takes part in a step.
        public var rate: Double
        /// The noise multiplier: the noise's standard deviation divided by the clipping norm.
        public var noise: Double
        public var steps: Int

        public init(rate: Double, noise: Double, steps: Int) {
            self.rate = rate
            self.noise = noise
            self.steps = steps
        }
    }

    /// The privacy that phases cost together.
    ///
    /// - Parameter delta: The probability with which the promise may fail.
    /// - Returns: ε, infinite where there is no noise, and the order it was found at (nil where none gives a bound).
    /// - Throws: `FederationError` for a rate outside of 0...1, negative noise or steps, a δ outside of 0..<1 or 0.
    public static func epsilon(
        _ phases: [Phase], delta: Double
    ) throws(FederationError) -> (epsilon: Double, order: Double?) {
        guard delta > 0 && delta < 1 else {
            throw .privacy("δ is a probability between 0 and 1, found \(delta)", hint: "take less than 1 / devices")
        }
        for phase in phases {
            guard phase.rate >= 0 && phase.rate <= 1 else {
                throw .privacy(
                    "the rate is the share of devices that take part in a step and lies in 0...1, found \(phase.rate)")
            }
            guard phase.noise >= 0 && phase.noise.isFinite else {
                throw .privacy("the noise is a multiple of the clipping norm, found \(phase.noise)")
            }
            guard phase.steps >= 0 else { throw .privacy("the number of steps is \(phase.steps)") }
        }
        if phases.allSatisfy({ $0.steps == 0 || $0.rate == 0 }) { return (0, nil) }
        var best = Double.infinity
        var bestOrder: Double?
        for order in orders {
            var divergence = 0.0
            for phase in phases where phase.steps > 0 {
                divergence += Double(phase.steps) * divergenceOfStep(phase, order)
            }
            let epsilon = divergence - (log(delta) + log(order)) / (order - 1) + log((order - 1) / order)
            if epsilon < best { (best, bestOrder) = (epsilon, order) }
        }
        // The conversion may give less than nothing where the noise drowns everything.
        return (max(0, best), bestOrder)
    }

    private static func divergenceOfStep(_ phase: Phase, _ order: Double) -> Double {
        if phase.rate == 0 { return 0 }
        if phase.noise == 0 { return .infinity }
        if phase.rate == 1 { return order / (2 * phase.noise * phase.noise) }
        let logarithm =
            order.rounded() == order
            ? SampledGaussian.logMoment(rate: phase.rate, noise: phase.noise, wholeOrder: Int(order))
            : SampledGaussian.logMoment(rate: phase.rate, noise: phase.noise, order: order)
        return logarithm / (order - 1)
    }
}
