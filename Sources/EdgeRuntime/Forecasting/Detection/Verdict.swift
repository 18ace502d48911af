/// What a detector says of one value.
public struct Verdict: Sendable, Hashable {
    public let value: Double
    /// What was expected before the value came; NaN while the detector does not know yet.
    public let expected: Double
    /// How unusual the value is: robust deviations for the residual detector, the probability of a change for the change detector.
    public let score: Double
    public let isAnomaly: Bool

    /// Values are taken as no larger than this, so that differences and sums of them stay finite.
    static let largest = 1e150

    static func silent(_ value: Double, expected: Double = .nan) -> Verdict {
        Verdict(value: value, expected: expected, score: 0, isAnomaly: false)
    }
}

/// Watches values as they come, in bounded memory.
public protocol StreamDetector: Sendable {
    /// Judges the next value by those before it, then learns from it. A missing value (NaN) is never an anomaly.
    mutating func update(_ value: Double) -> Verdict
}
