import CEdgeKernels
import EdgeTensors

/// Constant weights in the form that the quantized kernels take.
struct QuantizedWeights {
    let type: edge_weight_type
    let zeroPoint: Int32
    /// One for each output channel, or for each group of input channels of each.
    let scales: [Float]
    /// Input channels that share a scale, 0 for one scale a channel.
    let group: Int

    /// Nil where the kernels do not know such weights.
    ///
    /// - Parameter shape: `[out, in / groups, kernel…]`.
    init?(_ type: ConcreteType, shape: [Int]) {
        guard let quantization = type.quantization, QuantizedCodec.supports(quantization, type), shape.count >= 2,
            let zero = quantization.zeroPoints.first, (-128...255).contains(zero),
            quantization.scales.allSatisfy({ abs($0) <= 1e30 }),
            quantization.zeroPoints.allSatisfy({ $0 == zero })
        else { return nil }
        switch type.dtype {
        case .i8: self.type = EDGE_WEIGHT_I8
        case .u8: self.type = EDGE_WEIGHT_U8
        case .i4: self.type = EDGE_WEIGHT_I4
        case .i2: self.type = EDGE_WEIGHT_I2
        case .f64, .f32, .f16, .bf16, .narrow, .i64, .i32, .i16, .u64, .u32, .u16, .bool, .u4, .u2, .text: return nil
        }
        zeroPoint = zero
        let outputs = shape[0]
        switch (quantization.axis, quantization.groupSize) {
        case (nil, _):
            scales = [Float](repeating: quantization.scales[0], count: outputs)
            group = 0
        case (0?, nil):
            scales = quantization.scales
            group = 0
        case (1?, let size?):
            // Groups run along the input channels; windows of more than one tap would have a scale for each tap.
            guard shape[2...].allSatisfy({ $0 == 1 }) else { return nil }
            scales = quantization.scales
            group = size
        default: return nil
        }
    }
}
