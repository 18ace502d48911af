/// Counts of values in bins of equal width around zero, whose range doubles as larger values arrive.
///
/// The bins cover -limit...limit. When a value falls outside, neighbouring bins merge into one and the limit doubles, so that the
/// width of a bin is never more than 1/1024 of the largest magnitude seen, whatever the order in which data arrive.
struct Histogram: Sendable {
    /// Bins on each side of zero.
    static let half = 4096

    private(set) var counts = [Double](repeating: 0, count: 2 * Histogram.half)
    /// The upper end of the last bin; 0 before the first value.
    private(set) var limit: Float = 0
    private(set) var minimum = Float.infinity
    private(set) var maximum = -Float.infinity
    private(set) var total = 0.0

    /// The width of a bin.
    var width: Float { limit / Float(Histogram.half) }

    var isEmpty: Bool { total == 0 }

    /// The centre of a bin.
    func center(_ bin: Int) -> Double { (Double(bin - Histogram.half) + 0.5) * Double(width) }

    /// Adds values; what is not finite is passed over.
    mutating func add(_ values: UnsafeBufferPointer<Float>) {
        var (smallest, largest) = (Float.infinity, -Float.infinity)
        for value in values where value.isFinite {
            smallest = min(smallest, value)
            largest = max(largest, value)
        }
        guard smallest <= largest else { return }
        minimum = min(minimum, smallest)
        maximum = max(maximum, largest)
        grow(to: max(abs(smallest), abs(largest)))
        guard limit > 0 else { return count(zeros: values.count) }
        let scale = 1 / width
        counts.withUnsafeMutableBufferPointer { bins in
            for value in values where value.isFinite {
                let bin = Int((value * scale).rounded(.down)) + Histogram.half
                bins[max(0, min(bins.count - 1, bin))] += 1
                total += 1
            }
        }
    }

    /// All values so far were zero: there is no width yet, but they count.
    private mutating func count(zeros: Int) {
        counts[Histogram.half] += Double(zeros)
        total += Double(zeros)
    }

    private mutating func grow(to magnitude: Float) {
        guard magnitude > 0 else { return }
        if limit == 0 {
            // Room to grow a little, so that similar batches do not double the range.
            limit = max(magnitude * 1.25, .leastNormalMagnitude * 8192)
            return
        }
        while limit < magnitude, limit < Float.greatestFiniteMagnitude / 4 {
            var merged = [Double](repeating: 0, count: counts.count)
            for (bin, count) in counts.enumerated() where count > 0 {
                merged[((bin - Histogram.half) >> 1) + Histogram.half] += count
            }
            counts = merged
            limit *= 2
        }
    }

    /// The value below which a share of the values lies.
    func quantile(_ share: Double) -> Float {
        let wanted = total * share
        var seen = 0.0
        for (bin, count) in counts.enumerated() where count > 0 {
            if seen + count >= wanted {
                let part = max(0, (wanted - seen) / count)
                let edge = (Double(bin - Histogram.half) + part) * Double(width)
                return min(max(Float(edge), minimum), maximum)
            }
            seen += count
        }
        return maximum
    }
}
