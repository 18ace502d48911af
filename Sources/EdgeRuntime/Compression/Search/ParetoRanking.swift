/// Non-dominated sorting with constraints and crowding, after Deb et al., "A fast and elitist multiobjective genetic algorithm:
/// NSGA-II", 2002.
enum ParetoRanking {
    /// What is compared: all objectives are to be small.
    struct Entry {
        var objectives: [Double]
        /// 0 within all limits.
        var violation: Double
    }

    /// Whether one entry beats another: fewer violations first, then nowhere worse and somewhere better.
    static func dominates(_ a: Entry, _ b: Entry) -> Bool {
        if a.violation != b.violation { return a.violation < b.violation }
        var isBetter = false
        for (x, y) in zip(a.objectives, b.objectives) {
            if x > y { return false }
            if x < y { isBetter = true }
        }
        return isBetter
    }

    /// The positions of all entries, best first: by front, then by the room around them.
    static func order(_ entries: [Entry]) -> [Int] {
        var left = Array(entries.indices)
        var result: [Int] = []
        while !left.isEmpty {
            var front = left.filter { own in !left.contains { dominates(entries[$0], entries[own]) } }
            // Numbers that are not comparable would leave no front.
            if front.isEmpty { front = left }
            let room = crowding(front.map { entries[$0] })
            result += zip(front, room).sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
            let done = Set(front)
            left.removeAll { done.contains($0) }
        }
        return result
    }

    /// The first front.
    static func front(_ entries: [Entry]) -> [Int] {
        entries.indices.filter { own in !entries.contains { dominates($0, entries[own]) } }
    }

    /// The distance to the neighbours along each objective, as a share of its range; the ends count as far away.
    private static func crowding(_ entries: [Entry]) -> [Double] {
        var result = [Double](repeating: 0, count: entries.count)
        for objective in entries.first?.objectives.indices ?? 0..<0 {
            let order = entries.indices.sorted { entries[$0].objectives[objective] < entries[$1].objectives[objective] }
            guard let first = order.first, let last = order.last else { continue }
            result[first] = .infinity
            result[last] = .infinity
            let range = entries[last].objectives[objective] - entries[first].objectives[objective]
            guard range > 0, range.isFinite, order.count > 2 else { continue }
            for place in 1..<order.count - 1 {
                let gap =
                    entries[order[place + 1]].objectives[objective] - entries[order[place - 1]].objectives[objective]
                result[order[place]] += gap / range
            }
        }
        return result
    }
}
