import EdgeTensors

/// Reads and writes single elements of every type, as doubles, or as integers where nothing may be lost.
enum ElementCodec {
    typealias Reader<T> = (UnsafeMutableRawPointer, Int) -> T
    typealias Writer<T> = (UnsafeMutableRawPointer, Int, T) -> Void

    private static func load<T: BitwiseCopyable>(_ base: UnsafeMutableRawPointer, _ position: Int, _: T.Type) -> T {
        base.assumingMemoryBound(to: T.self)[position]
    }

    private static func store<T: BitwiseCopyable>(_ base: UnsafeMutableRawPointer, _ position: Int, _ value: T) {
        base.assumingMemoryBound(to: T.self)[position] = value
    }

    static func reader(of dtype: DType) -> Reader<Double>? {
        switch dtype {
        case .f64: { load($0, $1, Double.self) }
        case .f32: { Double(load($0, $1, Float.self)) }
        case .f16: { Double(HalfPrecision.float(fromF16: load($0, $1, UInt16.self))) }
        case .bf16: { Double(HalfPrecision.float(fromBF16: load($0, $1, UInt16.self))) }
        case .i64: { Double(load($0, $1, Int64.self)) }
        case .i32: { Double(load($0, $1, Int32.self)) }
        case .i16: { Double(load($0, $1, Int16.self)) }
        case .i8: { Double(load($0, $1, Int8.self)) }
        case .u64: { Double(load($0, $1, UInt64.self)) }
        case .u32: { Double(load($0, $1, UInt32.self)) }
        case .u16: { Double(load($0, $1, UInt16.self)) }
        case .u8: { Double(load($0, $1, UInt8.self)) }
        case .bool: { load($0, $1, UInt8.self) == 0 ? 0 : 1 }
        case .narrow(let format): narrowReader(of: format)
        case .i4, .u4, .i2, .u2: packedReader(of: dtype)
        case .text: nil
        }
    }

    static func writer(of dtype: DType) -> Writer<Double>? {
        switch dtype {
        case .f64: { store($0, $1, $2) }
        case .f32: { store($0, $1, Float($2)) }
        case .f16: { store($0, $1, Float16($2)) }
        case .bf16: { store($0, $1, BFloat16($2).bitPattern) }
        case .i64: { store($0, $1, truncated($2, Int64.self)) }
        case .i32: { store($0, $1, truncated($2, Int32.self)) }
        case .i16: { store($0, $1, truncated($2, Int16.self)) }
        case .i8: { store($0, $1, truncated($2, Int8.self)) }
        case .u64: { store($0, $1, truncated($2, UInt64.self)) }
        case .u32: { store($0, $1, truncated($2, UInt32.self)) }
        case .u16: { store($0, $1, truncated($2, UInt16.self)) }
        case .u8: { store($0, $1, truncated($2, UInt8.self)) }
        case .bool: { store($0, $1, UInt8($2 == 0 ? 0 : 1)) }
        case .narrow(let format): narrowWriter(NarrowFloatCodec(format))
        case .i4, .u4, .i2, .u2: packedWriter(of: dtype).map { write in { write($0, $1, truncated($2, Int64.self)) } }
        case .text: nil
        }
    }

    static func integerReader(of dtype: DType) -> Reader<Int64>? {
        switch dtype {
        case .i64: { load($0, $1, Int64.self) }
        case .i32: { Int64(load($0, $1, Int32.self)) }
        case .i16: { Int64(load($0, $1, Int16.self)) }
        case .i8: { Int64(load($0, $1, Int8.self)) }
        case .u64: { Int64(truncatingIfNeeded: load($0, $1, UInt64.self)) }
        case .u32: { Int64(load($0, $1, UInt32.self)) }
        case .u16: { Int64(load($0, $1, UInt16.self)) }
        case .u8: { Int64(load($0, $1, UInt8.self)) }
        case .bool: { load($0, $1, UInt8.self) == 0 ? 0 : 1 }
        case .i4, .u4, .i2, .u2: QuantizedCodec.reader(of: dtype).map { read in { read(UnsafeRawPointer($0), $1) } }
        case .f64, .f32, .f16, .bf16, .narrow, .text: nil
        }
    }

    static func integerWriter(of dtype: DType) -> Writer<Int64>? {
        switch dtype {
        case .i64: { store($0, $1, $2) }
        case .i32: { store($0, $1, Int32(truncatingIfNeeded: $2)) }
        case .i16: { store($0, $1, Int16(truncatingIfNeeded: $2)) }
        case .i8: { store($0, $1, Int8(truncatingIfNeeded: $2)) }
        case .u64: { store($0, $1, UInt64(truncatingIfNeeded: $2)) }
        case .u32: { store($0, $1, UInt32(truncatingIfNeeded: $2)) }
        case .u16: { store($0, $1, UInt16(truncatingIfNeeded: $2)) }
        case .u8: { store($0, $1, UInt8(truncatingIfNeeded: $2)) }
        case .bool: { store($0, $1, UInt8($2 == 0 ? 0 : 1)) }
        case .i4, .u4, .i2, .u2: packedWriter(of: dtype)
        case .f64, .f32, .f16, .bf16, .narrow, .text: nil
        }
    }

    private static func narrowReader(of format: NarrowFloat) -> Reader<Double> {
        let codec = NarrowFloatCodec(format)
        return { Double(codec.number(in: UnsafeRawPointer($0), at: $1)) }
    }

    /// Writes numbers of a narrow format, rounded as the codec does.
    static func narrowWriter(_ codec: NarrowFloatCodec) -> Writer<Double> { { codec.store($2, in: $0, at: $1) } }

    private static func packedReader(of dtype: DType) -> Reader<Double>? {
        QuantizedCodec.reader(of: dtype).map { read in { Double(read(UnsafeRawPointer($0), $1)) } }
    }

    /// Numbers that do not fit lose their upper bits.
    private static func packedWriter(of dtype: DType) -> Writer<Int64>? {
        guard dtype.isPacked else { return nil }
        let width = dtype.bits
        let mask = (UInt8(1) << UInt8(width)) - 1
        return { base, position, value in
            let bytes = base.assumingMemoryBound(to: UInt8.self)
            let shift = UInt8(position * width % 8)
            let place = position * width / 8
            bytes[place] = bytes[place] & ~(mask << shift) | (UInt8(truncatingIfNeeded: value) & mask) << shift
        }
    }

    /// Towards zero; what does not fit becomes the nearest number that does, NaN becomes 0.
    private static func truncated<T: FixedWidthInteger>(_ value: Double, _: T.Type) -> T {
        if value.isNaN { return 0 }
        return T(exactly: value.rounded(.towardZero)) ?? (value < 0 ? T.min : T.max)
    }

    /// All elements of an operand as doubles.
    static func doubles(_ base: UnsafeMutableRawPointer, _ dtype: DType, count: Int) -> [Double] {
        guard let read = reader(of: dtype) else { return [Double](repeating: 0, count: count) }
        return (0..<count).map { read(base, $0) }
    }
}
