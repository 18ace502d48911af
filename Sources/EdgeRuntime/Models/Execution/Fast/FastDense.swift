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
        let (tensor, type) = transposes ? (constant, weights.type) : try transposed(context, constant, weights.type)
        guard tensor.shape == [columns, depth] else { return nil }
        var shape = edge_dense_shape(Int32(rows), Int32(depth), Int32(columns))
        if context.node.int("dynamic_activations") == 1 {
            // Each row is a sample with a scale of its own.
            shape = edge_dense_shape(1, Int32(depth), Int32(columns))
            shape.batch = Int32(rows)
        }
        return try FastConvolution.lower(
            context, shape, weights: tensor, type: type, resultShape: data.shape.dropLast() + [columns])
    }

    /// `[in, out]` as `[out, in]`; the same tensor where it cannot be done.
    private static func transposed(
        _ context: LoweringContext, _ tensor: Tensor, _ type: ConcreteType
    ) throws(ModelError) -> (Tensor, ConcreteType) {
        guard !type.dtype.isPacked, type.quantization?.groupSize == nil else { return (tensor, type) }
        let shape = [type.shape[1], type.shape[0]]
        var quantization = type.quantization
        if let axis = quantization?.axis { quantization?.axis = 1 - axis }
        let copy = StridedCopy(shape: shape, strides: [1, type.shape[1]], width: type.dtype.bits / 8)
        let result = try context.wrap { () throws -> Tensor in
            let result = try Tensor(zeros: shape, dtype: type.dtype)
            try tensor.withBytes { if let source = $0.baseAddress { copy.run(from: source, to: result.storage.base) } }
            return result
        }
        return (result, ConcreteType(type.dtype, shape, quantization))
    }
}
