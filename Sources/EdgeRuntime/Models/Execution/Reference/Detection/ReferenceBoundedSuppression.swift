import EdgeTensors
import Glibc

/// `BoundedNonMaxSuppression`, TFLite's `NON_MAX_SUPPRESSION_V4` and `V5`: the best boxes of one class, a fixed number of places for them.
///
/// Inputs: boxes `[n, 4]`, scores `[n]`, and one number each: how many at most, the greatest overlap, the least score, sigma of the soft
/// kind (0 or absent for none). Outputs: the indices (i32) and scores of those chosen, zeros behind them, and how many they are (i32).
enum ReferenceBoundedSuppression {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let shape = try context.operand(0).shape
        guard shape.count == 2, shape[1] == 4, try context.operand(1).shape == [shape[0]] else {
            throw context.fail("boxes of shape \(shape) do not fit their scores")
        }
        let given = try context.integers(2)
        guard given.count == 1, given[0] >= 0 else { throw context.fail("it asks for \(given) boxes") }
        let most = given[0]
        for position in 3...5 {
            if let operand = context.optional(position), operand.type.count != 1 {
                throw context.fail("input \(position + 1) of shape \(operand.shape) is no number")
            }
        }
        let results = [
            try context.result(.i32, [most]), try context.result(.f32, [most]), try context.result(.i32, []),
        ]
        return try .real(context, results) { values throws(ModelError) in
            let sigma = values.count > 5 ? values[5].first ?? 0 : 0
            let chosen = choose(
                values[0], values[1], most: most, overlap: values[3].first ?? 0,
                threshold: values.count > 4 ? values[4].first ?? -.infinity : -.infinity, sigma: sigma)
            var indices = [Double](repeating: 0, count: most)
            var scores = [Double](repeating: 0, count: most)
            for (position, item) in chosen.enumerated() {
                indices[position] = Double(item.box)
                scores[position] = item.score
            }
            return [indices, scores, [Double(chosen.count)]]
        }
    }

    private struct Candidate {
        var box: Int
        var score: Double
        /// How many of those chosen it was compared with.
        var compared = 0
    }

    /// A candidate that overlaps one chosen is left out; the soft kind lowers its score instead, and lets it wait for its turn again.
    private static func choose(
        _ boxes: [Double], _ scores: [Double], most: Int, overlap: Double, threshold: Double, sigma: Double
    ) -> [Candidate] {
        func precedes(_ a: Candidate, _ b: Candidate) -> Bool { a.score == b.score ? a.box < b.box : a.score > b.score }
        // The best at the end.
        var waiting = scores.indices.filter { scores[$0] > threshold }.map { Candidate(box: $0, score: scores[$0]) }
            .sorted { precedes($1, $0) }
        var chosen: [Candidate] = []
        while chosen.count < most, var next = waiting.popLast() {
            let before = next.score
            var isLeftOut = false
            for position in stride(from: chosen.count - 1, through: next.compared, by: -1) {
                let ratio = BoxOverlap.ratio(boxes, next.box, chosen[position].box)
                if ratio >= overlap {
                    isLeftOut = true
                    break
                }
                if sigma > 0 {
                    next.score = Double(Float(next.score * Glibc.exp(-0.5 / sigma * ratio * ratio)))
                    if next.score <= threshold { break }
                }
            }
            next.compared = chosen.count
            if isLeftOut { continue }
            if next.score == before {
                chosen.append(next)
            } else if next.score > threshold {
                var low = 0
                var high = waiting.count
                while low < high {
                    let middle = (low + high) / 2
                    if precedes(next, waiting[middle]) { low = middle + 1 } else { high = middle }
                }
                waiting.insert(next, at: low)
            }
        }
        return chosen
    }
}
