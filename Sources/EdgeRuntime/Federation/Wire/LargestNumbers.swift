/// Finds the numbers of largest magnitude among several tensors, in time that does not depend on how they lie.
struct LargestNumbers {
    /// The bits of the smallest magnitude that is kept.
    private let threshold: UInt32
    /// How many numbers of just that magnitude are kept: the first ones.
    private var ties: Int

    /// - Parameter count: How many are wanted; zeros are never among them.
    init(_ count: Int, of tensors: [[Float]]) {
        // The bits of magnitudes are in the order of the magnitudes: count the upper half, then the lower one.
        var upper = [Int](repeating: 0, count: 1 << 15)
        for numbers in tensors { for number in numbers { upper[Int(LargestNumbers.bits(number) >> 16)] += 1 } }
        var left = count
        var bin = upper.count - 1
        while bin > 0, upper[bin] <= left {
            left -= upper[bin]
            bin -= 1
        }
        var lower = [Int](repeating: 0, count: 1 << 16)
        for numbers in tensors {
            for number in numbers where Int(LargestNumbers.bits(number) >> 16) == bin {
                lower[Int(LargestNumbers.bits(number) & 0xFFFF)] += 1
            }
        }
        var low = lower.count - 1
        while low > 0, lower[low] <= left {
            left -= lower[low]
            low -= 1
        }
        threshold = UInt32(bin) << 16 | UInt32(low)
        ties = left
    }

    /// The positions of the kept numbers of a tensor. Tensors are asked in the order they were given.
    mutating func positions(in numbers: [Float]) -> [Int] {
        var result: [Int] = []
        for (index, number) in numbers.enumerated() {
            let bits = LargestNumbers.bits(number)
            if bits > threshold {
                result.append(index)
            } else if bits == threshold, bits != 0, ties > 0 {
                ties -= 1
                result.append(index)
            }
        }
        return result
    }

    @inline(__always)
    private static func bits(_ number: Float) -> UInt32 { number.bitPattern & 0x7FFF_FFFF }
}
