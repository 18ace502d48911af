/// A series as one line of blocks.
public enum Sparkline {
    private static let blocks = Array("▁▂▃▄▅▆▇█")

    /// At most `width` blocks from the lowest value to the highest; a blank where nothing was measured. Where there are more values than
    /// blocks, each block shows the mean of its share.
    public static func text(_ values: [Double], width: Int = 60) -> String {
        guard !values.isEmpty, width > 0 else { return "" }
        let count = min(width, values.count)
        let means = (0..<count).map { block in
            Aggregation.mean.apply(values[values.count * block / count..<values.count * (block + 1) / count])
        }
        let present = means.filter(\.isFinite)
        guard let low = present.min(), let high = present.max() else { return String(repeating: " ", count: count) }
        return String(
            means.map { mean -> Character in
                guard mean.isFinite else { return " " }
                let share = high > low ? (mean - low) / (high - low) : 0.5
                return blocks[max(0, min(blocks.count - 1, Int(share * Double(blocks.count))))]
            })
    }
}
