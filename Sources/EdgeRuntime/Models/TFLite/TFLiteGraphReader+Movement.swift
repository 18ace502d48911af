import EdgeTensors

/// Operators that rearrange elements.
extension TFLiteGraphReader {
    mutating func convertMovement(_ operation: TFLiteOperation, _ code: TFLiteOperatorCode) throws {
        switch code {
        case .concatenation: try readConcatenation(operation)
        case .reshape: try readReshape(operation)
        case .depthToSpace, .spaceToDepth:
            try unary(
                code == .depthToSpace ? .depthToSpace : .spaceToDepth, operation,
                ["blocksize": .int(operation.int(0)), "layout": .string(Layout.channelsLast.rawValue)])
        case .resizeBilinear, .resizeNearestNeighbor: try readResize(operation, linear: code == .resizeBilinear)
        case .pad, .padv2, .mirrorPad: try readPad(operation, mirrors: code == .mirrorPad)
        case .gather:
            let batchAxes = try operation.int(1)
            guard batchAxes == 0 else { return try readBatchedGather(operation, batchAxes) }
            emit(
                .gather, operation, [try required(operation, 0), try required(operation, 1)],
                to: [try output(operation)],
                ["axis": .int(try operation.int(0))])
        case .batchToSpaceNd, .spaceToBatchNd:
            let op: Operator = code == .batchToSpaceNd ? .batchToSpace : .spaceToBatch
            emit(
                op, operation,
                [
                    try required(operation, 0), try int64Input(operation, 1, suffix: "/blocks"),
                    try int64Input(operation, 2, suffix: "/pads"),
                ], to: [try output(operation)])
        case .transpose:
            guard let order = try integers(operation, 1) else { return try computed(operation, "order") }
            try unary(.transpose, operation, ["perm": .ints(order)])
        case .squeeze: try readSqueeze(operation)
        case .expandDims:
            emit(
                .unsqueeze, operation, [try required(operation, 0), try int64Input(operation, 1, suffix: "/axes")],
                to: [try output(operation)])
        case .stridedSlice: try readStridedSlice(operation)
        case .slice: try readSlice(operation)
        case .split, .splitV: try readSplit(operation, sized: code == .splitV)
        case .tile, .broadcastTo:
            emit(
                code == .tile ? .tile : .expand, operation,
                [try required(operation, 0), try int64Input(operation, 1, suffix: "/counts")],
                to: [try output(operation)])
        case .shape: try readShape(operation)
        case .pack: try readPack(operation)
        case .unpack: try readUnpack(operation)
        case .zerosLike: try readZeros(operation)
        case .fill:
            emit(
                .expand, operation, [try required(operation, 1), try int64Input(operation, 0, suffix: "/shape")],
                to: [try output(operation)])
        case .reverseV2: try readReverse(operation)
        case .rank:
            guard let rank = try typeOfInput(operation, 0)?.shape?.count else {
                return try computed(operation, "shape")
            }
            let value = constant(operation, "/rank", try Tensor.integers([rank], shape: [], dtype: .i32))
            emit(.identity, operation, [value], to: [try output(operation)])
        case .embeddingLookup:
            emit(
                .gather, operation, [try required(operation, 1), try required(operation, 0)],
                to: [try output(operation)], ["axis": .int(0)])
        case .range:
            emit(
                .range, operation,
                [try required(operation, 0), try required(operation, 1), try required(operation, 2)],
                to: [try output(operation)])
        default: reportUnsupported(operation)
        }
    }

    private mutating func readConcatenation(_ operation: TFLiteOperation) throws {
        var inputs: [ValueID?] = []
        for position in operation.inputs.indices { inputs.append(try required(operation, position)) }
        guard !inputs.isEmpty else {
            throw ModelError.inconsistent("\(operation.name) number \(operation.position) has no inputs")
        }
        try emitActivated(
            .concat, operation, inputs, to: output(operation), activation: operation.byte(1),
            ["axis": .int(operation.int(0))])
    }

    private mutating func readReshape(_ operation: TFLiteOperation) throws {
        let data = try required(operation, 0)
        let result = try output(operation)
        let shape: ValueID
        if try optional(operation, 1) != nil, try integers(operation, 1) == nil {
            shape = try int64Input(operation, 1, suffix: "/shape")
        } else {
            var target = try integers(operation, 1)
            if target == nil { target = try operation.options?.integers(0, of: Int32.self)?.map(Int.init) }
            guard let extents = target ?? graph.type(of: result)?.fixedShape else {
                return try computed(operation, "shape")
            }
            shape = try int64s(operation, "/shape", extents)
        }
        emit(.reshape, operation, [data, shape], to: [result], ["allowzero": .int(1)])
    }

