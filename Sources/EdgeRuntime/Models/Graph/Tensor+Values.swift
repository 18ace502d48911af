package import EdgeTensors

/// Reading constants as plain numbers, whatever their type; for the small tensors that describe shapes, axes, scales.
extension Tensor {
    /// The elements as integers; nil for floating-point types.
    package func integerValues() -> [Int]? {
        func widen<Element: TensorElement & BinaryInteger>(_: Element.Type) -> [Int]? {
            try? withElements(of: Element.self) { $0.map { Int(truncatingIfNeeded: $0) } }
        }
        return switch dtype {
        case .i64: widen(Int64.self)
        case .i32: widen(Int32.self)
        case .i16: widen(Int16.self)
        case .i8: widen(Int8.self)
        case .u64: widen(UInt64.self)
        case .u32: widen(UInt32.self)
        case .u16: widen(UInt16.self)
        case .u8: widen(UInt8.self)
        case .bool: try? withElements(of: Bool.self) { $0.map { $0 ? 1 : 0 } }
        case .i4, .u4, .i2, .u2: try? withBytes { unpacked($0) }
        case .f64, .f32, .f16, .bf16, .narrow, .text: nil
        }
    }

    /// The elements as numbers, not dequantized.
    package func realValues() -> [Float]? {
        switch dtype {
        case .f32: try? elements(as: Float.self)
        case .f64: try? withElements(of: Double.self) { $0.map(Float.init) }
        case .f16: try? withBytes { $0.bindMemory(to: UInt16.self).map(Float.init(halfBits:)) }
        case .bf16: try? withBytes { $0.bindMemory(to: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) } }
        case .narrow: try? numbers().map(Float.init)
        case .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool, .i4, .u4, .i2, .u2:
            integerValues().map { $0.map(Float.init) }
        case .text: nil
        }
    }

    private func unpacked(_ bytes: UnsafeRawBufferPointer) -> [Int] {
        let width = dtype.bits
        let mask = (1 << width) - 1
        let signed = dtype != .u4 && dtype != .u2
        return (0..<count).map { index in
            let bit = index * width
            let value = Int(bytes[bit / 8] >> UInt8(bit % 8)) & mask
            return signed && value >> (width - 1) != 0 ? value - (1 << width) : value
        }
    }

    /// Integers in a type of at most 64 bits; values out of its range wrap.
    package static func integers(_ values: [Int], shape: [Int], dtype: DType) throws -> Tensor {
        switch dtype {
        case .i64: return try Tensor(values.map(Int64.init), shape: shape)
        case .i32: return try Tensor(values.map { Int32(truncatingIfNeeded: $0) }, shape: shape)
        case .i16: return try Tensor(values.map { Int16(truncatingIfNeeded: $0) }, shape: shape)
        case .i8: return try Tensor(values.map { Int8(truncatingIfNeeded: $0) }, shape: shape)
        case .u64: return try Tensor(values.map { UInt64(truncatingIfNeeded: $0) }, shape: shape)
        case .u32: return try Tensor(values.map { UInt32(truncatingIfNeeded: $0) }, shape: shape)
        case .u16: return try Tensor(values.map { UInt16(truncatingIfNeeded: $0) }, shape: shape)
        case .u8: return try Tensor(values.map { UInt8(truncatingIfNeeded: $0) }, shape: shape)
        case .bool: return try Tensor(values.map { $0 != 0 }, shape: shape)
        case .i4, .u4, .i2, .u2:
            let width = dtype.bits
            let perByte = 8 / width
            let mask = (1 << width) - 1
            var bytes = [UInt8](repeating: 0, count: (values.count + perByte - 1) / perByte)
            for (index, value) in values.enumerated() {
                bytes[index / perByte] |= UInt8(value & mask) << UInt8(index % perByte * width)
            }
            return try Tensor(bytes: bytes, shape: shape, dtype: dtype)
        case .f32: return try Tensor(values.map(Float.init), shape: shape)
        case .f64: return try Tensor(values.map(Double.init), shape: shape)
        case .f16, .bf16, .narrow, .text:
            throw TensorError.wrongType(expected: .i64, found: dtype)
        }
    }

    /// A list of integers as ONNX keeps shapes and axes.
    package static func int64s(_ values: [Int]) throws -> Tensor {
        try Tensor(values.map(Int64.init), shape: [values.count])
    }

    /// The axes in another order, elements moved; packed types are unpacked and packed again.
    package func permuted(_ order: [Int]) throws -> Tensor {
        guard order.sorted() == Array(0..<rank) else {
            throw TensorError.shapeMismatch("\(order) is not an order of the \(rank) axes")
        }
        if order == Array(0..<rank) { return self }
        let source = try contiguous()
        if dtype.isPacked {
            return try source.converted(to: dtype.unpacked).permuted(order).converted(to: dtype)
        }
        return try Tensor(
            dtype: dtype, shape: order.map { source.shape[$0] }, strides: order.map { source.strides[$0] },
            offset: source.offset, storage: source.storage
        ).contiguous()
    }
}

extension Float {
    /// The value of an IEEE 754 half given by its bits.
    package init(halfBits bits: UInt16) { self = Float(Float16(bitPattern: bits)) }
}
