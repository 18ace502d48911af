import CEdgeKernels
import EdgeTensors

/// Layer normalization over the trailing axes of floats.
enum FastNormalization {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        let scale = try context.operand(1)
        let bias = context.optional(2)
        let axis = try context.axis(context.node.int("axis") ?? -1, of: data.shape)
        let trailing = Array(data.shape[axis...])
        let (rows, columns) = (data.shape[..<axis].reduce(1, *), trailing.reduce(1, *))
        guard data.dtype == .f32, context.node.outputs.count == 1, rows > 0, columns > 0,
            !ThroughFloat.applies(to: context), scale.dtype == .f32, scale.shape == trailing,
            bias == nil || bias?.dtype == .f32 && bias?.shape == trailing
        else { return nil }
        let epsilon = context.node.float("epsilon") ?? 1e-5
        let hasBias = bias != nil
        let isa = context.isa
        return Lowered([try context.result(.f32, data.shape)]) { memory throws(ModelError) in
            edge_layer_norm_f32(
                isa, rows, columns, epsilon, memory.input(1),
                hasBias ? UnsafePointer(memory.input(2, as: Float.self)) : nil,
                memory.input(0), memory.output(0))
        }
    }
}
