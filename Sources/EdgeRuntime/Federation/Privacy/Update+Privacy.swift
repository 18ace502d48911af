import EdgeTensors

extension Update {
    /// The Euclidean norm over all tensors.
    public func norm() throws -> Double {
        // Scaled by the largest number, so that squares neither overflow nor vanish.
        var largest = 0.0
        for part in parts { for number in try part.tensor.numbers() { largest = max(largest, number.magnitude) } }
        guard largest > 0 else { return 0 }
        var sum = 0.0
        for part in parts {
            for number in try part.tensor.numbers() { sum += (number / largest) * (number / largest) }
        }
        return largest * sum.squareRoot()
    }

    /// The update shrunk to a Euclidean norm of at most `clip`, with Gaussian noise of the deviation `noise * clip`
    /// on every element (Abadi et al. 2016, "Deep Learning with Differential Privacy").
    ///
    /// - Parameters: - clip: The largest norm, over all tensors together. - noise: The noise multiplier; 0 only
    ///   clips. - seed: Makes the noise repeatable, and worthless for privacy; without it the system's cryptographic
    ///   generator is used.
    /// - Throws: `FederationError` for numbers that are not finite and settings that mean nothing.
    public func privatized(
        clip: Double, noise: Double, seed: UInt64? = nil, progress: ((Double) throws -> Void)? = nil
    ) throws -> Update {
        guard clip > 0 && clip.isFinite else {
            throw FederationError.privacy("`clip` must be a positive number, found \(clip)")
        }
        guard noise >= 0 && noise.isFinite else {
            throw FederationError.privacy("`noise` must be a number that is not negative, found \(noise)")
        }
        guard !parts.isEmpty else { throw FederationError.noUpdates("the update has no tensors") }
        try checkFloat("the update")
        try checkFinite("the update")
        let norm = try norm()
        let factor = norm > clip ? clip / norm : 1
        var generator = GaussianNoise(seed: seed)
        let deviation = noise * clip
        var done = 0
        let total = Double(max(1, count))
        return Update(
            try parts.map { part in
                var numbers = try part.tensor.numbers()
                for index in numbers.indices {
                    numbers[index] *= factor
                    if deviation > 0 { numbers[index] += deviation * (try generator.next()) }
                    if index & 0xFFFF == 0xFFFF { try progress?(Double(done + index) / total) }
                }
                done += numbers.count
                return Part(
                    name: part.name,
                    tensor: try Tensor(numbers: numbers, shape: part.tensor.shape, dtype: part.tensor.dtype))
            })
    }
}
