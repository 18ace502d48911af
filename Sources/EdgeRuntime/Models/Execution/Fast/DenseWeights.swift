import EdgeTensors

/// Constant weights of a dense layer, brought into the order and the types that kernels know.
struct DenseWeights {
    private(set) var tensor: Tensor
    private(set) var type: ConcreteType

    /// Brings weights to `[out, in]`, quantized or not.
    ///
    /// - Parameter areTransposed: whether they lie so already; else they are `[in, out]`.
    init(_ tensor: Tensor, _ type: ConcreteType, areTransposed: Bool) throws {
        self.tensor = tensor
        self.type = type
        if !areTransposed { try transpose() }
        if type.dtype == .u4 { try makeSigned() }
    }

    private mutating func transpose() throws {
        let shape = [type.shape[1], type.shape[0]]
        let result = try Tensor(zeros: shape, dtype: type.dtype)
        let stored = type
        try tensor.withBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            if stored.dtype.isPacked {
                Self.transposePacked(source, stored, to: result.storage.base)
            } else {
                StridedCopy(shape: shape, strides: [1, stored.shape[1]], width: stored.dtype.bits / 8)
                    .run(from: source, to: result.storage.base)
            }
        }
        var quantization = type.quantization
        if let known = quantization, let axis = known.axis {
            quantization?.axis = 1 - axis
            if known.groupSize != nil, let size = known.groupSize, size > 0 {
                // Scales lie as the weights do, with the grouped axis divided.
                var extents = type.shape
                extents[axis] = (extents[axis] + size - 1) / size
                quantization?.scales = Self.transposed(known.scales, rows: extents[0], columns: extents[1])
                quantization?.zeroPoints = Self.transposed(known.zeroPoints, rows: extents[0], columns: extents[1])
            }
        }
        tensor = result
        type = ConcreteType(stored.dtype, shape, quantization)
    }

    /// - Parameter target: bytes of zero.
    private static func transposePacked(
        _ source: UnsafeRawPointer, _ type: ConcreteType, to target: UnsafeMutableRawPointer
    ) {
        let bits = type.dtype.bits
        let perByte = 8 / bits
        let mask = (1 << bits) - 1
        let (rows, columns) = (type.shape[0], type.shape[1])
        let from = source.assumingMemoryBound(to: UInt8.self)
        let to = target.assumingMemoryBound(to: UInt8.self)
        var place = 0
        for column in 0..<columns {
            for row in 0..<rows {
                let index = row * columns + column
                let number = Int(from[index / perByte]) >> (index % perByte * bits) & mask
                to[place / perByte] |= UInt8(truncatingIfNeeded: number << (place % perByte * bits))
                place += 1
            }
        }
    }

    private static func transposed<T>(_ numbers: [T], rows: Int, columns: Int) -> [T] {
        guard numbers.count == rows * columns else { return numbers }
        return (0..<columns).flatMap { column in (0..<rows).map { row in numbers[row * columns + column] } }
    }

    /// Unsigned 4-bit numbers less 8, and their zero points with them: kernels know signed ones.
    private mutating func makeSigned() throws {
        let bytes = try tensor.withBytes { source in source.map { $0 ^ 0x88 } }
        tensor = try Tensor(bytes: bytes, shape: type.shape, dtype: .i4)
        var quantization = type.quantization
        if let known = quantization { quantization?.zeroPoints = known.zeroPoints.map { $0 &- 8 } }
        type = ConcreteType(.i4, type.shape, quantization)
    }
}
