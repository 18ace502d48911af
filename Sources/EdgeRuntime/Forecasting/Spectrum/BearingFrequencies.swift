import Glibc

/// The frequencies at which the faults of a rolling bearing show, in hertz.
///
/// They follow from its geometry when the inner ring turns and nothing slips (Randall and Antoni, "Rolling element bearing diagnostics",
/// 2011, equations 1 to 4).
public struct BearingFrequencies: Sendable, Hashable {
    /// How often the shaft turns.
    public let shaft: Double
    /// A damage of the outer ring: balls pass it (BPFO).
    public let outerRace: Double
    /// A damage of the inner ring: balls pass it (BPFI).
    public let innerRace: Double
    /// How often a ball turns about itself (BSF); a damage on it strikes twice as often.
    public let ballSpin: Double
    /// How often the cage turns (FTF).
    public let cage: Double

    /// - Parameters:
    ///   - rpm: Turns of the shaft a minute.
    ///   - balls: How many rolling elements.
    ///   - ballDiameter: In the same unit as `pitchDiameter`.
    ///   - pitchDiameter: The diameter of the circle of the balls' centres.
    ///   - angle: The contact angle in degrees.
    /// - Throws: `ForecastError` for a geometry that cannot be.
    public init(
        rpm: Double, balls: Int, ballDiameter: Double, pitchDiameter: Double, angle: Double = 0
    ) throws(ForecastError) {
        guard rpm > 0, rpm.isFinite else { throw .argument("`rpm` must be positive") }
        guard balls >= 2 else { throw .argument("a bearing has at least 2 balls") }
        guard ballDiameter > 0, ballDiameter < pitchDiameter, pitchDiameter.isFinite else {
            throw .argument(
                "balls of \(ballDiameter) do not fit a pitch circle of \(pitchDiameter)",
                hint: "`ball_diameter` must be positive and smaller than `pitch_diameter`, in the same unit")
        }
        guard angle >= 0, angle < 90 else {
            throw .argument("the contact angle must be at least 0 and below 90 degrees")
        }
        shaft = rpm / 60
        let ratio = ballDiameter / pitchDiameter * cos(angle * Double.pi / 180)
        outerRace = Double(balls) / 2 * shaft * (1 - ratio)
        innerRace = Double(balls) / 2 * shaft * (1 + ratio)
        ballSpin = pitchDiameter / (2 * ballDiameter) * shaft * (1 - ratio * ratio)
        cage = shaft / 2 * (1 - ratio)
    }
}

extension Spectrum {
    /// The values at a frequency and its multiples, as long as the spectrum reaches.
    public func harmonics(
        of frequency: Double, count: Int, tolerance: Double
    ) throws(ForecastError) -> [(frequency: Double, value: Double)] {
        guard frequency > 0, frequency.isFinite, tolerance >= 0 else {
            throw .argument("a fault frequency must be positive, and its tolerance not negative")
        }
        guard let last = frequencies.last, frequency <= last else {
            throw .argument(
                "\(frequency) Hz lies beyond the spectrum, which ends at \(frequencies.last ?? 0) Hz",
                hint: "sample faster: at least twice the highest frequency of interest")
        }
        return (1...max(1, count)).map { Double($0) * frequency }.filter { $0 <= last }.map {
            ($0, value(at: $0, tolerance: tolerance))
        }
    }
}
