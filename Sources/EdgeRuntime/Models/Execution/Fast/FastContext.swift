import CEdgeKernels
import EdgeTensors

extension LoweringContext {
    /// The instruction set that kernels may use.
    var isa: edge_isa { options.kernels == .scalar ? EDGE_ISA_SCALAR : edge_isa_detected() }

    /// The type that the graph declares for the first result.
    var declaredResult: TensorType? { declared.first ?? nil }

    /// A scale and zero point for the whole first result, where it is 8-bit.
    var resultScale: (type: edge_q8, scale: Float, zeroPoint: Int32)? {
        guard let declared = declaredResult, let type = edge_q8(declared.dtype),
            let quantization = declared.quantization,
            quantization.axis == nil, quantization.scales.count == 1, quantization.zeroPoints.count == 1,
            type.accepts(scale: quantization.scales[0], zeroPoint: quantization.zeroPoints[0])
        else { return nil }
        return (type, quantization.scales[0], quantization.zeroPoints[0])
    }

    /// The fused clamp as stored integers of a type.
    func clamp(_ type: edge_q8, scale: Float, zeroPoint: Int32) -> (low: Int32, high: Int32) {
        let (low, high) = FusedActivation.bounds(node)
        let (least, most): (Int32, Int32) = type == EDGE_I8 ? (-128, 127) : (0, 255)
        func stored(_ bound: Float) -> Int32 {
            let scaled = (bound / scale).rounded(.toNearestOrEven) + Float(zeroPoint)
            return scaled.isNaN ? zeroPoint : Int32(min(max(scaled, Float(least)), Float(most)))
        }
        let first = low == -.infinity ? least : stored(low)
        return (first, max(first, high == .infinity ? most : stored(high)))
    }
}

extension Operand {
    /// A scale and zero point for the whole operand, where it is 8-bit.
    var byteScale: (type: edge_q8, scale: Float, zeroPoint: Int32)? {
        guard let type = edge_q8(dtype), let (scale, zeroPoint) = self.type.scale,
            type.accepts(scale: scale, zeroPoint: zeroPoint)
        else { return nil }
        return (type, scale, zeroPoint)
    }
}

extension edge_q8 {
    /// Whether a quantization is one that the kernels compute with; odd ones go the plain way.
    func accepts(scale: Float, zeroPoint: Int32) -> Bool {
        scale >= 1e-30 && scale <= 1e30
            && (self == EDGE_I8 ? (-128...127).contains(zeroPoint) : (0...255).contains(zeroPoint))
    }

    init?(_ dtype: DType) {
        switch dtype {
        case .i8: self = EDGE_I8
        case .u8: self = EDGE_U8
        case .f64, .f32, .f16, .bf16, .narrow, .i64, .i32, .i16, .u64, .u32, .u16, .bool, .i4, .u4, .i2, .u2, .text:
            return nil
        }
    }
}

extension edge_conv_shape {
    /// A window over images with channels last, nil where the kernels do not know such shapes.
    init?(_ geometry: WindowGeometry, outputs: Int, groups: Int) {
        guard geometry.input[0] == 1, geometry.output[0] == 1, geometry.kernel[0] == 1 else { return nil }
        let extents =
            [geometry.batch, geometry.channels, outputs, groups] + geometry.input + geometry.output + geometry.kernel
            + geometry.strides + geometry.dilations + geometry.pads
        guard extents.allSatisfy({ $0 >= 0 && $0 < Int(Int32.max) / 4 }), !geometry.input.contains(0),
            !geometry.output.contains(0),
            geometry.batch > 0, geometry.channels > 0, outputs > 0
        else { return nil }
        self.init(
            batch: Int32(geometry.batch), in_h: Int32(geometry.input[1]), in_w: Int32(geometry.input[2]),
            in_c: Int32(geometry.channels),
            out_h: Int32(geometry.output[1]), out_w: Int32(geometry.output[2]), out_c: Int32(outputs),
            kernel_h: Int32(geometry.kernel[1]), kernel_w: Int32(geometry.kernel[2]),
            stride_h: Int32(geometry.strides[1]),
            stride_w: Int32(geometry.strides[2]), dilation_h: Int32(geometry.dilations[1]),
            dilation_w: Int32(geometry.dilations[2]),
            pad_top: Int32(geometry.pads[1]), pad_left: Int32(geometry.pads[2]), groups: Int32(groups))
    }
}
