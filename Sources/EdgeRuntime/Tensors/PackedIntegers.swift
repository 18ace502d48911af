/// Integers of fewer than eight bits, several a byte, the one with the lower index in the lower bits.
public enum PackedIntegers {
    /// The smallest and the largest number of a packed type.
    public static func range(of dtype: DType) -> ClosedRange<Int64> {
        switch dtype {
        case .i4: -8...7
        case .u4: 0...15
        case .i2: -2...1
        case .u2: 0...3
        case .f64, .f32, .f16, .bf16, .narrow, .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool, .text:
            preconditionFailure("\(dtype.rawValue) is not a packed type")
        }
    }

    /// Packs numbers; what does not fit becomes the nearest that does. Bits left over in the last byte are zero.
    public static func packed(_ numbers: some Collection<Int64>, dtype: DType) -> [UInt8] {
        let range = range(of: dtype)
        let perByte = 8 / dtype.bits
        let mask = UInt8(1) << dtype.bits - 1
        var bytes = [UInt8](repeating: 0, count: (numbers.count + perByte - 1) / perByte)
        for (index, number) in numbers.enumerated() {
            let bounded = min(max(number, range.lowerBound), range.upperBound)
            let bits = UInt8(truncatingIfNeeded: bounded) & mask
            bytes[index / perByte] |= bits << (index % perByte * dtype.bits)
        }
        return bytes
    }

    /// The first `count` numbers of packed bytes, which must hold as many.
    public static func unpacked(_ bytes: some RandomAccessCollection<UInt8>, count: Int, dtype: DType) -> [Int64] {
        let bits = dtype.bits
        let perByte = 8 / bits
        precondition(bytes.count * perByte >= count, "\(count) packed numbers need more than \(bytes.count) bytes")
        let isSigned = range(of: dtype).lowerBound < 0
        return (0..<count).map { index in
            let byte = bytes[bytes.index(bytes.startIndex, offsetBy: index / perByte)]
            let aligned = byte << (8 - bits - index % perByte * bits)
            return isSigned ? Int64(Int8(bitPattern: aligned) >> (8 - bits)) : Int64(aligned >> (8 - bits))
        }
    }
}
