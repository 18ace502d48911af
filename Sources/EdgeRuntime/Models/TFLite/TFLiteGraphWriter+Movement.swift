import EdgeTensors

/// Operators that rearrange or reduce.
extension TFLiteGraphWriter {
    mutating func writeMovement(_ node: Node) throws {
        switch node.op {
        case .reduceMean, .reduceSum, .reduceMax, .reduceMin: try writeReduction(node)
        case .argMax: try writeArgMax(node)
        case .resize: try writeResize(node)
        case .transpose:
            let rank = try shape(node.input(0)).count
            let order = node.ints("perm") ?? Array((0..<rank).reversed())
            try addSame(.transpose, [input(node, 0), list(order)], to: output(node), Options(kind: 26, fields: [:]))
        case .concat: try writeConcat(node)
        case .split: try writeSplit(node)
        case .slice: try writeSlice(node)
        case .gather: try writeGather(node)
        case .pad: try writePad(node)
        case .expand:
            try addSame(
                .broadcastTo, [input(node, 0), list(shape(node.outputs.first))], to: output(node),
                Options(kind: 104, fields: [:]))
        case .tile:
            guard let repeats = integers(node, 1) else { throw refuse("with computed repeats") }
            try addSame(.tile, [input(node, 0), list(repeats)], to: output(node), Options(kind: 50, fields: [:]))
        case .shape:
            guard node.attributes.isEmpty else { throw refuse("of some axes") }
            add(
                .shape, [try input(node, 0)], [try output(node)],
                try Options(kind: 55, fields: [0: .int8(DType.i64.tfliteCode)]))
        case .constantOfShape:
            guard case .tensor(let value)? = node.attributes["value"], value.count == 1 else {
                throw refuse("without a value")
            }
            let fill = try constant("fill_\(tensors.count)", value.reshaped([]))
            add(.fill, [try input(node, 0), fill], [try output(node)], Options(kind: 68, fields: [:]))
        case .range: try writePlain(node, .range, Options(kind: 73, fields: [:]))
        case .spaceToDepth, .depthToSpace: try writeBlocks(node)
        case .spaceToBatch, .batchToSpace:
            guard let blocks = integers(node, 1), let pads = integers(node, 2) else {
                throw refuse("with computed blocks")
            }
            let spreads = node.op == .spaceToBatch
            try addSame(
                spreads ? .spaceToBatchNd : .batchToSpaceNd,
                [input(node, 0), list(blocks), list(pads, shape: [blocks.count, 2])],
                to: output(node), Options(kind: spreads ? 25 : 24, fields: [:]))
        default: try writeReshape(node)
        }
    }

    /// Every node that keeps the elements in order is a reshape: to the output's extents, one of which may be left open.
    mutating func writeReshape(_ node: Node) throws {
        let target = try shape(node.outputs.first)
        let names = node.outputs.first.flatMap { symbolic.type(of: $0)?.shape } ?? target.map(Dimension.fixed)
        var extents = target
        if names.count == target.count, names.filter({ $0.fixedValue == nil }).count == 1,
            let open = names.firstIndex(where: { $0.fixedValue == nil }),
            !target.contains(0)
        {
            extents[open] = -1
        }
        try addSame(
            .reshape, [input(node, 0), list(extents)], to: output(node),
            Options(kind: 17, fields: [:], lists: [0: extents.map { Int32(truncatingIfNeeded: $0) }]))
    }

    private mutating func writeReduction(_ node: Node) throws {
        let rank = try shape(node.input(0)).count
        var axes = integers(node, 1) ?? []
        if node.input(1) != nil && integers(node, 1) == nil { throw refuse("over computed axes") }
        if axes.isEmpty {
            if node.int("noop_with_empty_axes") == 1 { return try writeReshape(node) }
            axes = Array(0..<rank)
        }
        let options = Options(kind: 27, fields: [0: .bool((node.int("keepdims") ?? 1) != 0)])
        let indices = try list(axes.map { $0 < 0 ? $0 + rank : $0 })
        switch node.op {
        case .reduceMean: add(.mean, [try input(node, 0), indices], [try output(node)], options)
        case .reduceSum where quantization(node) != nil:
            let source = try realInput(node, 0)
            let (result, finish) = try realOutput(node)
            add(.sum, [source, indices], [result], options)
            if let finish { add(.quantize, [result], [finish], Options(kind: 89, fields: [:])) }
        case .reduceSum: add(.sum, [try input(node, 0), indices], [try output(node)], options)
        case .reduceMax: try addSame(.reduceMax, [input(node, 0), indices], to: output(node), options)
        default: try addSame(.reduceMin, [input(node, 0), indices], to: output(node), options)
        }
    }

