import CEdgeKernels
import EdgeTensors

/// Dense layers and products of activations.
enum FastDense {
    static func gemm(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        let weights = try context.operand(1)
        guard let constant = weights.constant, data.shape.count >= 2, weights.shape.count == 2,
            (context.node.int("transA") ?? 0) == 0, (context.node.float("alpha") ?? 1) == 1,
            (context.node.float("beta") ?? 1) == 1
        else { return nil }
        let transposes = (context.node.int("transB") ?? 0) != 0
        let depth = weights.shape[transposes ? 1 : 0]
        let columns = weights.shape[transposes ? 0 : 1]
        let rows = data.shape.dropLast().reduce(1, *)
        guard data.shape.last == depth, rows > 0, depth > 0, columns > 0,
            max(rows, max(depth, columns)) < Int(Int32.max) / 4
        else {
            return nil
        }
        // A bias for each row is not what the kernels add.
        if let bias = context.optional(2), context.node.int(FusedActivation.residual) != 2 {
            guard bias.shape.last ?? 1 == bias.type.count, bias.type.count == columns || bias.type.count == 1 else {
                return nil
            }
        }
        guard weights.dtype == .f32 || weights.type.quantization != nil else { return nil }
        let matrix = try context.wrap { try DenseWeights(constant, weights.type, areTransposed: transposes) }
        let resultShape: [Int] = Array(data.shape.dropLast()) + [columns]
        let isDynamic = context.node.int("dynamic_activations") == 1
        if weights.dtype != .f32, data.dtype == .f32, !isDynamic {
            return try FastLowBitDense.lower(context, rows: rows, weights: matrix, resultShape: resultShape)
        }
        var shape = edge_dense_shape(Int32(rows), Int32(depth), Int32(columns))
        if isDynamic {
            // Each row is a sample with a scale of its own.
            shape = edge_dense_shape(1, Int32(depth), Int32(columns))
            shape.batch = Int32(rows)
        }
        return try FastConvolution.lower(
            context, shape, weights: matrix.tensor, type: matrix.type, resultShape: resultShape)
    }
}
