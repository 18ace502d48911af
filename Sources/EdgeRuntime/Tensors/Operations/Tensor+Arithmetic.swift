internal import CEdgeKernels

extension Tensor {
    /// Combines two tensors element by element after broadcasting them to a common shape.
    ///
    /// The result has the common type of both: the wider of two floats or two integers, the float of a float and an integer
    /// (at least f32 for 16-bit floats of different kinds). Integers saturate; see `BinaryOperation`.
    public func combined(_ operation: BinaryOperation, with other: Tensor) throws -> Tensor {
        let type = DType.common(dtype, other.dtype)
        let shape = try Tensor.broadcastShape(shape, other.shape)
        if type == .f32 { return try combinedFloats(operation, with: other, shape: shape) }
        let left = try broadcast(to: shape)
        let right = try other.broadcast(to: shape)
        if type.isFloat {
            let a = try left.numbers()
            let b = try right.numbers()
            return try Tensor(numbers: zip(a, b).map { operation.apply($0, $1) }, shape: shape, dtype: type)
        }
        let a = try left.integers()
        let b = try right.integers()
        return try Tensor(integers: zip(a, b).map { operation.apply($0, $1) }, shape: shape, dtype: type)
    }

    /// The same for single precision, with the vectorised kernel along the last axis.
    private func combinedFloats(_ operation: BinaryOperation, with other: Tensor, shape: [Int]) throws -> Tensor {
        var result = try Tensor(zeros: shape, dtype: .f32)
        guard result.count > 0 else { return result }
        let columns = shape.last ?? 1
        let rows = result.count / columns
        let left = try RowOperand(converted(to: .f32), shape: shape, rows: rows)
        let right = try RowOperand(other.converted(to: .f32), shape: shape, rows: rows)
        try left.tensor.withElements(of: Float.self) { a in
            try right.tensor.withElements(of: Float.self) { b in
                try result.withMutableElements(of: Float.self) { out in
                    edge_binary_f32(
                        edge_isa_detected(), operation.kernel, rows, columns, a.baseAddress, left.rowStride,
                        left.columnStride, b.baseAddress, right.rowStride, right.columnStride, -.infinity, .infinity,
                        out.baseAddress)
                }
            }
        }
        return result
    }

    public static func + (left: Tensor, right: Tensor) throws -> Tensor { try left.combined(.add, with: right) }
    public static func - (left: Tensor, right: Tensor) throws -> Tensor { try left.combined(.subtract, with: right) }
    public static func * (left: Tensor, right: Tensor) throws -> Tensor { try left.combined(.multiply, with: right) }
    public static func / (left: Tensor, right: Tensor) throws -> Tensor { try left.combined(.divide, with: right) }
}

/// An operand as the kernel reads it: whole, one row for all, or one number for all.
private struct RowOperand {
    let tensor: Tensor
    let rowStride: Int
    let columnStride: Int

    init(_ tensor: Tensor, shape: [Int], rows: Int) throws {
        let columns = shape.last ?? 1
        if tensor.count == 1 {
            self.tensor = tensor
            (rowStride, columnStride) = (0, 0)
        } else if tensor.count == columns, tensor.shape.last == columns {
            self.tensor = tensor
            (rowStride, columnStride) = (0, 1)
        } else {
            self.tensor = try tensor.broadcast(to: shape)
            (rowStride, columnStride) = (columns, 1)
        }
    }
}

extension BinaryOperation {
    fileprivate var kernel: edge_binary {
        switch self {
        case .add: EDGE_ADD
        case .subtract: EDGE_SUB
        case .multiply: EDGE_MUL
        case .divide: EDGE_DIV
        case .minimum: EDGE_MIN
        case .maximum: EDGE_MAX
        }
    }
}

extension DType {
    /// Whether the integers of the type can be negative.
    private var isSigned: Bool {
        switch self {
        case .f64, .f32, .f16, .bf16, .narrow, .i64, .i32, .i16, .i8, .i4, .i2: true
        case .u64, .u32, .u16, .u8, .bool, .u4, .u2, .text: false
        }
    }

    /// The type that holds the numbers of both, as NumPy promotes them; packed types count as their byte.
    public static func common(_ left: DType, _ right: DType) -> DType {
        if left == right { return left }
        let (a, b) = (left.unpacked, right.unpacked)
        if a == b { return a }
        switch (a.isFloat, b.isFloat) {
        case (true, true): return a.bits == b.bits ? .f32 : a.bits > b.bits ? a : b
        case (true, false): return a
        case (false, true): return b
        case (false, false):
            if a == .bool { return b }
            if b == .bool { return a }
            if a.isSigned == b.isSigned { return a.bits > b.bits ? a : b }
            let (signed, unsigned) = a.isSigned ? (a, b) : (b, a)
            if signed.bits > unsigned.bits { return signed }
            return unsigned.bits == 8 ? .i16 : unsigned.bits == 16 ? .i32 : .i64
        }
    }
}
