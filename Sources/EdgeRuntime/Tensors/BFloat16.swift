/// Brain floating point: the upper half of a single-precision number, kept as its bits.
public struct BFloat16: BitwiseCopyable, Hashable, Sendable {
    /// Sign, eight bits of exponent, seven of significand.
    public let bitPattern: UInt16

    public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

    /// The nearest number, ties to the even significand; NaN stays NaN.
    public init(_ value: Float) {
        let bits = value.bitPattern
        if value.isNaN {
            // The payload's upper bits may be zero, which would make an infinity.
            bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x40
        } else {
            bitPattern = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
        }
    }

    /// The nearest number, ties to the even significand; NaN stays NaN.
    public init(_ value: Double) {
        // Rounded twice, a number just beside a tie would fall on it. Rounding to odd first keeps what was cut off.
        var single = Float(value)
        if single.isFinite, Double(single) != value {
            if Double(single).magnitude > value.magnitude { single = single.towardZero }
            single = Float(bitPattern: single.bitPattern | 1)
        }
        self.init(single)
    }
}

extension BFloat16: TensorElement { public static var dtype: DType { .bf16 } }
extension Float16: TensorElement { public static var dtype: DType { .f16 } }

extension Float {
    /// The same number: every bfloat16 is one of single precision.
    public init(_ value: BFloat16) { self.init(bitPattern: UInt32(value.bitPattern) << 16) }

    /// The neighbour towards zero.
    fileprivate var towardZero: Float { sign == .minus ? nextUp : nextDown }
}
