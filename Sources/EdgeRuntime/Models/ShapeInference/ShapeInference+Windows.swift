import EdgeTensors

/// Operators that slide a window over the spatial axes: convolution and pooling, and what resizes these axes.
extension ShapeInference {
    /// Where batch, channels and spatial axes stand for a layout.
    func spatialAxes(rank: Int, layout: Layout) -> (channel: Int, spatial: Range<Int>) {
        layout == .channelsFirst ? (1, 2..<rank) : (rank - 1, 1..<(rank - 1))
    }

    mutating func inferWindow(_ node: inout Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        let rank = shape.count
        guard rank >= 3 else { throw ModelError.shape(node, "the data has \(rank) axes, it takes at least 3") }
        let (channel, spatial) = spatialAxes(rank: rank, layout: node.layout)
        var window = try Window(node, spatialRank: spatial.count)
        var channels = shape[channel]
        if node.op == .conv || node.op == .convTranspose {
            guard let weights = self.shape(node, 1) else { return TensorType(dtype: source.dtype, shape: nil) }
            channels = try checkWeights(weights, data: shape[channel], rank: rank, window: &window, node)
            try checkBias(node, channels: channels)
        }
        guard window.kernel.count == spatial.count else {
            throw ModelError.shape(node, "the extents of its kernel are not known")
        }
        let extents = spatial.map { shape[$0] }
        try resolvePadding(&node, &window, extents)
        var result = shape
        result[channel] = channels
        for (position, axis) in spatial.enumerated() {
            guard let extent = extents[position].fixedValue else {
                result[axis] = unknown(node, axis)
                continue
            }
            guard extent <= Int(Int32.max) else { throw ModelError.shape(node, "the extent \(extent) is too large") }
            if node.string("auto_pad") != nil {
                // The pads still wait for another axis; the output follows from the stride alone.
                let stride = window.strides[position]
                result[axis] = .fixed(node.op == .convTranspose ? extent * stride : (extent + stride - 1) / stride)
                continue
            }
            let output =
                node.op == .convTranspose
                ? window.transposedOutput(extent, position) : window.output(extent, position)
            guard let output, output > 0 || extent == 0 else {
                throw ModelError.shape(node, "a window of \(window.kernel[position]) does not fit the extent \(extent)")
            }
            result[axis] = .fixed(max(0, output))
        }
        return TensorType(dtype: source.dtype, shape: result)
    }

    private func checkWeights(
        _ weights: [Dimension], data: Dimension, rank: Int, window: inout Window, _ node: Node
    ) throws -> Dimension {
        guard weights.count == rank else {
            throw ModelError.shape(node, "the data has \(rank) axes, the weights have \(weights.count)")
        }
        var kernel: [Int] = []
        for dimension in weights.dropFirst(2) {
            guard let extent = dimension.fixedValue else {
                throw ModelError.shape(node, "the weights have no fixed shape")
            }
            kernel.append(extent)
        }
        guard window.kernel.isEmpty || window.kernel == kernel else {
            throw ModelError.shape(node, "kernel_shape is \(window.kernel), the weights have \(kernel)")
        }
        guard kernel.allSatisfy({ $0 > 0 && $0 <= Int(Int32.max) }) else {
            throw ModelError.shape(node, "the kernel has the extents \(kernel)")
        }
        window.kernel = kernel
        let group = node.int("group") ?? 1
        guard group > 0, group <= Int(Int32.max) else { throw ModelError.shape(node, "group is \(group)") }
        if node.op == .convTranspose {
            try agree(weights[0], data, node, "channels of weights and data")
            guard let perGroup = weights[1].fixedValue, perGroup <= Int(Int32.max) else { return unknown(node, 1) }
            if let channels = weights[0].fixedValue, channels % group != 0 {
                throw ModelError.shape(node, "\(channels) channels cannot be split into \(group) groups")
            }
            return .fixed(perGroup * group)
        }
        if let channels = data.fixedValue, let perGroup = weights[1].fixedValue, perGroup <= Int(Int32.max),
            perGroup * group != channels
        {
            throw ModelError.shape(
                node, "the data has \(channels) channels, the weights take \(perGroup) in each of \(group) groups")
        }
        if let outputs = weights[0].fixedValue, outputs % group != 0 {
            throw ModelError.shape(node, "\(outputs) output channels cannot be split into \(group) groups")
        }
        return weights[0]
    }

    private func checkBias(_ node: Node, channels: Dimension) throws {
        guard let bias = shape(node, 2) else { return }
        guard bias.count == 1 else { throw ModelError.shape(node, "the bias has \(bias.count) axes") }
        try agree(bias[0], channels, node, "bias and output channels")
    }

    /// Replaces `auto_pad` by `pads` once the extents are numbers.
    private func resolvePadding(_ node: inout Node, _ window: inout Window, _ extents: [Dimension]) throws {
        if node.op == .convTranspose, let shape = window.outputShape {
            return try padToShape(&node, &window, extents, shape)
        }
        guard let mode = node.string("auto_pad") else { return }
        guard mode == "SAME_UPPER" || mode == "SAME_LOWER" else {
            throw ModelError.shape(node, "auto_pad is `\(mode)`")
        }
        let rank = extents.count
        var pads = [Int](repeating: 0, count: rank * 2)
        for (position, dimension) in extents.enumerated() {
            guard let extent = dimension.fixedValue, extent <= Int(Int32.max) else {
                // The output extent still follows from the stride alone; it waits for the number like the pads do.
                return
            }
            let stride = window.strides[position]
            let total: Int
            if node.op == .convTranspose {
                let target = extent * stride
                total = max(0, (extent - 1) * stride + window.reach(position) + window.outputPadding[position] - target)
            } else {
                let target = (extent + stride - 1) / stride
                total = max(0, (target - 1) * stride + window.reach(position) - extent)
            }
            let smaller = total / 2
            pads[position] = mode == "SAME_UPPER" ? smaller : total - smaller
            pads[position + rank] = total - pads[position]
        }
        node.attributes["auto_pad"] = nil
        node.attributes["pads"] = .ints(pads)
        window.pads = pads
    }

