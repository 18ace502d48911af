/// Magnitudes in few evenly spaced levels between a lowest and a highest one.
struct MagnitudeLevels {
    let low: Float
    let high: Float
    /// One for each number; all 0 where there is one level.
    let levels: [UInt8]

    private static let rounds = 4

    /// Chooses the lowest and highest level so that the squared error is small: first from the extremes, then a few
    /// times by the line through numbers and levels that fits best.
    ///
    /// - Parameter magnitudes: At least one, none negative, all finite.
    init(_ magnitudes: [Float], bits: Int) {
        let smallest = magnitudes.min() ?? 0
        let largest = magnitudes.max() ?? 0
        guard bits > 1 else {
            let mean = magnitudes.reduce(0.0) { $0 + Double($1) } / Double(max(1, magnitudes.count))
            (low, high) = (Float(mean), Float(mean))
            levels = [UInt8](repeating: 0, count: magnitudes.count)
            return
        }
        let top = 1 << (bits - 1) - 1
        var (low, high) = (Double(smallest), Double(largest))
        for _ in 0..<MagnitudeLevels.rounds {
            guard let (next, last) = MagnitudeLevels.fit(magnitudes, low, high, top) else { break }
            (low, high) = (max(0, next), min(Double(largest), max(next, last)))
        }
        self.low = Float(low)
        self.high = max(Float(low), Float(high))
        let (from, to) = (Double(self.low), Double(self.high))
        levels = magnitudes.map { UInt8(MagnitudeLevels.level($0, from, to, top)) }
    }

    private static func level(_ magnitude: Float, _ low: Double, _ high: Double, _ top: Int) -> Int {
        guard high > low else { return 0 }
        let place = (Double(magnitude) - low) / (high - low) * Double(top)
        return Int(max(0, min(Double(top), place.rounded())))
    }

    /// Linear regression of the magnitudes on their levels; nil where all have one level.
    private static func fit(
        _ magnitudes: [Float], _ low: Double, _ high: Double, _ top: Int
    ) -> (low: Double, high: Double)? {
        var (sum, sumOfLevels, products, squares) = (0.0, 0.0, 0.0, 0.0)
        for magnitude in magnitudes {
            let level = Double(level(magnitude, low, high, top))
            sum += Double(magnitude)
            sumOfLevels += level
            products += level * Double(magnitude)
            squares += level * level
        }
        let count = Double(magnitudes.count)
        let spread = count * squares - sumOfLevels * sumOfLevels
        guard spread > 0 else { return nil }
        let slope = (count * products - sumOfLevels * sum) / spread
        let start = (sum - slope * sumOfLevels) / count
        guard slope > 0, start.isFinite else { return nil }
        return (start, start + slope * Double(top))
    }
}
