import EdgeTensors

/// Convolution, pooling, dense layers and recurrence.
extension TFLiteGraphWriter {
    // MARK: Windows

    /// How a window's padding is said: by a word, or by a padding operator ahead of it.
    private struct Padding {
        var same: Bool
        var before: [Int]
        var after: [Int]
        var needsOperator: Bool { !same && (before + after).contains { $0 != 0 } }
    }

    private func padding(_ window: Window, input: [Int], output: [Int]) throws -> Padding {
        var before: [Int] = []
        var after: [Int] = []
        var same = true
        for axis in input.indices {
            let stride = window.strides[axis]
            let needed = (output[axis] - 1) * stride + window.reach(axis) - input[axis]
            before.append(window.pads[axis])
            // What rounding up adds at the end is padding too.
            after.append(max(0, needed - window.pads[axis]))
            let total = max(0, ((input[axis] + stride - 1) / stride - 1) * stride + window.reach(axis) - input[axis])
            if output[axis] != (input[axis] + stride - 1) / stride || window.pads[axis] != total / 2 { same = false }
        }
        return Padding(same: same && (before + after).contains { $0 != 0 }, before: before, after: after)
    }

    /// Data of three axes takes a fourth of extent 1, so that windows have two.
    private mutating func widened(_ tensor: Int) throws -> Int {
        let shape = tensors[tensor].shape
        guard shape.count == 3 else { return tensor }
        let wide = [shape[0], 1, shape[1], shape[2]]
        let result = intermediate(tensors[tensor].name + "/wide", like: tensor, shape: wide)
        add(
            .reshape, [tensor, try list(wide)], [result],
            Options(kind: 17, fields: [:], lists: [0: wide.map(Int32.init)]))
        return result
    }

    /// The tensor that an operator on four axes writes, and the step back to three.
    private mutating func narrowed(_ tensor: Int) -> (target: Int, back: Bool) {
        let shape = tensors[tensor].shape
        guard shape.count == 3 else { return (tensor, false) }
        return (
            intermediate(tensors[tensor].name + "/wide", like: tensor, shape: [shape[0], 1, shape[1], shape[2]]), true
        )
    }

    private mutating func finish(_ target: Int, _ back: Bool, _ result: Int) throws {
        guard back else { return }
        let shape = tensors[result].shape
        add(
            .reshape, [target, try list(shape)], [result],
            Options(kind: 17, fields: [:], lists: [0: shape.map(Int32.init)]))
    }

    /// A window over one axis as one over two.
    private func widened(_ window: Window) -> Window {
        guard window.kernel.count == 1 else { return window }
        var result = window
        result.kernel = [1] + window.kernel
        result.strides = [1] + window.strides
        result.dilations = [1] + window.dilations
        result.outputPadding = [0] + window.outputPadding
        result.pads = [0, window.pads[0], 0, window.pads[1]]
        return result
    }

    private mutating func padded(_ tensor: Int, _ padding: Padding, fill: Float? = nil) throws -> Int {
        guard padding.needsOperator else { return tensor }
        let entry = tensors[tensor]
        let pairs = [0, 0] + padding.before.indices.flatMap { [padding.before[$0], padding.after[$0]] } + [0, 0]
        let shape = entry.shape.indices.map { entry.shape[$0] + pairs[2 * $0] + pairs[2 * $0 + 1] }
        let result = intermediate(entry.name + "/padded", like: tensor, shape: shape)
        let amounts = try list(pairs, shape: [entry.shape.count, 2])
        guard let fill else {
            add(.pad, [tensor, amounts], [result], Options(kind: 22, fields: [:]))
            return result
        }
        let value: Int
        if entry.quantization != nil {
            let least = entry.dtype == .u8 ? 0 : entry.dtype == .i16 ? -32768 : -128
            value = try constant(
                "lowest_\(tensors.count)", Tensor.integers([least], shape: [], dtype: entry.dtype),
                quantization: entry.quantization)
        } else {
            value = try scalar(fill)
        }
        add(.padv2, [tensor, amounts, value], [result], Options(kind: 43, fields: [:]))
        return result
    }

