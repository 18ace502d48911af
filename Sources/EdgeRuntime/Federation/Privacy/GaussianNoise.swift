import EdgeTensors
import Glibc

/// Gaussian noise for privacy.
///
/// The numbers come from the system's cryptographic generator; a seed, which makes them repeatable, is for tests.
/// Each is the sum of four normal numbers, halved: the low bits of a single one, made of floating-point operations on
/// few random bits, can give away the value it was added to (Mironov 2012; the sum is the remedy of Holohan and
/// Braghin 2021, "Secure Random Sampling in Differential Privacy").
struct GaussianNoise {
    private var entropy = SystemEntropy()
    private var seeded: RandomSource?

    init(seed: UInt64?) { seeded = seed.map { RandomSource(seed: $0) } }

    /// A number of the normal distribution with mean 0 and deviation 1.
    mutating func next() throws(FederationError) -> Double {
        let (a, b) = try pair()
        let (c, d) = try pair()
        return (a + b + c + d) / 2
    }

    /// Two independent normal numbers (Box and Muller).
    private mutating func pair() throws(FederationError) -> (Double, Double) {
        // 1 - uniform is never zero, whose logarithm would be infinite.
        let radius = sqrt(-2 * log(1 - (try uniform())))
        let angle = 2 * Double.pi * (try uniform())
        return (radius * cos(angle), radius * sin(angle))
    }

    private mutating func uniform() throws(FederationError) -> Double {
        Double(try word() >> 11) * 0x1p-53
    }

    private mutating func word() throws(FederationError) -> UInt64 {
        if let word = seeded?.next() { return word }
        return try entropy.next()
    }
}
