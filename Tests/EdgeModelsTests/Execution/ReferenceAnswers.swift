import EdgeTensors

/// Comparing what a session gives with what another runtime gave.
enum ReferenceAnswers {
    /// The largest difference, equal infinities and NaNs left out.
    static func largestDifference(_ first: [Double], _ second: [Double]) -> Double {
        guard first.count == second.count else { return .infinity }
        return zip(first, second).map { $0 == $1 || ($0.isNaN && $1.isNaN) ? 0 : abs($0 - $1) }
            .reduce(0) { $0 > $1 || $0.isNaN ? $0 : $1 }
    }

    /// Where the largest element stands.
    static func largestIndex(_ values: [Double]) -> Int? { values.indices.max { values[$0] < values[$1] } }
}
