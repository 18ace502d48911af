/// The comparisons that sort any rows of a number: Batcher's merge exchange (Knuth, The Art of Computer Programming
/// 3, algorithm 5.2.2M).
///
/// Which rows are compared does not depend on what they hold, so that thousands of coordinates are sorted side by
/// side, each comparison being a minimum and a maximum of two rows of numbers.
struct SortingNetwork {
    /// Pairs of rows in order; after each the smaller number stands in the first.
    let comparisons: [(Int, Int)]

    init(rows: Int) {
        var comparisons: [(Int, Int)] = []
        var top = 1
        while top < rows { top *= 2 }
        var step = top / 2
        while step > 0 {
            var span = top / 2
            var remainder = 0
            var distance = step
            while true {
                for row in 0..<max(0, rows - distance) where row & step == remainder {
                    comparisons.append((row, row + distance))
                }
                if span == step { break }
                distance = span - step
                span /= 2
                remainder = step
            }
            step /= 2
        }
        self.comparisons = comparisons
    }
}
