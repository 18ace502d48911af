import EdgeTensors

/// Weights that are read one row (output channel) at a time as floats: quantized ones are unpacked into a row of scratch, so that no
/// float copy of a network ever exists.
struct WeightRows {
    let shape: [Int]
    let rowLength: Int
    private let type: ConcreteType

    /// - Throws: `ModelError` where the weights are neither f32 nor quantized.
    init(_ context: LoweringContext, _ position: Int) throws(ModelError) {
        let operand = try context.operand(position)
        guard operand.dtype == .f32 || operand.type.quantization != nil else {
            throw context.unsupported(operand.dtype)
        }
        guard !operand.shape.isEmpty else { throw context.fail("its weights have no axes") }
        if let quantization = operand.type.quantization, !QuantizedCodec.supports(quantization, operand.type) {
            throw context.fail("the quantization of its weights is not supported")
        }
        shape = operand.shape
        rowLength = operand.shape[1...].reduce(1, *)
        type = operand.type
    }

    /// The elements of one row, in `scratch` (of `rowLength` floats) where they are quantized.
    @inline(__always) func row(
        _ row: Int, of weights: UnsafeRawPointer, scratch: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        guard let quantization = type.quantization else {
            return weights.assumingMemoryBound(to: Float.self) + row * rowLength
        }
        QuantizedCodec.dequantize(
            weights, type, quantization, first: row * rowLength, count: rowLength, to: scratch)
        return UnsafePointer(scratch)
    }
}
