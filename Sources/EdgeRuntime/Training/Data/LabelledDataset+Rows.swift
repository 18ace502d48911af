import EdgeTensors

extension LabelledDataset {
    /// The samples at these positions, in this order.
    ///
    /// - Throws: `TrainingError` when a position is out of range.
    public func rows(_ positions: [Int]) throws -> LabelledDataset {
        if let wrong = positions.first(where: { $0 < 0 || $0 >= count }) {
            throw TrainingError.badSelection("there is no sample \(wrong); the data set has \(count)")
        }
        return LabelledDataset(
            inputs: try inputs.map { try $0.rows(positions) }, labels: try labels.map { try $0.rows(positions) },
            classNames: classNames)
    }

    /// The samples of a range, without a copy.
    ///
    /// - Throws: `TrainingError` when the range reaches beyond the samples.
    public func rows(_ range: Range<Int>) throws -> LabelledDataset {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            throw TrainingError.badSelection(
                "samples \(range.lowerBound)..<\(range.upperBound) were asked for; the data set has \(count)")
        }
        return LabelledDataset(
            inputs: try inputs.map { try $0.rows(range) }, labels: try labels.map { try $0.rows(range) },
            classNames: classNames)
    }

    /// `size` samples chosen at random, in random order; all of them, shuffled, where there are no more.
    ///
    /// - Parameter stratified: Take from each class in proportion to its share. Needs classes as labels.
    public func sample(_ size: Int, seed: UInt64 = 0, stratified: Bool = false) throws -> LabelledDataset {
        guard size > 0 else { throw TrainingError.badSelection("a sample needs at least one row, \(size) asked for") }
        var generator = SeededGenerator(seed: seed)
        guard size < count else { return try rows(generator.permutation(of: count)) }
        if stratified { return try rows(try stratifiedPositions(size, &generator).chosen) }
        return try rows(Array(generator.permutation(of: count).prefix(size)))
    }

    /// Two parts without a common sample, the first with `fraction` of the samples.
    ///
    /// - Parameter stratified: Give each class the same share in both parts. Needs classes as labels.
    public func split(
        _ fraction: Double, seed: UInt64 = 0, stratified: Bool = false
    ) throws -> (first: LabelledDataset, second: LabelledDataset) {
        guard fraction > 0, fraction < 1 else {
            throw TrainingError.badSelection("a split needs a fraction between 0 and 1, found \(fraction)")
        }
        let size = min(count - 1, max(1, Int((Double(count) * fraction).rounded())))
        guard size > 0 else { throw TrainingError.badSelection("\(count) sample cannot be split in two") }
        var generator = SeededGenerator(seed: seed)
        if stratified {
            let (chosen, rest) = try stratifiedPositions(size, &generator)
            return (try rows(chosen), try rows(rest))
        }
        let order = generator.permutation(of: count)
        return (try rows(Array(order.prefix(size))), try rows(Array(order.dropFirst(size))))
    }

    /// The samples in consecutive pieces of `size`; the last may be shorter.
    public func batches(of size: Int) throws -> [LabelledDataset] {
        let step = max(1, size)
        return try stride(from: 0, to: count, by: step).map { try rows($0..<min(count, $0 + step)) }
    }

    /// `scale * (value - zero)` of every input value, as `f32`: what turns stored integers or pixels into what a model expects.
    public func rescaled(scale: Float, zero: Float = 0) throws -> LabelledDataset {
        var result = self
        result.inputs = try inputs.map { input in
            try Tensor(input.realNumbers().map { scale * (Float($0) - zero) }, shape: input.shape)
        }
        return result
    }

    /// `size` positions in which each class has its share (largest remainder), and the others; both in random order.
    private func stratifiedPositions(
        _ size: Int, _ generator: inout SeededGenerator
    ) throws -> (chosen: [Int], rest: [Int]) {
        guard let classes else {
            throw TrainingError.badSelection(
                "a stratified choice needs a class for every sample", hint: "leave `stratified` out")
        }
        var members: [Int: [Int]] = [:]
        for position in generator.permutation(of: count) { members[classes[position], default: []].append(position) }
        let names = members.keys.sorted()
        let shares = names.map { Double(size) * Double(members[$0]?.count ?? 0) / Double(count) }
        var quotas = shares.map { Int($0) }
        let byRemainder = shares.indices.sorted {
            let (left, right) = (shares[$0] - shares[$0].rounded(.down), shares[$1] - shares[$1].rounded(.down))
            return left == right ? $0 < $1 : left > right
        }
        for index in byRemainder.prefix(size - quotas.reduce(0, +)) { quotas[index] += 1 }
        var chosen: [Int] = []
        var rest: [Int] = []
        for (name, quota) in zip(names, quotas) {
            let positions = members[name] ?? []
            chosen += positions.prefix(quota)
            rest += positions.dropFirst(quota)
        }
        let (chosenOrder, restOrder) = (generator.permutation(of: chosen.count), generator.permutation(of: rest.count))
        return (chosenOrder.map { chosen[$0] }, restOrder.map { rest[$0] })
    }
}

extension LabelledDataset {
    /// The data without a share that is kept apart, and that share; each class has its part in both.
    ///
    /// - Throws: `TrainingError` where the share is not within 0 and 1.
    public func heldApart(_ share: Double, seed: UInt64) throws -> (rest: LabelledDataset, held: LabelledDataset) {
        guard share > 0, share < 1 else {
            throw TrainingError.option(
                "a share of \(share) cannot be kept apart for validation", hint: "0.2 is a fifth")
        }
        let parts = try split(
            1 - share, seed: Seed.derived(seed, Seed.validation), stratified: classes != nil)
        return (parts.first, parts.second)
    }
}
