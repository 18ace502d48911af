import EdgeLang
import EdgeTensors

/// The elements of a tensor as numbers of the language, whatever their type.
struct TensorNumbers {
    private let shape: [Int]
    private let dtype: DType
    private let bytes: [UInt8]
    /// What codes of eight bits and fewer stand for.
    private let narrow: NarrowFloatCodec?
    /// The elements, where they are texts.
    private let texts: [String]

    init(_ tensor: Tensor) throws {
        shape = tensor.shape
        dtype = tensor.dtype
        narrow = if case .narrow(let format) = tensor.dtype { NarrowFloatCodec(format) } else { nil }
        bytes = try tensor.withBytes { Array($0) }
        texts = tensor.dtype == .text ? try tensor.texts() : []
    }

    /// The element at a position in C order; a text is no number.
    subscript(position: Int) -> Double {
        switch dtype {
        case .f64: load(position, as: Double.self)
        case .f32: Double(load(position, as: Float.self))
        case .f16: Double(Float16(bitPattern: load(position, as: UInt16.self)))
        case .bf16: Double(Float(bitPattern: UInt32(load(position, as: UInt16.self)) << 16))
        case .narrow: Double(narrow?.values[Int(packed(position))] ?? .nan)
        case .i64: Double(load(position, as: Int64.self))
        case .i32: Double(load(position, as: Int32.self))
        case .i16: Double(load(position, as: Int16.self))
        case .i8: Double(load(position, as: Int8.self))
        case .u64: Double(load(position, as: UInt64.self))
        case .u32: Double(load(position, as: UInt32.self))
        case .u16: Double(load(position, as: UInt16.self))
        case .u8: Double(load(position, as: UInt8.self))
        case .bool: bytes[position] == 0 ? 0 : 1
        case .i4, .i2: Double(signed(packed(position)))
        case .u4, .u2: Double(packed(position))
        case .text: .nan
        }
    }

    /// The element at a position in C order, as the language shows it.
    func plain(_ position: Int) -> PlainValue {
        switch dtype {
        case .bool: .bool(bytes[position] != 0)
        case .f32:
            // The shortest decimal of the 32-bit number, not the long one of its exact value.
            .float(Double(load(position, as: Float.self).description) ?? self[position])
        case .f64, .f16, .bf16, .narrow: .float(self[position])
        case .i64: .int(Int(load(position, as: Int64.self)))
        case .u64: Int(exactly: load(position, as: UInt64.self)).map { .int($0) } ?? .float(self[position])
        case .text: .string(texts[position])
        case .i32, .i16, .i8, .u32, .u16, .u8, .i4, .u4, .i2, .u2: .int(Int(self[position]))
        }
    }

    /// All elements as lists of lists; the element itself where the tensor has no axes.
    func nested() -> PlainValue { nested(axis: 0, offset: 0) }

    private func nested(axis: Int, offset: Int) -> PlainValue {
        guard axis < shape.count else { return plain(offset) }
        let width = shape[(axis + 1)...].reduce(1, *)
        return .list((0..<shape[axis]).map { nested(axis: axis + 1, offset: offset + $0 * width) })
    }

    private func load<Element: BitwiseCopyable>(_ position: Int, as type: Element.Type) -> Element {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position * MemoryLayout<Element>.size, as: type) }
    }

    /// The bits of an element of a byte or less; the one with the lower index stands in the lower bits.
    private func packed(_ position: Int) -> UInt8 {
        let perByte = 8 / dtype.bits
        let shift = UInt8(position % perByte * dtype.bits)
        return bytes[position / perByte] >> shift & UInt8(truncatingIfNeeded: 1 << dtype.bits - 1)
    }

    private func signed(_ value: UInt8) -> Int8 {
        let shift = Int8(8 - dtype.bits)
        return Int8(bitPattern: value << UInt8(shift)) >> shift
    }
}
