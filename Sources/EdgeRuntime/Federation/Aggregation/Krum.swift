/// Krum (Blanchard et al. 2017): takes the update with the smallest sum of squared distances to its `n - f - 2`
/// nearest neighbours, which no `f` hostile ones can move far as long as `n >= 2f + 3`.
struct Krum {
    let hostile: Int?

    /// The index of the chosen update; of equal ones the first.
    func choice(among updates: [Update], _ progress: ((Double) throws -> Void)?) throws -> Int {
        let count = updates.count
        guard count >= 3 else {
            throw FederationError.option("\"krum\" needs at least 3 updates, found \(count)")
        }
        let assumed = hostile ?? min((count + 4) / 5, (count - 3) / 2)
        guard assumed >= 0, assumed <= (count - 3) / 2 else {
            throw FederationError.option(
                "\"krum\" withstands \(assumed) hostile updates only among \(2 * max(0, assumed) + 3) or more, found \(count)",
                hint: "give a smaller `hostile:`, or take \"median\"")
        }
        let distances = try UpdateDistance.pairs(updates, progress)
        let neighbours = count - assumed - 2
        var best = 0
        var bestScore = Double.infinity
        for index in 0..<count {
            var others = distances[index]
            others.remove(at: index)
            others.sort()
            let score = others.prefix(neighbours).reduce(0, +)
            if score < bestScore { (best, bestScore) = (index, score) }
        }
        return best
    }
}
