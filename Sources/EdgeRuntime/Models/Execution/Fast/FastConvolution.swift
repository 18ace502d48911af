import CEdgeKernels
import EdgeTensors

/// Convolutions and dense layers with constant weights.
enum FastConvolution {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        let weights = try context.operand(1)
        guard let constant = weights.constant, data.shape.count >= 3, weights.shape.count == data.shape.count else {
            return nil
        }
        let geometry = try WindowGeometry(context, data: data.shape, kernel: Array(weights.shape[2...]))
        let groups = context.node.int("group") ?? 1
        guard groups > 0, weights.shape[0] % groups == 0, geometry.channels % groups == 0,
            weights.shape[1] == geometry.channels / groups,
            let shape = edge_conv_shape(geometry, outputs: weights.shape[0], groups: groups)
        else { return nil }
        return try lower(
            context, shape, weights: constant, type: weights.type,
            resultShape: geometry.outputShape(channels: weights.shape[0]))
    }

    /// Packs a layer, convolution or dense, float or quantized.
    ///
    /// - Parameter weights: `[out, in / groups, kernel…]`, of the given type.
    static func lower(
        _ context: LoweringContext, _ shape: edge_conv_shape, weights: Tensor, type: ConcreteType, resultShape: [Int]
    ) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        let residual = context.node.int(FusedActivation.residual)
        if let residual, try context.operand(residual).shape != resultShape { return nil }
        if weights.dtype == .f32 {
            guard data.dtype == .f32, context.declaredResult?.quantization == nil else { return nil }
            return try float(context, shape, weights, resultShape: resultShape, residual: residual)
        }
        return try quantized(context, shape, weights, type, resultShape: resultShape, residual: residual)
    }

    private static func float(
        _ context: LoweringContext, _ shape: edge_conv_shape, _ weights: Tensor, resultShape: [Int], residual: Int?
    ) throws(ModelError) -> Lowered? {
        if let residual, try context.operand(residual).dtype != .f32 { return nil }
        guard let bias = try floatBias(context, outputs: Int(shape.out_c)) else { return nil }
        let (low, high) = FusedActivation.bounds(context.node)
        let isa = context.isa
        let packed = try context.wrap {
            try weights.withElements(of: Float.self) { weights in
                bias.withUnsafeBufferPointer { bias in
                    weights.baseAddress.flatMap {
                        PackedFloatConvolution(
                            isa: isa, shape: shape, weights: $0, bias: bias.isEmpty ? nil : bias.baseAddress, low: low,
                            high: high)
                    }
                }
            }
        }
        guard let packed else { return nil }
        let result = try context.result(.f32, resultShape)
        let scratch = try context.scratchBytes(packed.scratchByteCount, width: 1)
        return Lowered([result], scratch: [scratch], inPlace: residual.map { [$0] } ?? []) {
            memory throws(ModelError) in
            packed.run(
                memory.input(0), residual: residual.map { UnsafePointer(memory.input($0, as: Float.self)) },
                to: memory.output(0),
                scratch: memory.scratch[0])
        }
    }

    /// The bias as real numbers, empty where there is none; nil where it is not constant or does not fit.
    static func floatBias(_ context: LoweringContext, outputs: Int) throws(ModelError) -> [Float]? {
        guard context.node.int(FusedActivation.residual) != 2, let operand = context.optional(2) else { return [] }
        guard let constant = operand.constant, constant.count == outputs || constant.count == 1 else { return nil }
        var values: [Float]
        if constant.dtype == .f32 {
            values = try context.floats(2)
        } else {
            guard let quantization = operand.type.quantization, QuantizedCodec.supports(quantization, operand.type)
            else { return nil }
            values = [Float](repeating: 0, count: constant.count)
            try context.wrap {
                try constant.withBytes { source in
                    values.withUnsafeMutableBufferPointer { target in
                        if let source = source.baseAddress, let target = target.baseAddress {
                            QuantizedCodec.dequantize(
                                source, operand.type, quantization, count: constant.count, to: target)
                        }
                    }
                }
            }
        }
        return values.count == outputs ? values : [Float](repeating: values[0], count: outputs)
    }

    /// The bias in units of input scale times weight scale, where it is stored so.
    private static func integerBias(
        _ context: LoweringContext, inputScale: Float, weights: QuantizedWeights, outputs: Int
    ) throws(ModelError) -> [Int32]? {
        guard context.node.int(FusedActivation.residual) != 2, let operand = context.optional(2), operand.dtype == .i32,
            let constant = operand.constant, constant.count == outputs, weights.group == 0
        else { return nil }
        if let quantization = operand.type.quantization {
            guard quantization.zeroPoints.allSatisfy({ $0 == 0 }),
                quantization.scales.count == 1 || quantization.scales.count == outputs
            else { return nil }
            for channel in 0..<outputs {
                let expected = inputScale * weights.scales[channel]
                let scale = quantization.scales[quantization.scales.count == 1 ? 0 : channel]
                guard abs(scale - expected) <= 1e-4 * expected else { return nil }
            }
        }
        return try context.wrap { try constant.elements(as: Int32.self) }
    }

    private static func quantized(
        _ context: LoweringContext, _ shape: edge_conv_shape, _ weights: Tensor, _ type: ConcreteType,
        resultShape: [Int], residual: Int?
    ) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        let isDynamic = data.dtype == .f32 && context.node.int("dynamic_activations") == 1
        guard let packing = QuantizedWeights(type, shape: weights.shape), isDynamic || data.byteScale != nil else {
            return nil
        }
        var options = edge_conv_q8_options()
        options.isa = context.isa
        options.shape = shape
        // Each sample has a scale of its own, or the largest of a batch would decide how finely the others are seen.
        let samples = Int(shape.batch)
        let isDense =
            shape.in_h == 1 && shape.in_w == 1 && shape.kernel_h == 1 && shape.kernel_w == 1 && shape.groups == 1
        if isDynamic {
            options.shape.batch = 1
            // Rows of a dense layer share the reading of its weights.
            if isDense { options.shape = edge_dense_shape(shape.batch, shape.in_c, shape.out_c) }
        }
        options.weight_type = packing.type
        options.weight_zero = packing.zeroPoint
        options.scale_group = Int32(clamping: packing.group)
        if let (type, scale, zeroPoint) = data.byteScale {
            options.input_type = type
            options.input_scale = scale
            options.input_zero = zeroPoint
        }
        let result: ConcreteType
        if let (type, scale, zeroPoint) = context.resultScale, !isDynamic {
            (options.output_type, options.output_scale, options.output_zero) =
                (type == EDGE_I8 ? EDGE_OUTPUT_I8 : EDGE_OUTPUT_U8, scale, zeroPoint)
            (options.output_min, options.output_max) = context.clamp(type, scale: scale, zeroPoint: zeroPoint)
            result = try context.result(type == EDGE_I8 ? .i8 : .u8, resultShape, context.declaredResult?.quantization)
            if let residual, try !addResidual(context, residual, type, &options) { return nil }
        } else {
            guard context.declaredResult?.quantization == nil, residual == nil else { return nil }
            options.output_type = EDGE_OUTPUT_F32
            (options.min, options.max) = FusedActivation.bounds(context.node)
            result = try context.result(.f32, resultShape)
        }
        let outputs = Int(shape.out_c)
        let integers =
            isDynamic
            ? nil : try integerBias(context, inputScale: options.input_scale, weights: packing, outputs: outputs)
        guard let floats = try integers == nil ? floatBias(context, outputs: outputs) : [] else { return nil }
        guard let packed = try pack(context, options, packing, weights, integers: integers ?? [], floats: floats) else {
            return nil
        }
        let scratch = try context.scratchBytes(packed.scratchByteCount, width: 1)
        if isDynamic {
            let inputCount = Int(shape.in_h) * Int(shape.in_w) * Int(shape.in_c)
            let outputCount = Int(shape.out_h) * Int(shape.out_w) * Int(shape.out_c)
            return Lowered([result], scratch: [scratch]) { memory throws(ModelError) in
                // A row comes out the same to the bit, alone or among others.
                if isDense {
                    return packed.runDynamicRows(memory.input(0), to: memory.output(0), scratch: memory.scratch[0])
                }
                for sample in 0..<samples {
                    packed.runDynamic(
                        memory.input(0) + sample * inputCount, to: memory.output(0) + sample * outputCount,
                        scratch: memory.scratch[0])
                }
            }
        }
        // The sum is a second pass over the finished output, so that the residual may not share its memory.
        return Lowered([result], scratch: [scratch]) { memory throws(ModelError) in
            packed.run(
                memory.inputs[0], residual: residual.map { UnsafeRawPointer(memory.inputs[$0]) }, to: memory.outputs[0],
                scratch: memory.scratch[0])
        }
    }

    /// The fused sum: the node's result is the sum's, the convolution's own rounding is kept in attributes.
    private static func addResidual(
        _ context: LoweringContext, _ residual: Int, _ type: edge_q8, _ options: inout edge_conv_q8_options
    ) throws(ModelError) -> Bool {
        guard let (residualType, scale, zeroPoint) = try context.operand(residual).byteScale, residualType == type,
            let innerScale = context.node.float(ResidualFusion.innerScale),
            let innerZero = context.node.int(ResidualFusion.innerZeroPoint)
        else { return false }
        options.add_residual = true
        options.residual_scale = scale
        options.residual_zero = zeroPoint
        (options.sum_scale, options.sum_zero) = (options.output_scale, options.output_zero)
        (options.sum_min, options.sum_max) = (options.output_min, options.output_max)
        options.output_scale = innerScale
        options.output_zero = Int32(clamping: innerZero)
        (options.output_min, options.output_max) = type == EDGE_I8 ? (-128, 127) : (0, 255)
        return true
    }

    private static func pack(
        _ context: LoweringContext, _ options: edge_conv_q8_options, _ packing: QuantizedWeights, _ weights: Tensor,
        integers: [Int32],
        floats: [Float]
    ) throws(ModelError) -> PackedQuantizedConvolution? {
        try context.wrap {
            try weights.withBytes { bytes in
                packing.scales.withUnsafeBufferPointer { scales in
                    integers.withUnsafeBufferPointer { integers in
                        floats.withUnsafeBufferPointer { floats in
                            var options = options
                            options.weights = bytes.baseAddress
                            options.weight_scales = scales.baseAddress
                            options.bias = integers.isEmpty ? nil : integers.baseAddress
                            options.bias_f32 = floats.isEmpty ? nil : floats.baseAddress
                            return PackedQuantizedConvolution(options)
                        }
                    }
                }
            }
        }
    }
}
