internal import Glibc

/// Random numbers that a seed determines on every machine: xoshiro256** by Blackman and Vigna, seeded by splitmix64.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    public init(seed: UInt64) {
        var counter = seed
        func next() -> UInt64 {
            counter &+= 0x9E37_79B9_7F4A_7C15
            var word = counter
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
        state = (next(), next(), next(), next())
    }

    public mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// A number in 0..<1, a multiple of 2^-53.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number of the normal distribution with mean 0 and deviation 1 (Box and Muller).
    public mutating func normal() -> Double {
        // 1 - uniform is never zero, whose logarithm would be infinite.
        let radius = sqrt(-2 * log(1 - uniform()))
        return radius * cos(2 * Double.pi * uniform())
    }
}

extension Tensor {
    /// Numbers spread evenly over a range, rounded to the type (integers: cut off).
    public init(
        uniform range: ClosedRange<Double>, shape: [Int], dtype: DType = .f32, from source: inout RandomSource
    ) throws {
        guard let count = Tensor.elementCount(of: shape) else { throw TensorError.tooLarge(shape: shape) }
        let width = range.upperBound - range.lowerBound
        let numbers = (0..<count).map { _ in range.lowerBound + width * source.uniform() }
        try self.init(numbers: numbers, shape: shape, dtype: dtype)
    }

    /// Numbers of a normal distribution, rounded to the type.
    public init(
        normalMean mean: Double, deviation: Double, shape: [Int], dtype: DType = .f32, from source: inout RandomSource
    ) throws {
        guard let count = Tensor.elementCount(of: shape) else { throw TensorError.tooLarge(shape: shape) }
        let numbers = (0..<count).map { _ in mean + deviation * source.normal() }
        try self.init(numbers: numbers, shape: shape, dtype: dtype)
    }
}