    mutating func writeConvolution(_ node: Node, at position: Int) throws {
        let data = try shape(node.input(0))
        let result = try shape(node.outputs.first)
        guard data.count == 3 || data.count == 4, let weightsID = node.input(1),
            let weights = graph.constants[weightsID]
        else {
            throw refuse(data.count > 4 ? "over three axes" : "with computed weights")
        }
        guard node.layout == .channelsLast else { throw refuse("in NCHW") }
        var window = try Window(node, spatialRank: data.count - 2)
        window.kernel = Array(weights.shape.dropFirst(2))
        let padding = try padding(
            window, input: Array(data[1..<(data.count - 1)]), output: Array(result[1..<(result.count - 1)]))
        window = widened(window)
        let wide = data.count == 3
        let channels = data[data.count - 1]
        let group = node.int("group") ?? 1
        let depthwise = group == channels && group > 1
        let square = try wide ? weights.reshaped([weights.shape[0], weights.shape[1], 1, weights.shape[2]]) : weights
        let filter = try weightsTensor(
            weightsID, square.permuted(depthwise ? [1, 2, 3, 0] : [0, 2, 3, 1]), axis: depthwise ? 3 : 0, node)
        var source = try widened(input(node, 0))
        let full =
            wide ? Padding(same: padding.same, before: [0] + padding.before, after: [0] + padding.after) : padding
        source = try padded(source, full)
        let bias = try biasTensor(node, channels: result[result.count - 1], data: source, filter: filter)
        let together = fused(node)
        let final = try together.map { try tensor($0.output) } ?? output(node)
        let (target, back) = narrowed(final)
        let activation = together?.activation ?? 0
        let word: Field = .int8(full.same ? 0 : 1)
        let (strides, dilations) = (
            window.strides.map { Int32(truncatingIfNeeded: $0) }, window.dilations.map { Int32(truncatingIfNeeded: $0) }
        )
        if depthwise {
            add(
                .depthwiseConv2d, [source, filter, bias], [target],
                Options(
                    kind: 2,
                    fields: [
                        0: word, 1: .int32(strides[1]), 2: .int32(strides[0]),
                        3: .int32(Int32(truncatingIfNeeded: weights.shape[0] / channels)),
                        4: .int8(activation), 5: .int32(dilations[1]), 6: .int32(dilations[0]),
                    ]))
        } else {
            add(
                .conv2d, [source, filter, bias], [target],
                Options(
                    kind: 1,
                    fields: [
                        0: word, 1: .int32(strides[1]), 2: .int32(strides[0]), 3: .int8(activation),
                        4: .int32(dilations[1]),
                        5: .int32(dilations[0]),
                    ]))
        }
        try finish(target, back, final)
    }

    /// Weights as a tensor: groups of neighbours, for which TFLite has no form here, as bytes a channel; weights that stand for their
    /// real numbers exactly behind `DEQUANTIZE`.
    private mutating func weightsTensor(_ id: ValueID, _ turned: Tensor, axis: Int, _ node: Node) throws -> Int {
        let name = graph[id].name
        guard let old = graph.type(of: id)?.quantization else { return try constant(name, turned) }
        let dataIsFloat = node.input(0).flatMap { graph.type(of: $0)?.quantization } == nil
        var tensor = turned
        var quantization = old
        if old.groupSize != nil {
            guard let original = graph.constants[id] else { throw refuse("with computed weights") }
            (tensor, quantization) = try widenedGroups(
                old.realValues(of: original), original.shape, like: turned, axis: axis, node)
        } else {
            quantization.axis = old.axis == nil ? nil : axis
            if old.zeroPoints.contains(where: { $0 != 0 }) && turned.dtype != .u8 {
                throw refuse("with weights whose zero points are not 0")
            }
        }
        let stored = try constant(name, tensor, quantization: quantization)
        guard dataIsFloat, node.int("dynamic_activations") != 1 else { return stored }
        let real = intermediate(name + "/real", tensor.shape, .f32, nil)
        add(.dequantize, [stored], [real], Options(kind: 38, fields: [:]), version: quantization.axis == nil ? 2 : 5)
        return real
    }

