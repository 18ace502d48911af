import EdgeTensors

/// `Cast` between any two unpacked types.
enum ReferenceCast {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        guard let target = context.node.string("to").flatMap(DType.init) ?? context.declared.first??.dtype else {
            throw context.fail("the type to cast to is not known")
        }
        let result = try context.result(target, operand.shape)
        if operand.dtype == target { return .view(as: result) }
        let count = result.count
        guard let read = reader(of: operand.dtype), let write = writer(of: target) else {
            throw context.unsupported(operand.dtype.isPacked ? operand.dtype : target)
        }
        let isExact = !operand.dtype.isFloat && !target.isFloat
        guard isExact, let readInteger = integerReader(of: operand.dtype), let writeInteger = integerWriter(of: target)
        else {
            return Lowered([result]) { memory throws(ModelError) in
                for position in 0..<count { write(memory.outputs[0], position, read(memory.inputs[0], position)) }
            }
        }
        return Lowered([result]) { memory throws(ModelError) in
            for position in 0..<count {
                writeInteger(memory.outputs[0], position, readInteger(memory.inputs[0], position))
            }
        }
    }

    private typealias Reader<T> = (UnsafeMutableRawPointer, Int) -> T
    private typealias Writer<T> = (UnsafeMutableRawPointer, Int, T) -> Void

    private static func load<T: BitwiseCopyable>(_ base: UnsafeMutableRawPointer, _ position: Int, _: T.Type) -> T {
        base.assumingMemoryBound(to: T.self)[position]
    }

    private static func store<T: BitwiseCopyable>(_ base: UnsafeMutableRawPointer, _ position: Int, _ value: T) {
        base.assumingMemoryBound(to: T.self)[position] = value
    }

    private static func reader(of dtype: DType) -> Reader<Double>? {
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
        case .i4, .u4, .i2: nil
        }
    }

    private static func writer(of dtype: DType) -> Writer<Double>? {
        switch dtype {
        case .f64: { store($0, $1, $2) }
        case .f32: { store($0, $1, Float($2)) }
        case .f16: { store($0, $1, HalfPrecision.f16(from: Float($2))) }
        case .bf16: { store($0, $1, HalfPrecision.bf16(from: Float($2))) }
        case .i64: { store($0, $1, truncated($2, Int64.self)) }
        case .i32: { store($0, $1, truncated($2, Int32.self)) }
        case .i16: { store($0, $1, truncated($2, Int16.self)) }
        case .i8: { store($0, $1, truncated($2, Int8.self)) }
        case .u64: { store($0, $1, truncated($2, UInt64.self)) }
        case .u32: { store($0, $1, truncated($2, UInt32.self)) }
        case .u16: { store($0, $1, truncated($2, UInt16.self)) }
        case .u8: { store($0, $1, truncated($2, UInt8.self)) }
        case .bool: { store($0, $1, UInt8($2 == 0 ? 0 : 1)) }
        case .i4, .u4, .i2: nil
        }
    }

    private static func integerReader(of dtype: DType) -> Reader<Int64>? {
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
        case .f64, .f32, .f16, .bf16, .i4, .u4, .i2: nil
        }
    }

    private static func integerWriter(of dtype: DType) -> Writer<Int64>? {
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
        case .f64, .f32, .f16, .bf16, .i4, .u4, .i2: nil
        }
    }

    /// Towards zero; what does not fit becomes the nearest number that does, NaN becomes 0.
    private static func truncated<T: FixedWidthInteger>(_ value: Double, _: T.Type) -> T {
        if value.isNaN { return 0 }
        return T(exactly: value.rounded(.towardZero)) ?? (value < 0 ? T.min : T.max)
    }
}
