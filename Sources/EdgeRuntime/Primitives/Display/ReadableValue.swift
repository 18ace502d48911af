package import EdgeLang

/// Values as short texts that people read at a glance: for the cells of tables and for summaries.
package enum ReadableValue {
    /// A value in a cell.
    package static func cell(_ value: PlainValue) -> String {
        switch value {
        case .null: "–"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .float(let value): number(value)
        case .quantity(let quantity): ReadableValue.quantity(quantity)
        case .string(let text): text
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .list(let elements):
            elements.count <= 8
                ? "[" + elements.map(cell).joined(separator: ", ") + "]" : "[… \(elements.count) elements]"
        case .record(let fields):
            "{" + fields.map { "\($0.key): \(cell($0.value))" }.joined(separator: ", ") + "}"
        }
    }

    /// A number with four significant digits; whole numbers stay whole.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        guard value != 0 else { return "0" }
        let magnitude = value.magnitude
        if magnitude >= 1e9 || magnitude < 1e-4 { return scientific(value) }
        if magnitude >= 1000 { return value.rounded() == value || magnitude >= 10_000 ? whole(value) : fixed(value, 1) }
        return fixed(value, magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : magnitude >= 1 ? 3 : 4)
    }

    /// A share as percent: `0.904` is `90.4 %`.
    package static func percent(_ share: Double) -> String { fixed(share * 100, 2) + " %" }

    /// A count with thousands set apart: `12 345`.
    package static func count(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var position = digits.count - 3
        while position > 0 {
            digits.insert("\u{202F}", at: position)
            position -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// Bytes in the unit that leaves few digits.
    package static func bytes(_ count: Int) -> String {
        let value = Double(count)
        if count < 1024 { return "\(count) B" }
        if value < 0x1p20 { return number(value / 1024) + " KiB" }
        return value < 0x1p30 ? number(value / 0x1p20) + " MiB" : number(value / 0x1p30) + " GiB"
    }

    /// Seconds in the unit that leaves few digits.
    package static func seconds(_ value: Double) -> String {
        let magnitude = value.magnitude
        if magnitude >= 120 || magnitude == 0 { return number(value) + " s" }
        if magnitude >= 1 { return number(value) + " s" }
        if magnitude >= 1e-3 { return number(value * 1e3) + " ms" }
        return magnitude >= 1e-6 ? number(value * 1e6) + " µs" : number(value * 1e9) + " ns"
    }

    /// A frequency in the largest unit that leaves a number above one.
    private static func frequency(_ hertz: Double) -> String {
        let units: [(factor: Double, name: String)] = [(1e6, "MHz"), (1e3, "kHz")]
        for unit in units where abs(hertz) >= unit.factor { return number(hertz / unit.factor) + " \(unit.name)" }
        return number(hertz) + " Hz"
    }

    /// A quantity with its unit.
    package static func quantity(_ quantity: Quantity) -> String {
        switch quantity.dimension {
        case .time: seconds(quantity.value)
        case .size: Int(exactly: quantity.value.rounded()).map(bytes) ?? number(quantity.value) + " B"
        case .frequency: frequency(quantity.value)
        case .power: number(quantity.value) + " W"
        case .energy: number(quantity.value) + " J"
        case .rate: number(quantity.value) + " B/s"
        default: number(quantity.value) + " \(quantity.dimension.name)"
        }
    }

    private static func whole(_ value: Double) -> String { String(Int64(value.rounded())) }

    /// A number with at most some digits behind the point, zeros at the end left out.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let product = (value.magnitude * scale).rounded()
        guard product < 9e18 else { return value.isFinite ? scientific(value) : String(describing: value) }
        let scaled = Int64(product)
        let base = Int64(scale)
        var fraction = String(scaled % base)
        fraction = String(repeating: "0", count: digits - min(digits, fraction.count)) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        let sign = value < 0 && scaled != 0 ? "-" : ""
        return sign + String(scaled / base) + (fraction.isEmpty ? "" : "." + fraction)
    }

    private static func scientific(_ value: Double) -> String {
        var mantissa = value.magnitude
        var exponent = 0
        while mantissa >= 10 {
            mantissa /= 10
            exponent += 1
        }
        while mantissa < 1 {
            mantissa *= 10
            exponent -= 1
        }
        var digits = fixed(mantissa, 3)
        if digits == "10" {
            digits = "1"
            exponent += 1
        }
        return (value < 0 ? "-" : "") + digits + "e\(exponent)"
    }
}
