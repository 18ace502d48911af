/// Order statistics of finite values.
enum Quantile {
    /// The value at a share of the ordered values, between neighbours on a straight line (type 7 of Hyndman and Fan, NumPy's default).
    static func linear(_ values: [Double], _ share: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let position = share * Double(sorted.count - 1)
        let lower = max(0, min(sorted.count - 1, Int(position)))
        let upper = min(sorted.count - 1, lower + 1)
        return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
    }

    static func median(_ values: [Double]) -> Double { linear(values, 0.5) }
}
