package import EdgeTensors

extension Tensor {
    /// The rows of axis 0 at these positions, which must exist, as a new tensor.
    func rows(_ positions: [Int]) throws -> Tensor {
        var result = try Tensor(zeros: [positions.count] + shape.dropFirst(), dtype: dtype)
        let width = shape.dropFirst().reduce(1, *) * (dtype.bits / 8)
        try withBytes { source in
            try result.withMutableBytes { target in
                for (row, position) in positions.enumerated() {
                    let piece = UnsafeRawBufferPointer(rebasing: source[position * width..<(position + 1) * width])
                    UnsafeMutableRawBufferPointer(rebasing: target[row * width..<(row + 1) * width])
                        .copyMemory(from: piece)
                }
            }
        }
        return result
    }

    /// A range of the rows of axis 0, which must exist, over the same storage.
    func rows(_ range: Range<Int>) throws -> Tensor {
        let whole = try contiguous()
        let width = shape.dropFirst().reduce(1, *)
        return Tensor(
            dtype: dtype, shape: [range.count] + shape.dropFirst(), strides: whole.strides,
            offset: whole.offset + range.lowerBound * width, storage: whole.storage)
    }

    /// The elements as real numbers, in C order; integers as they are stored.
    package func realNumbers() throws -> [Double] {
        switch dtype {
        case .f64: try elements(as: Double.self)
        case .f32: try withElements(of: Float.self) { $0.map(Double.init) }
        case .i64: try withElements(of: Int64.self) { $0.map(Double.init) }
        case .i32: try withElements(of: Int32.self) { $0.map(Double.init) }
        case .i16: try withElements(of: Int16.self) { $0.map(Double.init) }
        case .i8: try withElements(of: Int8.self) { $0.map(Double.init) }
        case .u64: try withElements(of: UInt64.self) { $0.map(Double.init) }
        case .u32: try withElements(of: UInt32.self) { $0.map(Double.init) }
        case .u16: try withElements(of: UInt16.self) { $0.map(Double.init) }
        case .u8: try withElements(of: UInt8.self) { $0.map(Double.init) }
        case .bool: try withElements(of: Bool.self) { $0.map { $0 ? 1 : 0 } }
        case .f16: try withBytes { $0.bindMemory(to: UInt16.self).map { Double(Float16(bitPattern: $0)) } }
        // The upper half of a single-precision number.
        case .bf16: try withBytes { $0.bindMemory(to: UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) } }
        case .narrow, .i4, .u4, .i2, .u2, .text: throw TensorError.wrongType(expected: .f32, found: dtype)
        }
    }
}

extension Tensor {
    /// One tensor with these, all of one shape and type, as the rows of a new first axis.
    static func stacked(_ rows: [Tensor]) throws -> Tensor {
        guard let first = rows.first else { return try Tensor(zeros: [0]) }
        var result = try Tensor(zeros: [rows.count] + first.shape, dtype: first.dtype)
        let width = first.byteCount
        try result.withMutableBytes { target in
            for (position, row) in rows.enumerated() {
                try row.withBytes { source in
                    UnsafeMutableRawBufferPointer(rebasing: target[position * width..<(position + 1) * width])
                        .copyMemory(from: source)
                }
            }
        }
        return result
    }

    /// Tensors of one type joined along axis 0.
    package static func joined(_ parts: [Tensor]) throws -> Tensor {
        guard let first = parts.first, parts.count > 1 else { return try parts.first ?? Tensor(zeros: [0]) }
        let rows = parts.reduce(0) { $0 + ($1.shape.first ?? 1) }
        var result = try Tensor(zeros: [rows] + first.shape.dropFirst(), dtype: first.dtype)
        try result.withMutableBytes { target in
            var start = 0
            for part in parts {
                try part.withBytes { source in
                    guard start + source.count <= target.count else {
                        throw TensorError.shapeMismatch("parts of different shapes cannot be joined")
                    }
                    UnsafeMutableRawBufferPointer(rebasing: target[start..<start + source.count])
                        .copyMemory(from: source)
                    start += source.count
                }
            }
        }
        return result
    }
}
