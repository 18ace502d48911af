/// Seeds that follow from a seed: each purpose, epoch and step has its own, so that nothing has to be remembered to go on
/// from the middle of a run.
enum Seed {
    static func derived(_ seed: UInt64, _ parts: UInt64...) -> UInt64 {
        var result = seed
        for part in parts {
            var generator = SeededGenerator(seed: result ^ (part &* 0xD1B5_4A32_D192_ED03))
            result = generator.next()
        }
        return result
    }

    /// What random numbers are for.
    static let order: UInt64 = 1
    static let augmentation: UInt64 = 2
    static let dropout: UInt64 = 3
    static let layers: UInt64 = 4
    static let validation: UInt64 = 5
}
