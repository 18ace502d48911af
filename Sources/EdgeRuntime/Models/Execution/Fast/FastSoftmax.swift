import CEdgeKernels
import EdgeTensors

/// Softmax along the last axis.
enum FastSoftmax {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        let layout = try ReferenceSoftmax.layout(context, data.shape)
        guard layout.inner == 1, layout.outer > 0, layout.extent > 0 else { return nil }
        let beta = context.node.float("beta") ?? 1
        let isa = context.isa
        if data.dtype == .f32, !ThroughFloat.applies(to: context) {
            return Lowered([try context.result(.f32, data.shape)]) { memory throws(ModelError) in
                edge_softmax_f32(isa, layout.outer, layout.extent, beta, memory.input(0), memory.output(0))
            }
        }
        guard let source = data.byteScale, let target = context.resultScale, source.type == target.type else {
            return nil
        }
        let result = try context.result(data.dtype, data.shape, context.declaredResult?.quantization)
        return Lowered([result]) { memory throws(ModelError) in
            edge_softmax_q8(
                isa, source.type, layout.outer, layout.extent, beta * source.scale, target.scale, target.zeroPoint,
                memory.inputs[0],
                memory.outputs[0])
        }
    }
}
