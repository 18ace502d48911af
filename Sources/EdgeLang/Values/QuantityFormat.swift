/// How quantities are written for people: in the unit that leaves few digits before the point.
enum QuantityFormat {
    private static let time: [(scale: Double, unit: String)] = [
        (86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"),
    ]
    private static let binarySize: [(scale: Double, unit: String)] = [
        (0x1p30, "GiB"), (0x1p20, "MiB"), (1024, "KiB"), (1, "B"),
    ]
    private static let decimalSize: [(scale: Double, unit: String)] = [
        (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B"),
    ]
    private static let frequency: [(scale: Double, unit: String)] = [(1e6, "MHz"), (1e3, "kHz"), (1, "Hz")]
    private static let power: [(scale: Double, unit: String)] = [(1, "W"), (1e-3, "mW")]
    private static let energy: [(scale: Double, unit: String)] = [(3600, "Wh"), (1, "J"), (1e-3, "mJ")]

    /// The quantity with a unit.
    static func text(_ quantity: Quantity) -> String {
        let value = quantity.value
        switch quantity.dimension {
        case .none: return NumberFormat.text(value)
        case .time: return scaled(value, time, limit: value.magnitude >= 120 ? 0 : 3)
        case .size: return scaled(value, value.truncatingRemainder(dividingBy: 1000) == 0 ? decimalSize : binarySize)
        case .rate: return scaled(value, decimalSize) + "/s"
        case .frequency: return scaled(value, frequency)
        case .power: return scaled(value, power)
        case .energy: return scaled(value, energy, limit: 1)
        case let other: return NumberFormat.plain(value) + " " + other.symbol
        }
    }

    /// In the largest unit of which there is at least one; `limit` skips the first few units.
    private static func scaled(_ value: Double, _ units: [(scale: Double, unit: String)], limit: Int = 0) -> String {
        let base = units.first { $0.scale == 1 }?.unit ?? ""
        guard value.isFinite, value != 0 else { return NumberFormat.plain(value) + base }
        for (scale, unit) in units.dropFirst(limit) where value.magnitude >= scale {
            return NumberFormat.plain(rounded(value / scale)) + unit
        }
        guard let last = units.last else { return "" }
        return NumberFormat.plain(rounded(value / last.scale)) + last.unit
    }

    /// Removes the noise of a division by a unit: `0.005 / 0.001` is 5.
    private static func rounded(_ value: Double) -> Double {
        guard value.magnitude < 1e12 else { return value }
        let factor = 1e9
        let result = (value * factor).rounded() / factor
        return (result - value).magnitude <= value.magnitude * 4e-16 ? result : value
    }
}

extension Dimension {
    /// The product of base units: `B/s`, `J·s²`.
    var symbol: String {
        var above: [String] = []
        var below: [String] = []
        for (unit, exponent) in [("J", Int(energy)), ("B", Int(information)), ("s", Int(time))] where exponent != 0 {
            let magnitude = abs(exponent)
            let text = magnitude == 1 ? unit : "\(unit)^\(magnitude)"
            if exponent > 0 { above.append(text) } else { below.append(text) }
        }
        let numerator = above.isEmpty ? "1" : above.joined(separator: "·")
        return below.isEmpty ? numerator : numerator + "/" + below.joined(separator: "/")
    }
}

/// How numbers are written: the shortest text that reads back as the same number.
enum NumberFormat {
    /// A float always shows that it is one: `2.0`, `1e+20`.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return value.description
    }

    /// Without the point of a whole number: what follows says already that it is no int.
    static func plain(_ value: Double) -> String {
        let text = text(value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
