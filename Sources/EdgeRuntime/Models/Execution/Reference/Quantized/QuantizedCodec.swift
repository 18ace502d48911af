import EdgeTensors

/// Between stored integers and the real numbers they stand for, for every integer type and every kind of quantization.
enum QuantizedCodec {
    /// Whether the scales fit the shape, so that the functions below may trust them.
    static func supports(_ quantization: Quantization, _ type: ConcreteType) -> Bool {
        guard quantization.zeroPoints.count == quantization.scales.count, reader(of: type.dtype) != nil else {
            return false
        }
        guard let axis = quantization.axis else { return quantization.scales.count == 1 }
        guard type.shape.indices.contains(axis) else { return false }
        guard let groupSize = quantization.groupSize else { return quantization.scales.count == type.shape[axis] }
        guard groupSize > 0 else { return false }
        var groups = type.shape
        groups[axis] = (groups[axis] + groupSize - 1) / groupSize
        return quantization.scales.count == groups.reduce(1, *)
    }

    /// Writes `count` real numbers, starting with the element at `first`.
    static func dequantize(
        _ source: UnsafeRawPointer, _ type: ConcreteType, _ quantization: Quantization, first: Int = 0, count: Int,
        to target: UnsafeMutablePointer<Float>
    ) {
        guard let read = reader(of: type.dtype) else { return }
        walk(type.shape, quantization, first: first, count: count) { position, run, scale, zeroPoint in
            for element in position..<position + run {
                target[element - first] = Float(read(source, element) - Int64(zeroPoint)) * scale
            }
        }
    }

    /// Writes the integers nearest to `real / scale + zeroPoint` that the type holds.
    static func quantize(
        _ source: UnsafePointer<Float>, _ type: ConcreteType, _ quantization: Quantization,
        to target: UnsafeMutableRawPointer
    ) {
        let count = type.count
        func store<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) {
            let target = target.assumingMemoryBound(to: T.self)
            walk(type.shape, quantization, first: 0, count: count) { position, run, scale, zeroPoint in
                for element in position..<position + run {
                    target[element] = saturated(source[element], scale: scale, zeroPoint: zeroPoint)
                }
            }
        }
        switch type.dtype {
        case .i8: store(Int8.self)
        case .u8: store(UInt8.self)
        case .i16: store(Int16.self)
        case .u16: store(UInt16.self)
        case .i32: store(Int32.self)
        case .i4, .u4, .i2, .u2:
            guard let write = ElementCodec.integerWriter(of: type.dtype) else { return }
            let bounds = PackedIntegers.range(of: type.dtype)
            walk(type.shape, quantization, first: 0, count: count) { position, run, scale, zeroPoint in
                for element in position..<position + run {
                    let value: Int64 = saturated(source[element], scale: scale, zeroPoint: zeroPoint)
                    write(target, element, min(max(value, bounds.lowerBound), bounds.upperBound))
                }
            }
        case .f64, .f32, .f16, .bf16, .narrow, .i64, .u64, .u32, .bool, .text: break
        }
    }

    /// The types that `quantize` can write.
    static func canStore(_ dtype: DType) -> Bool {
        switch dtype {
        case .i8, .u8, .i16, .u16, .i32, .i4, .u4, .i2, .u2: true
        case .f64, .f32, .f16, .bf16, .narrow, .i64, .u64, .u32, .bool, .text: false
        }
    }

    /// The nearest integer that fits; NaN becomes the zero point.
    @inline(__always) static func saturated<T: FixedWidthInteger>(_ value: Float, scale: Float, zeroPoint: Int32) -> T {
        let scaled = (value / scale).rounded(.toNearestOrEven)
        if scaled.isNaN { return T(clamping: zeroPoint) }
        return T(clamping: Int64(min(max(scaled, -0x1p40), 0x1p40)) + Int64(zeroPoint))
    }

    /// Calls `body` for runs of elements that share a scale: first element, count, scale, zero point.
    @inline(__always) private static func walk(
        _ shape: [Int], _ quantization: Quantization, first: Int, count: Int, _ body: (Int, Int, Float, Int32) -> Void
    ) {
        guard let axis = quantization.axis else {
            body(first, count, quantization.scales[0], quantization.zeroPoints[0])
            return
        }
        let inner = shape[(axis + 1)...].reduce(1, *)
        let extent = shape[axis]
        let groupSize = quantization.groupSize
        let groups = groupSize.map { (extent + $0 - 1) / $0 } ?? 0
        var position = first
        let end = first + count
        while position < end {
            let along = position / inner % extent
            let run = min(inner - position % inner, end - position)
            var index = along
            if let groupSize {
                // Scales lie in C order of the shape whose axis counts groups.
                index = ((position / inner / extent) * groups + along / groupSize) * inner + position % inner
                for element in 0..<run {
                    body(
                        position + element, 1, quantization.scales[index + element],
                        quantization.zeroPoints[index + element])
                }
            } else {
                body(position, run, quantization.scales[index], quantization.zeroPoints[index])
            }
            position += run
        }
    }

    /// How an element is read, nil for types that do not stand for real numbers.
    static func reader(of dtype: DType) -> ((UnsafeRawPointer, Int) -> Int64)? {
        switch dtype {
        case .i64: { $0.assumingMemoryBound(to: Int64.self)[$1] }
        case .i32: { Int64($0.assumingMemoryBound(to: Int32.self)[$1]) }
        case .i16: { Int64($0.assumingMemoryBound(to: Int16.self)[$1]) }
        case .u16: { Int64($0.assumingMemoryBound(to: UInt16.self)[$1]) }
        case .i8: { Int64($0.assumingMemoryBound(to: Int8.self)[$1]) }
        case .u8: { Int64($0.assumingMemoryBound(to: UInt8.self)[$1]) }
        case .i4: { Int64(Int8(bitPattern: nibble($0, $1) << 4) >> 4) }
        case .u4: { Int64(nibble($0, $1)) }
        case .i2: { Int64(Int8(bitPattern: quarter($0, $1) << 6) >> 6) }
        case .u2: { Int64(quarter($0, $1)) }
        case .f64, .f32, .f16, .bf16, .narrow, .u64, .u32, .bool, .text: nil
        }
    }

    private static func nibble(_ base: UnsafeRawPointer, _ position: Int) -> UInt8 {
        (base.load(fromByteOffset: position / 2, as: UInt8.self) >> UInt8(position % 2 * 4)) & 15
    }

    private static func quarter(_ base: UnsafeRawPointer, _ position: Int) -> UInt8 {
        (base.load(fromByteOffset: position / 4, as: UInt8.self) >> UInt8(position % 4 * 2)) & 3
    }
}
