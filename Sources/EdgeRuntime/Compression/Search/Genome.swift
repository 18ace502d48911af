import EdgeTraining

/// What tells one network of a search from another.
struct Genome: Hashable {
    /// For each layer the place of its bits in `SearchSpace.bits`.
    var bits: [Int]
    /// For each family of coupled layers the place of the share that is cut in `SearchSpace.shares`.
    var widths: [Int]
    /// The place of the calibration method in `SearchSpace.methods`.
    var method: Int

    static func random(_ space: SearchSpace, _ generator: inout SeededGenerator) -> Genome {
        Genome(
            bits: space.layers.map { _ in generator.next(below: SearchSpace.bits.count) },
            widths: space.families.map { _ in generator.next(below: SearchSpace.shares.count) },
            method: generator.next(below: SearchSpace.methods.count))
    }

    /// Each gene from either parent.
    func crossed(with other: Genome, _ generator: inout SeededGenerator) -> Genome {
        func mix(_ a: [Int], _ b: [Int]) -> [Int] { zip(a, b).map { generator.next(below: 2) == 0 ? $0 : $1 } }
        return Genome(
            bits: mix(bits, other.bits), widths: mix(widths, other.widths),
            method: generator.next(below: 2) == 0 ? method : other.method)
    }

    /// One or two genes changed on average; widths by one step, for they are ordered.
    func mutated(_ space: SearchSpace, _ generator: inout SeededGenerator) -> Genome {
        var result = self
        let genes = bits.count + widths.count + 1
        func strikes() -> Bool { generator.next(below: 2 * genes) < 3 }
        for index in bits.indices where strikes() { result.bits[index] = generator.next(below: SearchSpace.bits.count) }
        for index in widths.indices where strikes() {
            let step = generator.next(below: 2) == 0 ? 1 : -1
            result.widths[index] = min(SearchSpace.shares.count - 1, max(0, widths[index] + step))
        }
        if strikes() { result.method = generator.next(below: SearchSpace.methods.count) }
        return result
    }
}
