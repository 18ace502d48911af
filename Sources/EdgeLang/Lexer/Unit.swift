/// The units that may be glued to a number: a closed, case-sensitive table.
///
/// A factor is written as an integer times a power of ten, so that a literal's value can be computed exactly in decimal
/// and rounded once: `5ms` is the double nearest to 0.005, not 5 × 0.001.
public struct Unit: Sendable {
    public let name: String
    public let dimension: Dimension
    /// One of this unit is `multiplier` × 10^`exponent` base units.
    let multiplier: UInt64
    let exponent: Int

    private init(_ name: String, _ dimension: Dimension, _ multiplier: UInt64 = 1, e exponent: Int = 0) {
        self.name = name
        self.dimension = dimension
        self.multiplier = multiplier
        self.exponent = exponent
    }

    /// One of this unit in base units.
    public var factor: Double { Self.value(digits: [1], exponent: 0, unit: self) ?? 0 }

    /// All units, those of a dimension together, small ones first.
    public static let all: [Unit] = [
        Unit("ns", .time, e: -9), Unit("us", .time, e: -6), Unit("ms", .time, e: -3), Unit("s", .time),
        Unit("min", .time, 60), Unit("h", .time, 3600), Unit("d", .time, 86400),
        Unit("bit", .size, 125, e: -3), Unit("B", .size), Unit("kbit", .size, 125), Unit("kB", .size, e: 3),
        Unit("KiB", .size, 1 << 10), Unit("Mbit", .size, 125, e: 3), Unit("MB", .size, e: 6),
        Unit("MiB", .size, 1 << 20), Unit("GB", .size, e: 9), Unit("GiB", .size, 1 << 30),
        Unit("Hz", .frequency), Unit("kHz", .frequency, e: 3), Unit("MHz", .frequency, e: 6),
        Unit("mW", .power, e: -3), Unit("W", .power),
        Unit("mJ", .energy, e: -3), Unit("J", .energy), Unit("Wh", .energy, 3600),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The unit of that name.
    public static func named(_ name: String) -> Unit? { byName[name] }

    /// The double nearest to `digits` × 10^`exponent` of a unit, in base units; nil where it is too large for a double.
    ///
    /// - Parameter digits: decimal digits, most significant first, each 0...9.
    static func value(digits: [UInt8], exponent: Int, unit: Unit?) -> Double? {
        var product = digits
        if let unit, unit.multiplier != 1 {
            product = []
            var carry: UInt64 = 0
            for digit in digits.reversed() {
                let partial = UInt64(digit) * unit.multiplier + carry
                product.append(UInt8(partial % 10))
                carry = partial / 10
            }
            while carry > 0 {
                product.append(UInt8(carry % 10))
                carry /= 10
            }
            product.reverse()
        }
        let mantissa = String(decoding: product.map { $0 + 0x30 }, as: UTF8.self)
        let power = exponent.addingReportingOverflow(unit?.exponent ?? 0)
        // Exponents far out of range are cut to where the result is certain: zero or too large.
        let bounded = power.overflow ? (exponent < 0 ? -1_000_000_000 : 1_000_000_000) : power.partialValue
        guard let value = Double("\(mantissa)e\(bounded)"), value.isFinite else { return nil }
        return value
    }
}
