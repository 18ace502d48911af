/// The latest numbers, kept in order.
struct RollingQuantiles: Sendable {
    private let capacity: Int
    private var queue: [Double] = []
    private var oldest = 0
    private var sorted: [Double] = []

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { sorted.count }

    /// The number that a share of the numbers does not exceed; 0 where there is none yet.
    func quantile(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[max(0, min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1))]
    }

    /// Takes in a number; the oldest one goes where there is no room.
    mutating func insert(_ value: Double) {
        if queue.count < capacity {
            queue.append(value)
        } else {
            sorted.remove(at: position(of: queue[oldest]))
            queue[oldest] = value
            oldest = (oldest + 1) % capacity
        }
        sorted.insert(value, at: position(of: value))
    }

    /// The first place whose number is not below a value.
    private func position(of value: Double) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
