import EdgeTensors

/// `QuantizeLinear` and `DequantizeLinear`: where quantized and float parts of a network meet. Scales come from the quantization of the
/// value, or, where the model keeps them apart, from the operands.
enum ReferenceQuantizeLinear {
    static func quantize(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let declared = context.declared.first ?? nil
        var quantization = declared?.quantization
        var dtype = declared?.dtype ?? .u8
        if quantization == nil {
            if let zero = context.optional(2) { dtype = zero.dtype }
            quantization = try operandQuantization(context, data.shape)
        }
        guard let quantization, QuantizedCodec.canStore(dtype) else {
            throw context.fail("its result has no quantization")
        }
        let result = try context.result(dtype, data.shape, quantization)
        guard QuantizedCodec.supports(quantization, result) else {
            throw context.fail("its scales do not fit shape \(data.shape)")
        }
        if data.dtype != .f32 {
            guard let source = data.type.quantization, QuantizedCodec.supports(source, data.type) else {
                throw context.unsupported(data.dtype)
            }
            let scratch = try context.scratchBytes(result.count, width: 4)
            return Lowered([result], scratch: [scratch]) { memory throws(ModelError) in
                QuantizedCodec.dequantize(
                    memory.inputs[0], data.type, source, count: result.count, to: memory.scratch(0))
                QuantizedCodec.quantize(memory.scratch(0, as: Float.self), result, quantization, to: memory.outputs[0])
            }
        }
        return Lowered([result]) { memory throws(ModelError) in
            QuantizedCodec.quantize(memory.input(0, as: Float.self), result, quantization, to: memory.outputs[0])
        }
    }

    static func dequantize(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let result = try context.result(.f32, data.shape)
        let fromOperands = context.optional(1) == nil ? nil : try operandQuantization(context, data.shape)
        guard let quantization = data.type.quantization ?? fromOperands else {
            throw context.fail("its operand has no quantization")
        }
        var type = data.type
        type.quantization = quantization
        guard QuantizedCodec.supports(quantization, type) else {
            throw context.fail("its scales do not fit \(data.dtype.rawValue) of shape \(data.shape)")
        }
        let fixed = type
        return Lowered([result]) { memory throws(ModelError) in
            QuantizedCodec.dequantize(memory.inputs[0], fixed, quantization, count: result.count, to: memory.output(0))
        }
    }

    private static func operandQuantization(_ context: LoweringContext, _ shape: [Int]) throws(ModelError)
        -> Quantization
    {
        let scales = try context.floats(1)
        let zeroPoints = try context.optionalIntegers(2) ?? scales.map { _ in 0 }
        guard !scales.isEmpty, zeroPoints.count == scales.count else {
            throw context.fail("its scales and zero points differ in number")
        }
        if scales.count == 1, (context.node.int("block_size") ?? 0) == 0 {
            return Quantization(scale: scales[0], zeroPoint: Int32(clamping: zeroPoints[0]))
        }
        let axis = try context.axis(context.node.int("axis") ?? 1, of: shape)
        let block = context.node.int("block_size") ?? 0
        return Quantization(
            scales: scales, zeroPoints: zeroPoints.map { Int32(clamping: $0) }, axis: axis,
            groupSize: block > 0 ? block : nil)
    }
}
