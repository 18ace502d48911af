extension Plot.Series {
    /// The places of the values.
    func places() -> [Double] { x ?? y.indices.map { Double($0) } }

    /// The curve in at most about `limit` points that look the same: of each stretch the smallest and the largest
    /// value are kept, so that no peak is lost.
    func thinned(to limit: Int) -> Plot.Series {
        guard y.count > limit, limit >= 4 else { return self }
        let stretches = limit / 2
        var kept: [Int] = []
        kept.reserveCapacity(limit)
        for stretch in 0..<stretches {
            let range = y.count * stretch / stretches..<y.count * (stretch + 1) / stretches
            var low = range.lowerBound
            var high = low
            for index in range where y[index].isFinite {
                if !(y[low] <= y[index]) { low = index }
                if !(y[high] >= y[index]) { high = index }
            }
            kept.append(min(low, high))
            if low != high { kept.append(max(low, high)) }
        }
        let places = places()
        return Plot.Series(name: name, x: kept.map { places[$0] }, y: kept.map { y[$0] })
    }
}