    /// One scale of 8 bits a channel in place of one a group: finer than the groups' four bits.
    private func widenedGroups(
        _ real: [Float], _ shape: [Int], like turned: Tensor, axis: Int, _ node: Node
    ) throws -> (Tensor, Quantization) {
        guard real.allSatisfy(\.isFinite) else { throw refuse("with weights that are not finite") }
        // In the graph's order the output channels come first, but for a matrix product's, where they come last.
        let columns = node.op == .matMul || node.op == .gemm && node.int("transB") != 1
        let channels = columns ? shape[shape.count - 1] : shape[0]
        func channel(_ position: Int) -> Int {
            columns ? position % channels : position / max(1, real.count / max(1, channels))
        }
        var scales = [Float](repeating: 0, count: channels)
        for (position, value) in real.enumerated() {
            scales[channel(position)] = max(scales[channel(position)], abs(value) / 127)
        }
        scales = scales.map { $0 > 0 ? $0 : 1 }
        let stored = real.enumerated().map { Int(($1 / scales[channel($0)]).rounded()) }
        let original = try Tensor.integers(stored, shape: shape, dtype: .i8)
        let tensor: Tensor
        if turned.rank == 2 {
            tensor = columns ? try original.permuted([1, 0]) : original
        } else {
            let square = shape.count == 3 ? try original.reshaped([shape[0], shape[1], 1, shape[2]]) : original
            tensor = try square.permuted(axis == 3 ? [1, 2, 3, 0] : [0, 2, 3, 1])
        }
        return (tensor, Quantization(scales: scales, zeroPoints: [Int32](repeating: 0, count: channels), axis: axis))
    }

    /// The bias as the data's type asks for it: integers of the product of scales, zeros where the model has none.
    private mutating func biasTensor(_ node: Node, channels: Int, data: Int, filter: Int) throws -> Int {
        let id = node.input(2)
        let tensor = id.flatMap { graph.constants[$0] }
        if let id, tensor == nil { throw refuse("with the computed bias `\(graph[id].name)`") }
        guard let left = tensors[data].quantization, let right = tensors[filter].quantization,
            let scale = left.scales.first
        else {
            let quantization = id.flatMap { graph.type(of: $0)?.quantization }
            let values = try tensor.map { tensor in
                try quantization?.realValues(of: tensor) ?? tensor.realValues() ?? []
            }
            return try constant(
                "\(node.name)/bias", Tensor(values ?? [Float](repeating: 0, count: channels), shape: [channels]))
        }
        let scales = right.scales.map { $0 * scale }
        let quantization = Quantization(
            scales: scales, zeroPoints: [Int32](repeating: 0, count: scales.count), axis: scales.count > 1 ? 0 : nil)
        let wide = tensors[data].dtype == .i16
        guard let id, let tensor else {
            let zeros = try Tensor.integers(
                [Int](repeating: 0, count: channels), shape: [channels], dtype: wide ? .i64 : .i32)
            return try constant("\(node.name)/bias", zeros, quantization: quantization)
        }
        let known = graph.type(of: id)?.quantization
        if known?.scales == scales, !tensor.dtype.isFloat {
            // Without a word to the contrary LiteRT takes the bias of 16-bit layers for 64-bit numbers.
            if wide, tensor.dtype != .i64, let values = tensor.integerValues() {
                let numbers = try Tensor.integers(values, shape: [channels], dtype: .i64)
                return try constant(graph[id].name, numbers, quantization: quantization)
            }
            return try constant(graph[id].name, tensor.reshaped([channels]), quantization: quantization)
        }
        let real = try known?.realValues(of: tensor) ?? tensor.realValues() ?? []
        guard real.count == channels, scales.count == 1 || scales.count == channels else {
            throw refuse("with a bias of \(real.count) numbers and \(scales.count) scales for \(channels) channels")
        }
        let stored = try real.enumerated().map { index, value in
            let steps = (Double(value) / Double(scales[scales.count == 1 ? 0 : index])).rounded()
            guard !steps.isNaN else { throw refuse("with a bias that is not a number") }
            return Int(min(max(steps, -2_147_483_648), 2_147_483_647))
        }
        return try constant(
            graph[id].name, Tensor.integers(stored, shape: [channels], dtype: wide ? .i64 : .i32),
            quantization: quantization)
    }