    private mutating func readResize(_ operation: TFLiteOperation, linear: Bool) throws {
        let data = try required(operation, 0)
        let shape = graph.type(of: data)?.shape ?? []
        guard shape.count == 4 else {
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` takes images")
        }
        let corners = try operation.bool(linear ? 2 : 0)
        let centers = try operation.bool(linear ? 3 : 1)
        let sizes: ValueID
        if let size = try integers(operation, 1), size.count == 2, let batch = shape[0].fixedValue,
            let channels = shape[3].fixedValue
        {
            sizes = try int64s(operation, "/sizes", [batch, size[0], size[1], channels])
        } else {
            var parts: [ValueID?] = []
            for (start, end) in [(0, 1), (3, 4)] {
                let part = intermediate(operation, "/extent\(start)", TensorType(dtype: .i64, shape: [.fixed(1)]))
                emit(
                    .shape, operation, [data], to: [part], ["start": .int(start), "end": .int(end)],
                    suffix: "/extent\(start)")
                parts.append(part)
            }
            parts.insert(try int64Input(operation, 1, suffix: "/size"), at: 1)
            sizes = intermediate(operation, "/sizes", TensorType(dtype: .i64, shape: [.fixed(4)]))
            emit(.concat, operation, parts, to: [sizes], ["axis": .int(0)], suffix: "/sizes")
        }
        let mode = centers ? "half_pixel" : corners ? "align_corners" : "asymmetric"
        var attributes: [String: Attribute] = [
            "mode": .string(linear ? "linear" : "nearest"), "coordinate_transformation_mode": .string(mode),
            "layout": .string(Layout.channelsLast.rawValue),
        ]
        if !linear { attributes["nearest_mode"] = .string(centers || corners ? "round_prefer_ceil" : "floor") }
        emit(.resize, operation, [data, nil, nil, sizes], to: [try output(operation)], attributes)
    }

    private mutating func readPad(_ operation: TFLiteOperation, mirrors: Bool) throws {
        // [[before, after], …] becomes all befores, then all afters.
        guard let pairs = try integers(operation, 1), pairs.count % 2 == 0 else {
            return mirrors ? try computed(operation, "padding") : try readComputedPad(operation)
        }
        let rank = pairs.count / 2
        if mirrors, try operation.byte(0) == 1 { return try readSymmetricPad(operation, pairs) }
        let pads = try int64s(
            operation, "/pads", (0..<rank).map { pairs[2 * $0] } + (0..<rank).map { pairs[2 * $0 + 1] })
        var inputs: [ValueID?] = [try required(operation, 0), pads]
        var attributes: [String: Attribute] = [:]
        if mirrors {
            attributes["mode"] = .string("reflect")
        } else if let fill = try optional(operation, 2) {
            inputs.append(fill)
        }
        emit(.pad, operation, inputs, to: [try output(operation)], attributes)
    }

    /// Amounts that are known only when the model runs, turned as the graph wants them.
    private mutating func readComputedPad(_ operation: TFLiteOperation) throws {
        let pairs = try int64Input(operation, 1, suffix: "/pairs")
        let columns = intermediate(operation, "/columns", TensorType(dtype: .i64, shape: nil))
        emit(.transpose, operation, [pairs], to: [columns], ["perm": .ints([1, 0])], suffix: "/columns")
        let pads = intermediate(operation, "/pads", TensorType(dtype: .i64, shape: nil))
        emit(.reshape, operation, [columns, try int64s(operation, "/flat", [-1])], to: [pads], suffix: "/pads")
        var inputs: [ValueID?] = [try required(operation, 0), pads]
        if let fill = try optional(operation, 2) { inputs.append(fill) }
        emit(.pad, operation, inputs, to: [try output(operation)])
    }

    /// The border itself repeated: each axis is gathered by the positions that it is read at.
    private mutating func readSymmetricPad(_ operation: TFLiteOperation, _ pairs: [Int]) throws {
        var current = try required(operation, 0)
        guard let extents = graph.type(of: current)?.fixedShape, extents.count == pairs.count / 2 else {
            return try computed(operation, "shape")
        }
        let padded = extents.indices.filter { pairs[2 * $0] != 0 || pairs[2 * $0 + 1] != 0 }
        let type = graph.type(of: current)
        for axis in padded {
            let (before, after, extent) = (pairs[2 * axis], pairs[2 * axis + 1], extents[axis])
            guard (0...extent).contains(before), (0...extent).contains(after) else {
                throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` mirrors more than there is")
            }
            let positions =
                (0..<before).map { before - 1 - $0 } + Array(0..<extent) + (0..<after).map { extent - 1 - $0 }
            let next =
                axis == padded.last
                ? try output(operation)
                : intermediate(
                    operation, "/axis\(axis)",
                    type.map { TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization) })
            emit(
                .gather, operation, [current, try int64s(operation, "/positions\(axis)", positions)], to: [next],
                ["axis": .int(axis)], suffix: "/gather\(axis)")
            current = next
        }
        if padded.isEmpty { emit(.identity, operation, [current], to: [try output(operation)]) }
    }

    private mutating func readReverse(_ operation: TFLiteOperation) throws {
        guard let axes = try integers(operation, 1),
            let rank = try typeOfInput(operation, 0)?.shape?.count,
            axes.allSatisfy({ $0 >= -rank && $0 < rank })
        else { return try computed(operation, "axis") }
        func all(_ number: Int) -> [Int] { axes.map { _ in number } }
        let inputs: [ValueID?] = [
            try required(operation, 0), try int64s(operation, "/starts", all(-1)),
            try int64s(operation, "/ends", all(-Int(Int32.max))), try int64s(operation, "/axes", axes),
            try int64s(operation, "/steps", all(-1)),
        ]
        emit(.slice, operation, inputs, to: [try output(operation)])
    }

    private mutating func readSqueeze(_ operation: TFLiteOperation) throws {
        let axes = try operation.options?.integers(0, of: Int32.self)?.map(Int.init) ?? []
        var inputs: [ValueID?] = [try required(operation, 0)]
        if !axes.isEmpty { inputs.append(try int64s(operation, "/axes", axes)) }
        emit(.squeeze, operation, inputs, to: [try output(operation)])
    }

    private mutating func readSplit(_ operation: TFLiteOperation, sized: Bool) throws {
        guard let axis = try integers(operation, sized ? 2 : 0)?.first else { return try computed(operation, "axis") }
        var inputs: [ValueID?] = [try required(operation, sized ? 0 : 1)]
        if sized {
            if var sizes = try integers(operation, 1), let open = sizes.firstIndex(of: -1) {
                let shape = try typeOfInput(operation, 0)?.shape ?? []
                let place = axis < 0 ? axis + shape.count : axis
                guard shape.indices.contains(place), let whole = shape[place].fixedValue else {
                    return try computed(operation, "shape")
                }
                sizes[open] = 0
                sizes[open] = whole - sizes.reduce(0, &+)
                inputs.append(try int64s(operation, "/sizes", sizes))
            } else {
                inputs.append(try int64Input(operation, 1, suffix: "/sizes"))
            }
        }
        var outputs: [ValueID] = []
        for index in operation.outputs { outputs.append(try value(index)) }
        guard !outputs.isEmpty else { return }
        emit(
            .split, operation, inputs, to: outputs,
            sized ? ["axis": .int(axis)] : ["axis": .int(axis), "num_outputs": .int(outputs.count)])
    }

    private mutating func readShape(_ operation: TFLiteOperation) throws {
        let result = try output(operation)
        guard graph.type(of: result)?.dtype != .i64 else { return try unary(.shape, operation) }
        let wide = intermediate(
            operation, "/wide", graph.type(of: result).map { TensorType(dtype: .i64, shape: $0.shape) })
        emit(.shape, operation, [try required(operation, 0)], to: [wide])
        emit(
            .cast, operation, [wide], to: [result], ["to": .string((graph.type(of: result)?.dtype ?? .i32).rawValue)],
            suffix: "/cast")
    }

    private mutating func readPack(_ operation: TFLiteOperation) throws {
        let axis = try operation.int(1)
        let axes = try int64s(operation, "/axes", [axis])
        var parts: [ValueID?] = []
        for position in operation.inputs.indices {
            let part = try required(operation, position)
            let type = graph.type(of: part)
            let wide = intermediate(
                operation, "/part\(position)",
                type.map { TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization) })
            emit(.unsqueeze, operation, [part, axes], to: [wide], suffix: "/part\(position)")
            parts.append(wide)
        }
        guard !parts.isEmpty else {
            throw ModelError.inconsistent("\(operation.name) number \(operation.position) has no inputs")
        }
        emit(.concat, operation, parts, to: [try output(operation)], ["axis": .int(axis)])
    }

    private mutating func readUnpack(_ operation: TFLiteOperation) throws {
        let axis = try operation.int(1)
        let data = try required(operation, 0)
        let axes = try int64s(operation, "/axes", [axis])
        guard !operation.outputs.isEmpty else { return }
        var slices: [ValueID] = []
        for position in operation.outputs.indices {
            slices.append(
                intermediate(
                    operation, "/part\(position)",
                    graph.type(of: data).map { TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization) })
            )
        }
        emit(.split, operation, [data], to: slices, ["axis": .int(axis), "num_outputs": .int(slices.count)])
        for (position, slice) in slices.enumerated() {
            emit(
                .squeeze, operation, [slice, axes], to: [try output(operation, position)], suffix: "/squeeze\(position)"
            )
        }
    }

    private mutating func readZeros(_ operation: TFLiteOperation) throws {
        let result = try output(operation)
        guard let type = graph.type(of: result), type.quantization == nil, type.dtype == .f32 || !type.dtype.isFloat
        else {
            return reportUnsupported(operation, "of this type")
        }
        let shape = intermediate(operation, "/shape", nil)
        emit(.shape, operation, [try required(operation, 0)], to: [shape], suffix: "/shape")
        emit(
            .constantOfShape, operation, [shape], to: [result],
            ["value": .tensor(try Tensor.integers([0], shape: [1], dtype: type.dtype))])
    }
}
