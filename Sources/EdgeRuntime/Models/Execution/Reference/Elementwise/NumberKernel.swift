import EdgeTensors

/// A number that a kernel computes with, whatever its type. Sums and products of integers wrap.
protocol KernelNumber: BitwiseCopyable, Comparable, Sendable {
    static var zero: Self { get }
    static var one: Self { get }
    /// A number that nothing is below, and one that nothing is above.
    static var lowest: Self { get }
    static var highest: Self { get }
    static func sum(_ a: Self, _ b: Self) -> Self
    static func product(_ a: Self, _ b: Self) -> Self
    var isNotANumber: Bool { get }
}

extension KernelNumber where Self: FixedWidthInteger {
    static var zero: Self { 0 }
    static var one: Self { 1 }
    static var lowest: Self { min }
    static var highest: Self { max }
    static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
    static func product(_ a: Self, _ b: Self) -> Self { a &* b }
    var isNotANumber: Bool { false }
}

extension KernelNumber where Self: BinaryFloatingPoint {
    static var zero: Self { 0 }
    static var one: Self { 1 }
    static var lowest: Self { -.infinity }
    static var highest: Self { .infinity }
    static func sum(_ a: Self, _ b: Self) -> Self { a + b }
    static func product(_ a: Self, _ b: Self) -> Self { a * b }
    var isNotANumber: Bool { isNaN }
}

extension Float: KernelNumber {}
extension Double: KernelNumber {}
extension Int64: KernelNumber {}
extension Int32: KernelNumber {}
extension Int16: KernelNumber {}
extension Int8: KernelNumber {}
extension UInt64: KernelNumber {}
extension UInt32: KernelNumber {}
extension UInt16: KernelNumber {}
extension UInt8: KernelNumber {}

/// A kernel that is written once for all types of numbers.
protocol NumberKernel {
    func lower<T: KernelNumber>(_ type: T.Type) throws(ModelError) -> Lowered
}

/// A kernel that is written once for single and double precision.
protocol FloatKernel {
    func lower<T: BinaryFloatingPoint & KernelNumber & MathFunctions>(_ type: T.Type) throws(ModelError) -> Lowered
}

extension LoweringContext {
    /// The kernel for a type; truth values count as bytes.
    func lowered(_ dtype: DType, _ kernel: some NumberKernel) throws(ModelError) -> Lowered {
        switch dtype {
        case .f64: try kernel.lower(Double.self)
        case .f32: try kernel.lower(Float.self)
        case .i64: try kernel.lower(Int64.self)
        case .i32: try kernel.lower(Int32.self)
        case .i8: try kernel.lower(Int8.self)
        case .u64: try kernel.lower(UInt64.self)
        case .u8, .bool: try kernel.lower(UInt8.self)
        case .f16, .bf16, .narrow, .i16, .u32, .u16, .i4, .u4, .i2, .u2, .text: throw unsupported(dtype)
        }
    }

    /// The kernel for single or double precision.
    func loweredFloat(_ dtype: DType, _ kernel: some FloatKernel) throws(ModelError) -> Lowered {
        switch dtype {
        case .f64: try kernel.lower(Double.self)
        case .f32: try kernel.lower(Float.self)
        case .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool, .f16, .bf16, .narrow, .i4, .u4, .i2, .u2, .text:
            throw unsupported(dtype)
        }
    }

    /// An operand that must have a given type.
    func operand(_ position: Int, of dtype: DType) throws(ModelError) -> Operand {
        let operand = try operand(position)
        guard operand.dtype == dtype else { throw unsupported(operand.dtype) }
        return operand
    }

    /// Reads an operand of indices.
    func indexReader(_ position: Int) throws(ModelError) -> (StepMemory, Int) -> Int {
        switch try operand(position).dtype {
        case .i64: { Int($0.input(position, as: Int64.self)[$1]) }
        case .i32: { Int($0.input(position, as: Int32.self)[$1]) }
        case let other: throw unsupported(other)
        }
    }
}