    private mutating func writeArgMax(_ node: Node) throws {
        let result = try output(node)
        let rank = try shape(node.input(0)).count
        let axis = node.int("axis") ?? 0
        let over = axis < 0 ? axis + rank : axis
        let index = try constant("axis_\(tensors.count)", Tensor.integers([over], shape: [], dtype: .i32))
        let options = try Options(kind: 40, fields: [0: .int8(tensors[result].dtype.tfliteCode)])
        guard (node.int("keepdims") ?? 1) != 0 else {
            return add(.argMax, [try input(node, 0), index], [result], options)
        }
        var narrow = tensors[result].shape
        narrow.remove(at: over)
        let inner = intermediate(tensors[result].name + "/index", like: result, shape: narrow)
        add(.argMax, [try input(node, 0), index], [inner], options)
        let target = tensors[result].shape
        add(
            .reshape, [inner, try list(target)], [result],
            Options(kind: 17, fields: [:], lists: [0: target.map { Int32(truncatingIfNeeded: $0) }]))
    }

    private mutating func writeResize(_ node: Node) throws {
        let source = try shape(node.input(0))
        let target = try shape(node.outputs.first)
        guard source.count == 4, target.count == 4, source[0] == target[0], source[3] == target[3],
            source[1] > 0, source[2] > 0
        else {
            throw refuse("of other axes than the image's")
        }
        let mode = node.string("coordinate_transformation_mode") ?? "half_pixel"
        let linear = node.string("mode") == "linear"
        let centers = mode == "half_pixel" || mode == "pytorch_half_pixel" && target[1] > 1 && target[2] > 1
        let corners = mode == "align_corners"
        guard centers || corners || mode == "asymmetric", linear || (node.string("mode") ?? "nearest") == "nearest"
        else {
            throw refuse("in mode \(mode)")
        }
        let whole = target[1] % source[1] == 0 && target[2] % source[2] == 0
        if !linear {
            let rounding = node.string("nearest_mode") ?? "round_prefer_floor"
            // Enlarged by whole factors, no centre falls between two pixels.
            let fits =
                centers
                ? rounding == "round_prefer_ceil" || rounding == "round_prefer_floor" && whole
                : corners ? rounding == "round_prefer_ceil" : rounding == "floor"
            guard fits else { throw refuse("with rounding \(rounding)") }
        }
        let size = try list([target[1], target[2]])
        let fields: [Int: Field] =
            linear ? [2: .bool(corners), 3: .bool(centers)] : [0: .bool(corners), 1: .bool(centers)]
        try addSame(
            linear ? .resizeBilinear : .resizeNearestNeighbor, [input(node, 0), size], to: output(node),
            Options(kind: linear ? 15 : 74, fields: fields))
    }

    private mutating func writeConcat(_ node: Node) throws {
        let result = try output(node)
        let rank = tensors[result].shape.count
        var inputs: [Int] = []
        for position in node.inputs.indices {
            let part = try input(node, position)
            guard let wanted = tensors[result].quantization, tensors[part].quantization != wanted else {
                inputs.append(part)
                continue
            }
            let same = intermediate(tensors[part].name + "/same", tensors[part].shape, tensors[result].dtype, wanted)
            add(.quantize, [part], [same], Options(kind: 89, fields: [:]))
            inputs.append(same)
        }
        let axis = node.int("axis") ?? 0
        add(
            .concatenation, inputs, [result],
            Options(
                kind: 10, fields: [0: .int32(Int32(truncatingIfNeeded: axis < 0 ? axis + rank : axis)), 1: .int8(0)]))
    }

