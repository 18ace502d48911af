import CEdgeKernels
import EdgeTensors

/// Between f32 and 8-bit values of one scale.
enum FastQuantize {
    static func quantize(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        guard let target = context.resultScale else { return nil }
        let result = try context.result(
            target.type == EDGE_I8 ? .i8 : .u8, data.shape, context.declaredResult?.quantization)
        let isa = context.isa
        let count = result.count
        if let source = data.byteScale {
            let multiplier = source.scale / target.scale
            return Lowered([result]) { memory throws(ModelError) in
                edge_requantize_q8(
                    isa, source.type, source.zeroPoint, multiplier, target.type, target.zeroPoint, count,
                    memory.inputs[0], memory.outputs[0])
            }
        }
        guard data.dtype == .f32 else { return nil }
        return Lowered([result]) { memory throws(ModelError) in
            edge_quantize_q8(
                isa, target.type, count, target.scale, target.zeroPoint, memory.input(0), memory.outputs[0])
        }
    }

    static func dequantize(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        guard let source = data.byteScale, context.declaredResult?.quantization == nil else { return nil }
        let result = try context.result(.f32, data.shape)
        let isa = context.isa
        return Lowered([result]) { memory throws(ModelError) in
            edge_dequantize_q8(
                isa, source.type, result.count, source.scale, source.zeroPoint, memory.inputs[0], memory.output(0))
        }
    }
}
