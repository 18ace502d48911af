/// Floating-point numbers of eight bits and fewer, as accelerators store them.
///
/// The formats are those of ONNX (https://onnx.ai/onnx/technical/float8.html and float4.html), which follow "FP8 Formats for Deep Learning"
/// (arXiv:2209.05433), "8-bit Numerical Formats for Deep Neural Networks" (arXiv:2206.02915) and the OCP Microscaling Formats 1.0.
public enum NarrowFloat: String, Sendable, Hashable, CaseIterable {
    /// Four bits of exponent, three of significand; no infinity.
    case f8e4m3fn
    /// The same with a larger bias, one NaN and no negative zero.
    case f8e4m3fnuz
    /// Five bits of exponent, two of significand, with infinities: the upper half of an f16.
    case f8e5m2
    /// The same with a larger bias, one NaN, no infinity and no negative zero.
    case f8e5m2fnuz
    /// A power of two: the scale of a block.
    case f8e8m0
    /// Two bits of exponent, one of significand; neither infinity nor NaN.
    case f4e2m1

    /// The bits one number takes.
    public var bits: Int { self == .f4e2m1 ? 4 : 8 }

    /// How many bits exponent and significand take, and what is taken off the exponent.
    var layout: (exponent: Int, significand: Int, bias: Int) {
        switch self {
        case .f8e4m3fn: (4, 3, 7)
        case .f8e4m3fnuz: (4, 3, 8)
        case .f8e5m2: (5, 2, 15)
        case .f8e5m2fnuz: (5, 2, 16)
        case .f8e8m0: (8, 0, 127)
        case .f4e2m1: (2, 1, 1)
        }
    }

    /// How many of the codes that are not negative stand for finite numbers; they come first, in rising order.
    var finiteCount: Int {
        switch self {
        case .f8e4m3fn: 127
        case .f8e4m3fnuz, .f8e5m2fnuz: 128
        case .f8e5m2: 124
        case .f8e8m0: 255
        case .f4e2m1: 8
        }
    }
}
