/// A curve in one line of text.
public enum Sparkline {
    private static let levels: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// One character a number, from the smallest to the largest; blanks for what is not finite, the middle where all
    /// are equal.
    ///
    /// - Parameter width: At most this many characters; of longer curves each character stands for a mean.
    public static func text(_ numbers: [Double], width: Int = 60) -> String {
        let shown = means(numbers, count: max(1, width))
        let finite = shown.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return String(repeating: " ", count: shown.count) }
        // Halved, so that the span of the largest numbers does not overflow.
        let span = high / 2 - low / 2
        return String(
            shown.map { number in
                guard number.isFinite else { return " " }
                guard span > 0 else { return levels[3] }
                let share = (number / 2 - low / 2) / span
                return levels[max(0, min(7, Int(share * 8)))]
            })
    }

    /// The numbers in at most so many means of neighbours; what is not finite counts for nothing.
    private static func means(_ numbers: [Double], count: Int) -> [Double] {
        guard numbers.count > count else { return numbers }
        return (0..<count).map { stretch in
            let range = numbers.count * stretch / count..<numbers.count * (stretch + 1) / count
            var mean = 0.0
            var seen = 0.0
            for number in numbers[range] where number.isFinite {
                seen += 1
                mean += number / seen - mean / seen
            }
            return seen > 0 ? mean : .nan
        }
    }
}
