package import EdgeModels
package import EdgeTensors

extension Tensor {
    /// These samples (rows of axis 0) in the shape and type of a model's input.
    ///
    /// The axes behind the first may be cut differently as long as a sample has as many numbers. A quantized input takes real
    /// numbers rounded to its quantization; integers of its own type go in as they are.
    package func fitted(to type: TensorType) throws -> Tensor {
        try reshapedSamples(to: type).converted(to: type)
    }

    private func reshapedSamples(to type: TensorType) throws -> Tensor {
        guard let wanted = type.shape, let rows = shape.first else { return self }
        let fixed = wanted.dropFirst().map(\.fixedValue)
        let own = Array(shape.dropFirst())
        if fixed.count == own.count, zip(fixed, own).allSatisfy({ $0 == nil || $0 == $1 }) { return self }
        let known = fixed.compactMap { $0 }.reduce(1, *)
        let perSample = own.reduce(1, *)
        let unknown = fixed.count { $0 == nil }
        guard unknown <= 1, known > 0, perSample % known == 0, unknown == 1 || perSample == known else {
            throw TrainingError.mismatch(
                "data of shape \(shape), which is \(rows) samples of shape \(own), does not fit the model's input of "
                    + "shape [\(wanted.map(\.description).joined(separator: ", "))]")
        }
        return try reshaped([rows] + fixed.map { $0 ?? perSample / known })
    }

    private func converted(to type: TensorType) throws -> Tensor {
        if dtype == type.dtype { return self }
        let numbers = try realNumbers()
        if let quantization = type.quantization, dtype.isFloat, let scale = quantization.scales.first, scale > 0 {
            let zero = Double(quantization.zeroPoints.first ?? 0)
            return try Tensor.integers(
                numbers.map { ($0 / Double(scale)).rounded(.toNearestOrEven) + zero }, shape: shape, dtype: type.dtype)
        }
        guard type.dtype == .f32 else { return try Tensor.integers(numbers, shape: shape, dtype: type.dtype) }
        return try Tensor(numbers.map { Float($0) }, shape: shape)
    }

    /// Whole numbers in a type, saturated to its range; NaN becomes zero.
    private static func integers(_ numbers: [Double], shape: [Int], dtype: DType) throws -> Tensor {
        func saturated<Element: FixedWidthInteger>(_ type: Element.Type) -> [Element] {
            numbers.map { number in
                if number.isNaN { return 0 }
                if number >= Double(Element.max) { return Element.max }
                return number <= Double(Element.min) ? Element.min : Element(number)
            }
        }
        return switch dtype {
        case .i64: try Tensor(saturated(Int64.self), shape: shape)
        case .i32: try Tensor(saturated(Int32.self), shape: shape)
        case .i16: try Tensor(saturated(Int16.self), shape: shape)
        case .i8: try Tensor(saturated(Int8.self), shape: shape)
        case .u64: try Tensor(saturated(UInt64.self), shape: shape)
        case .u32: try Tensor(saturated(UInt32.self), shape: shape)
        case .u16: try Tensor(saturated(UInt16.self), shape: shape)
        case .u8: try Tensor(saturated(UInt8.self), shape: shape)
        case .bool: try Tensor(numbers.map { $0 != 0 }, shape: shape)
        case .f64: try Tensor(numbers, shape: shape)
        case .f32, .f16, .bf16, .narrow, .i4, .u4, .i2, .u2, .text:
            throw TrainingError.mismatch("samples cannot be turned into \(dtype.rawValue)")
        }
    }

    /// The real numbers that the elements stand for.
    package func realNumbers(as quantization: Quantization?) throws -> [Float] {
        let numbers = try realNumbers()
        guard let quantization, !dtype.isFloat, quantization.axis == nil, let scale = quantization.scales.first else {
            return numbers.map { Float($0) }
        }
        let zero = Double(quantization.zeroPoints.first ?? 0)
        return numbers.map { Float(($0 - zero) * Double(scale)) }
    }
}
