/// Numbers written in digits.
enum NumberText {
    /// The number of a text; nothing is null. Nil where it is no number.
    static func value(_ content: UnsafeRawBufferPointer, _ form: NumberForm) -> FieldValue? {
        if content.isEmpty { return .null }
        guard content.count <= 40, let text = String(validating: content, as: UTF8.self) else { return nil }
        if form.radix == 16 { return Int64(text, radix: 16).map { .int($0) } }
        guard content.allSatisfy({ (0x2B...0x39).contains($0) && $0 != 0x2C && $0 != 0x2F }) else { return nil }
        if let whole = Int64(text), form.places == nil { return .int(whole) }
        guard let real = Double(text), real.isFinite else { return nil }
        return .real(real)
    }

    /// The digits of a number; nil where it is none.
    static func text(_ value: FieldValue, _ form: NumberForm) -> String? {
        switch value {
        case .null: return ""
        case .int(let whole) where form.radix == 16 && whole >= 0:
            return padded(String(whole, radix: 16, uppercase: true), form.digits)
        case .int(let whole):
            guard let places = form.places, places > 0 else {
                let digits = padded(String(whole.magnitude), form.digits)
                return whole < 0 ? "-" + digits : digits
            }
            return text(.real(Double(whole)), form)
        case .real(let real):
            guard real.isFinite, form.radix == 10 else { return nil }
            if form.places == nil, form.digits == 1 {
                if let whole = Int64(exactly: real) { return "\(whole).0" }
                let shortest = "\(real)"
                if !shortest.contains("e") { return shortest }
            }
            let places = form.places ?? 6
            var scale = 1.0
            for _ in 0..<places { scale *= 10 }
            let scaled = (real.magnitude * scale).rounded()
            guard scaled < 9e18 else { return nil }
            let whole = UInt64(scaled)
            let divisor = UInt64(scale)
            var digits = padded(String(whole / divisor), form.digits)
            if places > 0 {
                var fraction = padded(String(whole % divisor), places)
                if form.places == nil { while fraction.count > 1, fraction.last == "0" { fraction.removeLast() } }
                digits += "." + fraction
            }
            return real < 0 && whole != 0 ? "-" + digits : digits
        case .bool, .text, .bytes, .list, .record: return nil
        }
    }

    private static func padded(_ digits: String, _ width: Int) -> String {
        digits.count < width ? String(repeating: "0", count: width - digits.count) + digits : digits
    }
}