    /// Replaces `output_shape` of a transposed convolution by the pads that make it so.
    private func padToShape(
        _ node: inout Node, _ window: inout Window, _ extents: [Dimension], _ shape: [Int]
    ) throws {
        let rank = extents.count
        var pads = [Int](repeating: 0, count: rank * 2)
        for (position, dimension) in extents.enumerated() {
            guard let extent = dimension.fixedValue, extent <= Int(Int32.max) else { return }
            let whole = max(0, extent - 1) * window.strides[position] + window.reach(position)
            let total = whole + window.outputPadding[position] - shape[position]
            if total < 0 { window.outputPadding[position] -= total }
            let larger = max(0, total) - max(0, total) / 2
            pads[position] = node.string("auto_pad") == "SAME_UPPER" ? max(0, total) - larger : larger
            pads[position + rank] = max(0, total) - pads[position]
        }
        for name in ["auto_pad", "output_shape"] { node.attributes[name] = nil }
        node.attributes["pads"] = .ints(pads)
        if window.outputPadding.contains(where: { $0 != 0 }) {
            node.attributes["output_padding"] = .ints(window.outputPadding)
        }
        window.pads = pads
        window.outputShape = nil
    }

    func inferGlobalPool(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard var shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        guard shape.count >= 3 else {
            throw ModelError.shape(node, "the data has \(shape.count) axes, it takes at least 3")
        }
        for axis in spatialAxes(rank: shape.count, layout: node.layout).spatial { shape[axis] = .fixed(1) }
        return TensorType(dtype: source.dtype, shape: shape)
    }

    func inferResize(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        if node.ints("axes") != nil || (node.string("keep_aspect_ratio_policy") ?? "stretch") != "stretch" {
            return inferByLowering(node, dtypes: [source.dtype])[0]
        }
        if let sizes = contents(node, 3) ?? integers(node, 3)?.map(Dimension.fixed), !sizes.isEmpty {
            guard sizes.count == shape.count else {
                throw ModelError.shape(node, "\(sizes.count) sizes for \(shape.count) axes")
            }
            return TensorType(dtype: source.dtype, shape: sizes)
        }
        guard let id = node.input(2), let scales = graph.constants[id]?.realValues() else {
            return TensorType(dtype: source.dtype, shape: shape.indices.map { unknown(node, $0) })
        }
        guard scales.count == shape.count, scales.allSatisfy({ $0.isFinite && $0 > 0 && $0 < 65536 }) else {
            throw ModelError.shape(node, "scales are \(scales) for \(shape.count) axes")
        }
        return TensorType(
            dtype: source.dtype,
            shape: shape.enumerated().map { axis, dimension in
                guard let extent = dimension.fixedValue, extent <= Int(Int32.max) else {
                    return scales[axis] == 1 ? dimension : unknown(node, axis)
                }
                return .fixed(Int((Double(extent) * Double(scales[axis])).rounded(.down)))
            })
    }
}

/// The attributes of a sliding window, checked.
struct Window {
    var kernel: [Int]
    var strides: [Int]
    var dilations: [Int]
    var pads: [Int]
    var outputPadding: [Int]
    var outputShape: [Int]?
    var roundsUp: Bool

    init(_ node: Node, spatialRank: Int) throws {
        func list(_ name: String, count: Int, standard: Int, _ range: ClosedRange<Int>) throws -> [Int] {
            guard let values = node.ints(name) else { return [Int](repeating: standard, count: count) }
            guard values.count == count, values.allSatisfy(range.contains) else {
                throw ModelError.shape(node, "\(name) is \(values) for \(spatialRank) spatial axes")
            }
            return values
        }
        let top = Int(Int32.max)
        kernel =
            node.ints("kernel_shape") == nil ? [] : try list("kernel_shape", count: spatialRank, standard: 1, 1...top)
        strides = try list("strides", count: spatialRank, standard: 1, 1...top)
        dilations = try list("dilations", count: spatialRank, standard: 1, 1...top)
        pads = try list("pads", count: spatialRank * 2, standard: 0, 0...top)
        outputPadding = try list("output_padding", count: spatialRank, standard: 0, 0...top)
        outputShape =
            node.ints("output_shape") == nil
            ? nil : try list("output_shape", count: spatialRank, standard: 1, 0...top)
        roundsUp = node.int("ceil_mode") == 1
    }

    /// The extent that a kernel covers, dilation included.
    func reach(_ axis: Int) -> Int { (kernel[axis] - 1) * dilations[axis] + 1 }

    func output(_ extent: Int, _ axis: Int) -> Int? {
        let padded = extent + pads[axis] + pads[axis + strides.count]
        let room = padded - reach(axis)
        guard room >= 0 else { return nil }
        guard roundsUp else { return room / strides[axis] + 1 }
        var count = (room + strides[axis] - 1) / strides[axis] + 1
        // A window that would begin in the padding at the end is left out.
        if (count - 1) * strides[axis] >= extent + pads[axis] { count -= 1 }
        return count
    }

    func transposedOutput(_ extent: Int, _ axis: Int) -> Int? {
        if let outputShape { return outputShape[axis] }
        let (span, overflow) = max(0, extent - 1).multipliedReportingOverflow(by: strides[axis])
        guard !overflow, span < 1 << 40 else { return nil }
        let result = span + reach(axis) + outputPadding[axis] - pads[axis] - pads[axis + strides.count]
        return result
    }
}
