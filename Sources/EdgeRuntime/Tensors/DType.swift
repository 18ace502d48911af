/// The type of a tensor's elements.
public enum DType: Sendable, Hashable {
    case f64, f32, f16, bf16
    /// Eight bits or fewer, computed with in single precision. Four-bit ones are packed as integers are.
    case narrow(NarrowFloat)
    case i64, i32, i16, i8
    case u64, u32, u16, u8
    case bool
    /// Packed, the element with the lower index in the lower bits of a byte; each tensor starts on a byte.
    case i4, u4, i2, u2
    /// Texts. What is stored is the number of each in a list that belongs to the tensor's block (`Tensor.texts`).
    case text

    /// The bits one element takes in storage (a `bool` is a byte).
    public var bits: Int {
        switch self {
        case .f64, .i64, .u64: 64
        case .f32, .i32, .u32, .text: 32
        case .f16, .bf16, .i16, .u16: 16
        case .i8, .u8, .bool: 8
        case .narrow(let format): format.bits
        case .i4, .u4: 4
        case .i2, .u2: 2
        }
    }

    /// Whether several elements share a byte.
    public var isPacked: Bool { bits < 8 }

    /// Whether the elements are floating-point numbers.
    public var isFloat: Bool {
        switch self {
        case .f64, .f32, .f16, .bf16, .narrow: true
        case .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool, .i4, .u4, .i2, .u2, .text: false
        }
    }

    /// Whether the elements are floating-point numbers of eight bits or fewer.
    public var isNarrow: Bool { if case .narrow = self { true } else { false } }

    /// The type whose elements have addresses and hold the same numbers: itself unless it is packed.
    public var unpacked: DType {
        guard isPacked else { return self }
        return switch self {
        case .u4, .u2: .u8
        case .narrow: .f32
        default: .i8
        }
    }

    /// The bytes that `count` elements take, or nil where that does not fit an `Int`.
    public func byteCount(of count: Int) -> Int? {
        let (product, overflow) = count.multipliedReportingOverflow(by: bits)
        guard !overflow, product <= Int.max - 7 else { return nil }
        return (product + 7) / 8
    }
}

extension DType: CaseIterable {
    public static let allCases: [DType] =
        [.f64, .f32, .f16, .bf16, .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool, .i4, .u4, .i2, .u2, .text]
        + NarrowFloat.allCases.map { .narrow($0) }

    private static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    /// The type of a name, nil where no type is called so.
    public init?(rawValue: String) {
        guard let type = DType.named[rawValue] else { return nil }
        self = type
    }

    /// The name of the type, as scripts and messages write it.
    public var rawValue: String {
        switch self {
        case .f64: "f64"
        case .f32: "f32"
        case .f16: "f16"
        case .bf16: "bf16"
        case .narrow(let format): format.rawValue
        case .i64: "i64"
        case .i32: "i32"
        case .i16: "i16"
        case .i8: "i8"
        case .u64: "u64"
        case .u32: "u32"
        case .u16: "u16"
        case .u8: "u8"
        case .bool: "bool"
        case .i4: "i4"
        case .u4: "u4"
        case .i2: "i2"
        case .u2: "u2"
        case .text: "text"
        }
    }
}

/// A Swift type that is stored as it is in a tensor of one `DType`.
public protocol TensorElement: BitwiseCopyable, Sendable {
    static var dtype: DType { get }
}

extension Double: TensorElement { public static var dtype: DType { .f64 } }
extension Float: TensorElement { public static var dtype: DType { .f32 } }
extension Int64: TensorElement { public static var dtype: DType { .i64 } }
extension Int32: TensorElement { public static var dtype: DType { .i32 } }
extension Int16: TensorElement { public static var dtype: DType { .i16 } }
extension Int8: TensorElement { public static var dtype: DType { .i8 } }
extension UInt64: TensorElement { public static var dtype: DType { .u64 } }
extension UInt32: TensorElement { public static var dtype: DType { .u32 } }
extension UInt16: TensorElement { public static var dtype: DType { .u16 } }
extension UInt8: TensorElement { public static var dtype: DType { .u8 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }
