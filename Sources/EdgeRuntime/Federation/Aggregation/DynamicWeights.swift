/// What an update counts by the samples behind it, its age, and its agreement with the others:
///
///     weight = min(samples, 10 * median samples) * (1 + staleness)^(-1/2) / (1 + (d / D)^2)
///
/// `d` is the Euclidean distance of the update to the median of all updates, coordinate by coordinate, `D` the median
/// of these distances.
///
/// - The discount of age is the polynomial one, with exponent 1/2, of Xie, Koyejo and Gupta 2019 ("Asynchronous
///   Federated Optimization").
/// - The discount of disagreement is the weight function of Cauchy's M-estimator (Holland and Welsch 1977, "Robust
///   Regression Using Iteratively Reweighted Least-Squares") on the distances, scaled by their median: an update at a
///   typical distance counts half, one ten times as far a hundredth, so that its pull shrinks the more it pulls. It
///   does not care where the origin lies, so it weighs whole models and changes alike.
/// - Sample counts are claims of the devices: none counts for more than ten typical ones.
enum DynamicWeights {
    private static let largestClaim = 10.0

    /// - Parameter counts: In place of the sample counts.
    static func of(
        _ clients: [ClientUpdate], counts: [Double]?, _ progress: ((Double) throws -> Void)?
    ) throws -> [Double] {
        let claimed = counts ?? clients.map { $0.sampleCount.map { Double($0) } ?? 1 }
        let typicalClaim = median(claimed)
        let updates = clients.map(\.update)
        let centre = try CoordinateSort(.median).of(updates, nil)
        let distances = try UpdateDistance.distances(of: updates, to: centre, progress).map { $0.squareRoot() }
        let typical = median(distances)
        return clients.indices.map { index in
            let samples = typicalClaim > 0 ? min(claimed[index], largestClaim * typicalClaim) : claimed[index]
            let age = 1 / (1 + Double(clients[index].staleness)).squareRoot()
            return samples * age * agreement(distances[index], typical: typical)
        }
    }

    /// Where most updates are the same to the bit, the others do not count.
    private static func agreement(_ distance: Double, typical: Double) -> Double {
        if distance == 0 { return 1 }
        guard typical > 0 else { return 0 }
        let ratio = distance / typical
        return 1 / (1 + ratio * ratio)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