    private mutating func writeSplit(_ node: Node) throws {
        let rank = try shape(node.input(0)).count
        let axis = node.int("axis") ?? 0
        let over = axis < 0 ? axis + rank : axis
        let sizes = try node.outputs.map { try shape($0)[over] }
        let outputs = try node.outputs.indices.map { try output(node, $0) }
        let index = try constant("axis_\(tensors.count)", Tensor.integers([over], shape: [], dtype: .i32))
        add(
            .splitV, [try input(node, 0), try list(sizes), index], outputs,
            Options(kind: 79, fields: [0: .int32(Int32(truncatingIfNeeded: outputs.count))]))
    }

    private mutating func writeSlice(_ node: Node) throws {
        let source = try shape(node.input(0))
        let inference = ShapeInference(graph)
        guard let cuts = try inference.cuts(node, source.map(Dimension.fixed)) else {
            throw refuse("of a computed range")
        }
        var begins = [Int](repeating: 0, count: source.count)
        var ends = source
        var steps = [Int](repeating: 1, count: source.count)
        var endMask = (1 << source.count) - 1
        for (axis, cut) in cuts {
            guard let cut else { throw refuse("of an unknown extent") }
            begins[axis] = cut.start
            ends[axis] = cut.start + cut.count * cut.step
            steps[axis] = cut.step
            // Below the first element there is no place to name: the mask says "to the border".
            if !(cut.step < 0 && ends[axis] < 0) && !(cut.start == 0 && cut.count == source[axis] && cut.step == 1) {
                endMask &= ~(1 << axis)
            }
        }
        try addSame(
            .stridedSlice, [input(node, 0), list(begins), list(ends), list(steps)], to: output(node),
            Options(kind: 32, fields: [0: .int32(0), 1: .int32(Int32(truncatingIfNeeded: endMask))]))
    }

    private mutating func writeGather(_ node: Node) throws {
        let source = try shape(node.input(0))
        let axis = node.int("axis") ?? 0
        let over = axis < 0 ? axis + source.count : axis
        var indices = try input(node, 1)
        if let values = integers(node, 1) {
            let forward = values.map { $0 < 0 ? $0 + source[over] : $0 }
            indices = try constant(
                "indices_\(tensors.count)", Tensor.integers(forward, shape: shape(node.input(1)), dtype: .i32))
        }
        try addSame(
            .gather, [input(node, 0), indices], to: output(node),
            Options(kind: 23, fields: [0: .int32(Int32(truncatingIfNeeded: over)), 1: .int32(0)]))
    }

    private mutating func writePad(_ node: Node) throws {
        let rank = try shape(node.input(0)).count
        guard node.input(3) == nil, let pads = integers(node, 1), pads.count == 2 * rank, pads.allSatisfy({ $0 >= 0 })
        else {
            throw refuse("that is computed or crops")
        }
        let amounts = try list((0..<rank).flatMap { [pads[$0], pads[$0 + rank]] }, shape: [rank, 2])
        switch node.string("mode") ?? "constant" {
        case "constant":
            let fill = try node.input(2).map { try tensor($0) }
            let isZero =
                node.input(2).map {
                    graph.constants[$0]?.realValues()?.first == 0 && graph.type(of: $0)?.quantization == nil
                } ?? true
            if let fill, !isZero {
                try addSame(.padv2, [input(node, 0), amounts, fill], to: output(node), Options(kind: 43, fields: [:]))
            } else {
                try addSame(.pad, [input(node, 0), amounts], to: output(node), Options(kind: 22, fields: [:]))
            }
        case "reflect":
            try addSame(
                .mirrorPad, [input(node, 0), amounts], to: output(node), Options(kind: 77, fields: [0: .int8(0)]))
        case let mode: throw refuse("in mode \(mode)")
        }
    }

    private mutating func writeBlocks(_ node: Node) throws {
        guard node.layout == .channelsLast, node.op == .spaceToDepth || (node.string("mode") ?? "DCR") == "DCR" else {
            throw refuse("in mode \(node.string("mode") ?? "")")
        }
        let deepens = node.op == .spaceToDepth
        try addSame(
            deepens ? .spaceToDepth : .depthToSpace, [input(node, 0)], to: output(node),
            Options(kind: deepens ? 19 : 94, fields: [0: .int32(Int32(truncatingIfNeeded: node.int("blocksize") ?? 1))])
        )
    }
}
