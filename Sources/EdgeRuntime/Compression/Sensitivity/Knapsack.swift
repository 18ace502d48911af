/// One choice for each of several parts, so that their cost is smallest and their sizes fit together.
///
/// Exact up to the rounding of sizes: dynamic programming over at most `steps` sizes, each rounded up.
enum Knapsack {
    private static let steps = 8192

    /// - Parameter parts: The choices of each part.
    /// - Returns: the position of the choice of each part; nil where not even the smallest choices fit.
    static func solve(_ parts: [[(size: Int, cost: Double)]], capacity: Int) -> [Int]? {
        let smallest = parts.reduce(0) { $0 + ($1.map(\.size).min() ?? 0) }
        guard capacity >= smallest else { return nil }
        // Sizes count above the smallest choice of each part, so that rounding up can never rule these out.
        let room = capacity - smallest
        let unit = max(1, (room + steps - 1) / steps)
        let width = room / unit
        var best = [Double](repeating: 0, count: width + 1)
        var choices: [[Int]] = []
        for part in parts {
            let least = part.map(\.size).min() ?? 0
            var next = [Double](repeating: .infinity, count: width + 1)
            var chosen = [Int](repeating: -1, count: width + 1)
            for (index, choice) in part.enumerated() {
                let size = (choice.size - least + unit - 1) / unit
                guard size <= width else { continue }
                for used in size...width where best[used - size] + choice.cost < next[used] || chosen[used] < 0 {
                    next[used] = best[used - size] + choice.cost
                    chosen[used] = index
                }
            }
            best = next
            choices.append(chosen)
        }
        var left = width
        var result = [Int](repeating: 0, count: parts.count)
        for part in parts.indices.reversed() {
            let index = choices[part][left]
            guard index >= 0 else { return nil }
            result[part] = index
            let least = parts[part].map(\.size).min() ?? 0
            left -= (parts[part][index].size - least + unit - 1) / unit
        }
        return result
    }
}
