import CEdgeKernels
import EdgeTensors

/// Dense layers whose activations stay floats while their weights are integers of 8, 4 or 2 bits: as exact as unpacking the weights
/// first, which never happens in memory.
enum FastLowBitDense {
    /// The numbers that turn integers into weights, in the order of the kernel.
    private struct Parameters {
        let weightType: edge_weight_type
        var scales: [Float]
        /// Empty where all are 0.
        var zeroPoints: [Float]
        let group: Int

        /// Nil where the kernel does not know such weights.
        init?(_ type: ConcreteType) {
            guard let quantization = type.quantization, QuantizedCodec.supports(quantization, type) else { return nil }
            switch type.dtype {
            case .i8: weightType = EDGE_WEIGHT_I8
            case .u8: weightType = EDGE_WEIGHT_U8
            case .i4: weightType = EDGE_WEIGHT_I4
            case .i2: weightType = EDGE_WEIGHT_I2
            case .f64, .f32, .f16, .bf16, .narrow, .i64, .i32, .i16, .u64, .u32, .u16, .bool, .u4, .u2, .text:
                return nil
            }
            scales = quantization.scales
            zeroPoints = quantization.zeroPoints.allSatisfy { $0 == 0 } ? [] : quantization.zeroPoints.map(Float.init)
            switch (quantization.axis, quantization.groupSize) {
            case (nil, _):
                scales = [Float](repeating: scales[0], count: type.shape[0])
                if let zero = zeroPoints.first { zeroPoints = [Float](repeating: zero, count: type.shape[0]) }
                group = 0
            case (0?, nil): group = 0
            case (1?, let size?): group = size
            default: return nil
            }
        }
    }

    /// - Parameter weights: of shape `[out, in]`.
    static func lower(
        _ context: LoweringContext, rows: Int, weights: DenseWeights, resultShape: [Int]
    ) throws(ModelError) -> Lowered? {
        guard let parameters = Parameters(weights.type), context.declaredResult?.quantization == nil,
            let bias = try FastConvolution.floatBias(context, outputs: weights.type.shape[0])
        else { return nil }
        let residual = context.node.int(FusedActivation.residual)
        if let residual {
            let added = try context.operand(residual)
            guard added.dtype == .f32, added.shape == resultShape else { return nil }
        }
        let (low, high) = FusedActivation.bounds(context.node)
        var options = edge_dense_lowbit_options()
        options.isa = context.isa
        options.in = Int32(weights.type.shape[1])
        options.out = Int32(weights.type.shape[0])
        options.weight_type = parameters.weightType
        options.scale_group = Int32(clamping: parameters.group)
        (options.min, options.max) = residual == nil ? (low, high) : (-.infinity, .infinity)
        guard let packed = try pack(context, options, parameters, weights.tensor, bias: bias) else { return nil }
        let result = try context.result(.f32, resultShape)
        let scratch = try context.scratchBytes(packed.scratchByteCount(rows: Int32(rows)), width: 1)
        let (isa, count) = (context.isa, result.count)
        return Lowered([result], scratch: [scratch]) { memory throws(ModelError) in
            packed.run(rows: Int32(rows), memory.input(0), to: memory.output(0), scratch: memory.scratch[0])
            guard let residual else { return }
            edge_binary_f32(
                isa, EDGE_ADD, 1, count, memory.output(0), 0, 1, memory.input(residual), 0, 1, low, high,
                memory.output(0))
        }
    }

    private static func pack(
        _ context: LoweringContext, _ options: edge_dense_lowbit_options, _ parameters: Parameters, _ weights: Tensor,
        bias: [Float]
    ) throws(ModelError) -> PackedLowBitDense? {
        try context.wrap {
            try weights.withBytes { bytes in
                parameters.scales.withUnsafeBufferPointer { scales in
                    parameters.zeroPoints.withUnsafeBufferPointer { zeroPoints in
                        bias.withUnsafeBufferPointer { bias in
                            var options = options
                            options.weights = bytes.baseAddress
                            options.weight_scales = scales.baseAddress
                            options.weight_zeros = zeroPoints.isEmpty ? nil : zeroPoints.baseAddress
                            options.bias = bias.isEmpty ? nil : bias.baseAddress
                            return PackedLowBitDense(options)
                        }
                    }
                }
            }
        }
    }
}
