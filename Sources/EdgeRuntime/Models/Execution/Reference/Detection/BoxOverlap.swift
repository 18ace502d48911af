/// How much of two boxes is common to both.
enum BoxOverlap {
    /// The area of both over the area of either, for boxes given by two opposite corners each; 0 where one is empty.
    static func ratio(_ boxes: [Double], _ first: Int, _ second: Int) -> Double {
        func span(_ box: Int, _ axis: Int) -> (low: Double, high: Double) {
            let (a, b) = (boxes[4 * box + axis], boxes[4 * box + 2 + axis])
            return (min(a, b), max(a, b))
        }
        var common = 1.0
        var areas = (1.0, 1.0)
        for axis in 0..<2 {
            let (a, b) = (span(first, axis), span(second, axis))
            common *= max(0, min(a.high, b.high) - max(a.low, b.low))
            areas.0 *= a.high - a.low
            areas.1 *= b.high - b.low
        }
        guard areas.0 > 0, areas.1 > 0 else { return 0 }
        return common / (areas.0 + areas.1 - common)
    }
}