    mutating func writeTransposedConvolution(_ node: Node, at position: Int) throws {
        let data = try shape(node.input(0))
        let result = try shape(node.outputs.first)
        guard data.count == 4, node.layout == .channelsLast, (node.int("group") ?? 1) == 1, let id = node.input(1),
            let weights = graph.constants[id], (node.ints("dilations") ?? [1, 1]).allSatisfy({ $0 == 1 })
        else { throw refuse("of this form") }
        var window = try Window(node, spatialRank: 2)
        window.kernel = Array(weights.shape.dropFirst(2))
        var same = true
        var valid = true
        for axis in 0..<2 {
            let (extent, target, stride) = (data[axis + 1], result[axis + 1], window.strides[axis])
            let total = max(0, ((target + stride - 1) / stride - 1) * stride + window.kernel[axis] - target)
            if extent != (target + stride - 1) / stride || window.pads[axis] != total / 2 { same = false }
            if window.pads[axis] != 0 || extent != (target - window.kernel[axis] + stride) / stride { valid = false }
        }
        guard same || valid else { throw refuse("with this padding") }
        let filter = try weightsTensor(id, weights.permuted([1, 2, 3, 0]), axis: 0, node)
        let source = try input(node, 0)
        let bias = try biasTensor(node, channels: result[3], data: source, filter: filter)
        add(
            .transposeConv, [try list(result), filter, source, bias], [try output(node)],
            Options(
                kind: 49,
                fields: [
                    0: .int8(same ? 0 : 1), 1: .int32(Int32(truncatingIfNeeded: window.strides[1])),
                    2: .int32(Int32(truncatingIfNeeded: window.strides[0])),
                ]))
    }

    mutating func writePool(_ node: Node, at position: Int) throws {
        let data = try shape(node.input(0))
        let result = try shape(node.outputs.first)
        guard data.count == 3 || data.count == 4, node.layout == .channelsLast,
            (node.ints("dilations") ?? []).allSatisfy({ $0 == 1 })
        else { throw refuse("over so many axes, or dilated") }
        let window = try Window(node, spatialRank: data.count - 2)
        let narrow = try padding(
            window, input: Array(data[1..<(data.count - 1)]), output: Array(result[1..<(result.count - 1)]))
        let wide = widened(window)
        var full =
            data.count == 3
            ? Padding(same: narrow.same, before: [0] + narrow.before, after: [0] + narrow.after) : narrow
        let counts = node.op == .averagePool && node.int("count_include_pad") == 1
        if counts && (full.before + full.after).contains(where: { $0 != 0 }) { full.same = false }
        if node.op == .averagePool && full.needsOperator && !counts { throw refuse("with uneven padding") }
        var source = try widened(input(node, 0))
        source = try padded(source, full, fill: node.op == .maxPool ? -Float.greatestFiniteMagnitude : nil)
        let together = fused(node)
        let final = try together.map { try tensor($0.output) } ?? output(node)
        let (target, back) = narrowed(final)
        let options = Options(
            kind: 5,
            fields: [
                0: .int8(full.same ? 0 : 1), 1: .int32(Int32(truncatingIfNeeded: wide.strides[1])),
                2: .int32(Int32(truncatingIfNeeded: wide.strides[0])),
                3: .int32(Int32(truncatingIfNeeded: wide.kernel[1])),
                4: .int32(Int32(truncatingIfNeeded: wide.kernel[0])), 5: .int8(together?.activation ?? 0),
            ])
        try addSame(node.op == .maxPool ? .maxPool2d : .averagePool2d, [source], to: target, options)
        try finish(target, back, final)
    }

    mutating func writeGlobalPool(_ node: Node) throws {
        let rank = try shape(node.input(0)).count
        let axes = node.layout == .channelsLast ? Array(1..<(rank - 1)) : Array(2..<rank)
        let inputs = [try input(node, 0), try list(axes)]
        let options = Options(kind: 27, fields: [0: .bool(true)])
        if node.op == .globalAveragePool {
            add(.mean, inputs, [try output(node)], options)
        } else {
            try addSame(.reduceMax, inputs, to: output(node), options)
        }
    }

    mutating func writeNormalisation(_ node: Node) throws {
        let parameters = (1...4).compactMap { node.input($0).flatMap { graph.constants[$0]?.realValues() } }
        guard parameters.count == 4, quantization(node) == nil, let channels = parameters.first?.count,
            parameters.allSatisfy({ $0.count == channels })
        else { throw refuse("with computed parameters") }
        let data = try shape(node.input(0))
        let axis = node.layout == .channelsLast ? data.count - 1 : min(1, data.count - 1)
        var extents = [Int](repeating: 1, count: data.count)
        extents[axis] = channels
        let epsilon = node.float("epsilon") ?? 1e-5
        let scale = (0..<channels).map { parameters[0][$0] / (parameters[3][$0] + epsilon).squareRoot() }
        let shift = (0..<channels).map { parameters[1][$0] - parameters[2][$0] * scale[$0] }
        let result = try output(node)
        let scaled = intermediate(tensors[result].name + "/scaled", like: result)
        add(
            .mul, [try input(node, 0), try constant("\(node.name)/scale", Tensor(scale, shape: extents))], [scaled],
            Options(kind: 21, fields: [0: .int8(0)]))
        add(
            .add, [scaled, try constant("\(node.name)/shift", Tensor(shift, shape: extents))], [result],
            Options(kind: 11, fields: [0: .int8(0)]))
    }

    // MARK: Dense

    mutating func writeDense(_ node: Node, at position: Int) throws {
        guard (node.float("alpha") ?? 1) == 1, (node.float("beta") ?? 1) == 1 || node.input(2) == nil,
            (node.int("transA") ?? 0) == 0
        else {
            throw refuse("with factors or a transposed input")
        }
        let left = try shape(node.input(0))
        guard let id = node.input(1), let weights = graph.constants[id], weights.rank == 2, left.count >= 2 else {
            return try writeBatchProduct(node)
        }
        let turned = node.int("transB") == 1
        let filter = try weightsTensor(id, turned ? weights : weights.permuted([1, 0]), axis: 0, node)
        let channels = turned ? weights.shape[0] : weights.shape[1]
        let source = try input(node, 0)
        if let bias = node.input(2), try shape(bias).reduce(1, *) != channels {
            throw refuse("with a bias of this shape")
        }
        let bias = try biasTensor(node, channels: channels, data: source, filter: filter)
        let together = fused(node)
        let target = try together.map { try tensor($0.output) } ?? output(node)
        add(
            .fullyConnected, [source, filter, bias], [target],
            Options(kind: 8, fields: [0: .int8(together?.activation ?? 0), 1: .int8(0), 2: .bool(left.count > 2)]))
    }

    private mutating func writeBatchProduct(_ node: Node) throws {
        let left = try shape(node.input(0))
        let right = try shape(node.input(1))
        guard left.count >= 2, right.count >= 2 else { throw refuse("of a vector") }
        let result = try output(node)
        let biased = node.op == .gemm && node.input(2) != nil
        guard !biased || tensors[result].quantization == nil else { throw refuse("of computed integers with a bias") }
        let target = biased ? intermediate(tensors[result].name + "/product", like: result) : result
        add(
            .batchMatmul, [try input(node, 0), try input(node, 1)], [target],
            Options(kind: 101, fields: [1: .bool(node.int("transB") == 1)]))
        if biased { add(.add, [target, try input(node, 2)], [result], Options(kind: 11, fields: [0: .int8(0)])) }
    }

    // MARK: Recurrence

    mutating func writeLSTM(_ node: Node) throws {
        var inputs: [Int] = []
        for position in node.inputs.indices { inputs.append(try node.input(position).map { try tensor($0) } ?? -1) }
        while inputs.count < 24 { inputs.append(-1) }
        var intermediates: [Int] = []
        if case .floats(let scales)? = node.attributes["intermediate_scales"],
            let points = node.ints("intermediate_zero_points")
        {
            for (position, scale) in scales.enumerated() where position < points.count {
                intermediates.append(
                    intermediate(
                        "\(node.name)/intermediate\(position)", [0], position == 4 ? .i8 : .i16,
                        Quantization(scale: scale, zeroPoint: Int32(truncatingIfNeeded: points[position]))))
            }
        }
        add(
            .unidirectionalSequenceLstm, inputs, [try output(node)],
            Options(
                kind: 71,
                fields: [
                    0: .int8(Int8(truncatingIfNeeded: node.int("activation") ?? 4)),
                    1: .float(node.float("cell_clip") ?? 0),
                    2: .float(node.float("proj_clip") ?? 0), 3: .bool(node.int("time_major") == 1),
                ]), version: intermediates.isEmpty ? 1 : 3, intermediates: intermediates)
    }
}
