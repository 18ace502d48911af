import CEdgeKernels
import EdgeTensors

/// Pooling over images with channels last.
enum FastPooling {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        guard data.shape.count == 3 || data.shape.count == 4, context.node.outputs.count == 1 else { return nil }
        let isGlobal = context.node.op == .globalAveragePool || context.node.op == .globalMaxPool
        var plain = context
        if isGlobal {
            for name in ["strides", "pads", "dilations", "auto_pad", "ceil_mode"] { plain.node.attributes[name] = nil }
        }
        let geometry = try WindowGeometry(
            plain, data: data.shape, kernel: isGlobal ? Array(data.shape[1..<(data.shape.count - 1)]) : nil)
        let countsPadding = (context.node.int("count_include_pad") ?? 0) != 0
        // A rounded-up window reaches behind the padding, which does not count; every window must meet the image.
        if countsPadding, (context.node.int("ceil_mode") ?? 0) != 0 { return nil }
        for axis in 0..<3 where geometry.output[axis] > 0 {
            if geometry.taps(axis, at: 0).isEmpty || geometry.taps(axis, at: geometry.output[axis] - 1).isEmpty {
                return nil
            }
        }
        guard let shape = edge_conv_shape(geometry, outputs: geometry.channels, groups: geometry.channels) else {
            return nil
        }
        let isMaximum = context.node.op == .maxPool || context.node.op == .globalMaxPool
        return try pool(
            context, data, shape, resultShape: geometry.outputShape(channels: geometry.channels), isMaximum,
            countsPadding)
    }

    /// The mean along neighbouring axes, as a pool over all of them.
    static func reduceMean(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        let given = try context.optionalIntegers(1) ?? context.node.ints("axes") ?? []
        var axes: [Int] = []
        for axis in given { axes.append(try context.axis(axis, of: data.shape)) }
        axes = Set(axes).sorted()
        guard let first = axes.first, let last = axes.last, last - first == axes.count - 1 else { return nil }
        let keeps = (context.node.int("keepdims") ?? 1) != 0
        let shape = data.shape.indices.compactMap { axes.contains($0) ? (keeps ? 1 : nil) : data.shape[$0] }
        let outer = data.shape[..<first].reduce(1, *)
        let extent = data.shape[first...last].reduce(1, *)
        let inner = data.shape[(last + 1)...].reduce(1, *)
        guard [outer, extent, inner].allSatisfy({ $0 > 0 && $0 < Int(Int32.max) / 4 }) else { return nil }
        let window = edge_conv_shape(
            batch: Int32(outer), in_h: Int32(extent), in_w: 1, in_c: Int32(inner), out_h: 1, out_w: 1,
            out_c: Int32(inner),
            kernel_h: Int32(extent), kernel_w: 1, stride_h: 1, stride_w: 1, dilation_h: 1, dilation_w: 1, pad_top: 0,
            pad_left: 0,
            groups: Int32(inner))
        return try pool(context, data, window, resultShape: shape, false, false)
    }

    private static func pool(
        _ context: LoweringContext, _ data: Operand, _ shape: edge_conv_shape, resultShape: [Int], _ isMaximum: Bool,
        _ countsPadding: Bool
    ) throws(ModelError) -> Lowered? {
        let isa = context.isa
        if data.dtype == .f32 {
            guard context.declaredResult?.quantization == nil else { return nil }
            let (low, high) = FusedActivation.bounds(context.node)
            return Lowered([try context.result(.f32, resultShape)]) { memory throws(ModelError) in
                var shape = shape
                if isMaximum {
                    edge_max_pool_f32(isa, &shape, low, high, memory.input(0), memory.output(0))
                } else {
                    edge_average_pool_f32(isa, &shape, countsPadding, low, high, memory.input(0), memory.output(0))
                }
            }
        }
        guard let source = data.byteScale, let target = context.resultScale, source.type == target.type else {
            return nil
        }
        if isMaximum, source.scale != target.scale || source.zeroPoint != target.zeroPoint { return nil }
        let result = try context.result(data.dtype, resultShape, context.declaredResult?.quantization)
        let (low, high) = context.clamp(target.type, scale: target.scale, zeroPoint: target.zeroPoint)
        return Lowered([result]) { memory throws(ModelError) in
            var shape = shape
            if isMaximum {
                edge_max_pool_q8(isa, source.type, &shape, low, high, memory.inputs[0], memory.outputs[0])
            } else {
                edge_average_pool_q8(
                    isa, source.type, &shape, countsPadding, source.scale, source.zeroPoint, target.scale,
                    target.zeroPoint, low, high,
                    memory.inputs[0], memory.outputs[0])
            }
        }
    }
}
