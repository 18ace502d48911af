import EdgeModels

/// Chooses the channels that go.
struct PrunePlan {
    private let channels: ChannelGraph
    /// The places of each layer's channels: root atoms.
    private let layerRoots: [[Int]]
    /// Groups that may go, least important first, with the order fixed whatever the amount: more is always a superset of less.
    let order: [Int]
    /// How many of the first in the order have no effect at all.
    let idle: Int

    init(_ channels: ChannelGraph, _ scores: ChannelScores, floor: Double) {
        self.channels = channels
        self.layerRoots = channels.layers.map { layer in layer.atoms.map(channels.atoms.root) }
        let ranked = scores.byRoot.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        var left = layerRoots.map(\.count)
        let least = layerRoots.map { max(1, Int((floor * Double($0.count)).rounded(.up))) }
        var members: [Int: [Int: Int]] = [:]
        for (layer, roots) in layerRoots.enumerated() {
            for root in roots { members[root, default: [:]][layer, default: 0] += 1 }
        }
        var order: [Int] = []
        var idle = 0
        for (root, score) in ranked {
            let own = members[root] ?? [:]
            guard !own.isEmpty, own.allSatisfy({ left[$0.key] - $0.value >= least[$0.key] }) else { continue }
            for (layer, count) in own { left[layer] -= count }
            order.append(root)
            if score == 0 { idle += 1 }
        }
        self.order = order
        self.idle = idle
        prunable = scores.byRoot.count
    }

    /// Groups of channels that could be cut, but for the floor.
    let prunable: Int

    /// The groups that go.
    func cut(_ amount: PruneOptions.Amount) -> Set<Int> {
        switch amount {
        case .ratio(let ratio):
            let wanted = Int((ratio * Double(prunable)).rounded())
            return Set(order.prefix(max(wanted, idle)))
        case .multiplications(let share):
            let whole = multiplications(without: [])
            // Fewer channels never need more multiplications: the smallest cut that suffices is found by halving.
            var (low, high) = (idle, order.count)
            while low < high {
                let middle = (low + high) / 2
                if multiplications(without: Set(order.prefix(middle))) <= share * whole {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            return Set(order.prefix(low))
        }
    }

    /// The multiplications of one run.
    func multiplications(without cut: Set<Int>) -> Double {
        var shares: [Int: Double] = [:]
        for entry in channels.cuts where entry.input == 1 && !entry.atoms.isEmpty {
            let kept = entry.atoms.count { !cut.contains(channels.atoms.root($0)) }
            shares[entry.node, default: 1] *= Double(kept) / Double(entry.atoms.count)
        }
        return zip(ModelSummary.multiplications(of: channels.graph), channels.graph.nodes.indices).reduce(0) {
            $0 + Double($1.0) * (shares[$1.1] ?? 1)
        }
    }
}
