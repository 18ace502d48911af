/// Sizes as histories tell them.
enum ByteText {
    static func text(_ count: Int) -> String { count < 1000 ? "\(count) B" : "\(oneDecimal(Double(count) / 1000)) kB" }

    static func oneDecimal(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        guard tenths.magnitude < 1e15 else { return "\(value)" }
        let whole = Int(tenths.magnitude)
        return "\(tenths < 0 ? "-" : "")\(whole / 10).\(whole % 10)"
    }
}
