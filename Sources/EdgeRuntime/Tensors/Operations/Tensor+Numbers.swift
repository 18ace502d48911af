extension Tensor {
    /// The elements in C order as double-precision numbers; truth values are 0 and 1.
    public func numbers() throws -> [Double] {
        switch dtype {
        case .f64: try elements(as: Double.self)
        case .f32: try withElements(of: Float.self) { $0.map { Double($0) } }
        case .f16: try withElements(of: Float16.self) { $0.map { Double($0) } }
        case .bf16: try withElements(of: BFloat16.self) { $0.map { Double(Float($0)) } }
        case .narrow(let format): try withBytes { NarrowFloatCodec(format).numbers(of: $0, count: count) }
        case .u64: try withElements(of: UInt64.self) { $0.map { Double($0) } }
        case .i64, .i32, .i16, .i8, .u32, .u16, .u8, .bool, .i4, .u4, .i2, .u2: try integers().map { Double($0) }
        case .text: throw TensorError.wrongType(expected: .f64, found: .text)
        }
    }

    /// The elements in C order as integers: fractions are cut off, what does not fit becomes the nearest that does, NaN 0.
    public func integers() throws -> [Int64] {
        switch dtype {
        case .i64: try elements(as: Int64.self)
        case .i32: try withElements(of: Int32.self) { $0.map { Int64($0) } }
        case .i16: try withElements(of: Int16.self) { $0.map { Int64($0) } }
        case .i8: try withElements(of: Int8.self) { $0.map { Int64($0) } }
        case .u64: try withElements(of: UInt64.self) { $0.map { Int64(clamping: $0) } }
        case .u32: try withElements(of: UInt32.self) { $0.map { Int64($0) } }
        case .u16: try withElements(of: UInt16.self) { $0.map { Int64($0) } }
        case .u8: try withElements(of: UInt8.self) { $0.map { Int64($0) } }
        // Bytes of a file may hold other values than 0 and 1.
        case .bool: try withBytes { $0.map { $0 == 0 ? 0 : 1 } }
        case .i4, .u4, .i2, .u2: try withBytes { PackedIntegers.unpacked($0, count: count, dtype: dtype) }
        case .f64, .f32, .f16, .bf16, .narrow: try numbers().map { Int64(saturating: $0) }
        case .text: throw TensorError.wrongType(expected: .i64, found: .text)
        }
    }

    /// A tensor of these numbers, rounded to the nearest of the type; integer types cut fractions off and saturate.
    public init(numbers: [Double], shape: [Int], dtype: DType) throws {
        switch dtype {
        case .f64: try self.init(numbers, shape: shape)
        case .f32: try self.init(numbers.map { Float($0) }, shape: shape)
        case .f16: try self.init(numbers.map { Float16($0) }, shape: shape)
        case .bf16: try self.init(numbers.map { BFloat16($0) }, shape: shape)
        case .narrow(let format):
            try self.init(bytes: NarrowFloatCodec(format).bytes(of: numbers), shape: shape, dtype: dtype)
        case .u64: try self.init(numbers.map { UInt64(saturating: $0) }, shape: shape)
        case .bool: try self.init(numbers.map { $0 != 0 }, shape: shape)
        case .i64, .i32, .i16, .i8, .u32, .u16, .u8, .i4, .u4, .i2, .u2:
            try self.init(integers: numbers.map { Int64(saturating: $0) }, shape: shape, dtype: dtype)
        case .text: throw TensorError.wrongType(expected: .f64, found: .text)
        }
    }

    /// A tensor of these integers; what does not fit the type becomes the nearest that does.
    public init(integers: [Int64], shape: [Int], dtype: DType) throws {
        switch dtype {
        case .i64: try self.init(integers, shape: shape)
        case .i32: try self.init(integers.map { Int32(clamping: $0) }, shape: shape)
        case .i16: try self.init(integers.map { Int16(clamping: $0) }, shape: shape)
        case .i8: try self.init(integers.map { Int8(clamping: $0) }, shape: shape)
        case .u64: try self.init(integers.map { UInt64(clamping: $0) }, shape: shape)
        case .u32: try self.init(integers.map { UInt32(clamping: $0) }, shape: shape)
        case .u16: try self.init(integers.map { UInt16(clamping: $0) }, shape: shape)
        case .u8: try self.init(integers.map { UInt8(clamping: $0) }, shape: shape)
        case .bool: try self.init(integers.map { $0 != 0 }, shape: shape)
        case .f64: try self.init(integers.map { Double($0) }, shape: shape)
        case .f32: try self.init(integers.map { Float($0) }, shape: shape)
        case .f16: try self.init(integers.map { Float16($0) }, shape: shape)
        case .bf16: try self.init(integers.map { BFloat16(Double($0)) }, shape: shape)
        case .narrow: try self.init(numbers: integers.map { Double($0) }, shape: shape, dtype: dtype)
        case .i4, .u4, .i2, .u2:
            try self.init(bytes: PackedIntegers.packed(integers, dtype: dtype), shape: shape, dtype: dtype)
        case .text: throw TensorError.wrongType(expected: .i64, found: .text)
        }
    }

    /// The same numbers in another type: floats are rounded to the nearest (ties to even), fractions cut off for integers,
    /// and what does not fit an integer type becomes the nearest that does; NaN becomes 0 there.
    public func converted(to target: DType) throws -> Tensor {
        if target == dtype { return self }
        if target == .bool {
            return try Tensor(numbers().map { $0 != 0 }, shape: shape)
        }
        if dtype.isFloat || dtype == .u64 { return try Tensor(numbers: numbers(), shape: shape, dtype: target) }
        return try Tensor(integers: integers(), shape: shape, dtype: target)
    }
}

extension FixedWidthInteger {
    /// The number without its fraction, or the nearest that fits; 0 for NaN.
    package init(saturating number: Double) {
        if let exact = Self(exactly: number.rounded(.towardZero)) {
            self = exact
        } else {
            self = number.isNaN ? 0 : number < 0 ? .min : .max
        }
    }
}
