import EdgeTensors

/// Brings the forms of older opsets to those of today: what became an input in a later opset becomes one here.
extension ONNXGraphReader {
    mutating func normalise(_ source: inout ONNXNode, op: Operator) throws {
        switch op {
        case .clip: try inputsFromBounds(&source)
        case .squeeze, .unsqueeze: try moveToInput(&source, "axes", position: 1)
        case _ where op.isReduction: try moveToInput(&source, "axes", position: 1)
        case _ where context.opset < 7 && op.isBroadcasting: try alignBroadcast(&source)
        case .argMax, .argMin: break
        case .topK:
            if let count = source.int("k") {
                source.attributes["k"] = nil
                try setInput(&source, 1, try constant("\(source.outputs.first ?? "")/k", int64s: [count]))
            }
        case .hardmax:
            if context.opset < 13 { source.attributes["legacy_axis"] = .int(source.int("axis") ?? 1) }
            source.attributes["axis"] = .int(source.int("axis") ?? (context.opset < 13 ? 1 : -1))
        case .eyeLike, .randomNormal, .randomNormalLike, .randomUniform, .randomUniformLike, .bernoulli, .multinomial:
            normaliseType(&source, "dtype")
        case .hannWindow, .hammingWindow, .blackmanWindow, .melWeightMatrix: normaliseType(&source, "output_datatype")
        case .fourierTransform:
            if context.opset < 20 {
                let axis = try constant("\(source.outputs.first ?? "")/axis", int64s: [source.int("axis") ?? 1])
                source.attributes["axis"] = nil
                try setInput(&source, 2, axis)
            }
        case .groupNormalization: try spreadGroupParameters(&source)
        case .bitCast: normaliseType(&source, "to")
        case .reshape:
            // Before opset 5 the shape was an attribute.
            try moveToInput(&source, "shape", position: 1)
        case .tile: try normaliseTile(&source)
        case .split: try moveToInput(&source, "split", position: 1)
        case .slice: try inputsFromSlice(&source)
        case .pad: try inputsFromPad(&source)
        case .dropout:
            if let training = source.input(2), graph.constants[training]?.integerValues() != [0] {
                context.reportUnsupported("Dropout as in training", node: source.name)
            }
            source.inputs = Array(source.inputs.prefix(1))
            source.attributes = [:]
        case .resize: try normaliseResize(&source)
        case .cast: normaliseCast(&source)
        case .softmax, .logSoftmax:
            // Before opset 13 everything from `axis` on was one row; `resolveLegacySoftmax` settles it when the shape is known.
            if context.opset < 13 { source.attributes["legacy_axis"] = .int(source.int("axis") ?? 1) }
            source.attributes["axis"] = .int(source.int("axis") ?? (context.opset < 13 ? 1 : -1))
        case .conv, .convTranspose, .maxPool, .averagePool, .lpPool, .convInteger: normalisePadding(&source)
        case .batchNormalization:
            if source.int("spatial") == 0 {
                context.reportUnsupported("BatchNormalization of each pixel", node: source.name)
            }
            let kept = source.int("training_mode") == 1 ? ["epsilon", "momentum", "training_mode"] : ["epsilon"]
            source.attributes = source.attributes.filter { kept.contains($0.key) }
        case .lstm, .gru, .rnn:
            // `layout` means another thing for them than for the rest of the graph.
            if source.int("layout") == 0 { source.attributes["layout"] = nil }
        default: break
        }
    }

    /// Makes an attribute that lists integers an input.
    private mutating func moveToInput(_ source: inout ONNXNode, _ attribute: String, position: Int) throws {
        guard let values = source.ints(attribute), source.input(position) == nil else { return }
        source.attributes[attribute] = nil
        try setInput(&source, position, try constant("\(source.outputs.first ?? "")/\(attribute)", int64s: values))
    }

    private func setInput(_ source: inout ONNXNode, _ position: Int, _ id: ValueID?) throws {
        while source.inputs.count <= position { source.inputs.append(nil) }
        source.inputs[position] = id
    }

    private mutating func inputsFromBounds(_ source: inout ONNXNode) throws {
        for (position, name) in [(1, "min"), (2, "max")] {
            guard let bound = source.float(name) else { continue }
            source.attributes[name] = nil
            let id = graph.addConstant(
                name: claim("\(source.outputs.first ?? "")/\(name)"), try Tensor(scalar: bound))
            try setInput(&source, position, id)
        }
    }

    private mutating func inputsFromSlice(_ source: inout ONNXNode) throws {
        guard source.input(1) == nil else { return }
        for (position, name) in [(1, "starts"), (2, "ends"), (3, "axes")] {
            try moveToInput(&source, name, position: position)
        }
    }

    private mutating func inputsFromPad(_ source: inout ONNXNode) throws {
        try moveToInput(&source, "pads", position: 1)
        if let value = source.float("value") {
            source.attributes["value"] = nil
            if (source.string("mode") ?? "constant") == "constant" {
                let id = graph.addConstant(
                    name: claim("\(source.outputs.first ?? "")/value"), try Tensor(scalar: value))
                try setInput(&source, 2, id)
            }
        }
    }

    private func normalisePadding(_ source: inout ONNXNode) {
        // The order in memory concerns the places of the maxima alone.
        if source.outputs.count < 2 { source.attributes["storage_order"] = nil }
        switch source.string("auto_pad") {
        case "NOTSET"?: source.attributes["auto_pad"] = nil
        case "VALID"?:
            source.attributes["auto_pad"] = nil
            source.attributes["pads"] = nil
        default: break
        }
    }

    /// Makes a type of elements that an attribute names by ONNX's number a name.
    private func normaliseType(_ source: inout ONNXNode, _ attribute: String) {
        guard let code = source.int(attribute) else { return }
        if let dtype = DType(onnx: code) {
            source.attributes[attribute] = .string(dtype.rawValue)
        } else {
            context.reportUnsupported("\(source.op) to ONNX type \(code)", node: source.name)
        }
    }

    /// Before opset 7 the second operand was matched to the axes of the first from `axis` on, if `broadcast` said so: axes of 1 are
    /// added behind it until both end together.
    private mutating func alignBroadcast(_ source: inout ONNXNode) throws {
        // The slopes of `PRelu` stood for channels.
        let axis = source.int("axis") ?? (source.op == "PRelu" ? 1 : nil)
        for name in ["axis", "broadcast", "consumed_inputs"] { source.attributes[name] = nil }
        guard let axis, let left = source.input(0), let right = source.input(1),
            let rank = graph.type(of: left)?.shape?.count, let own = graph.type(of: right)?.shape?.count
        else { return }
        let first = axis < 0 ? axis + rank : axis
        let missing = rank - first - own
        guard first >= 0, missing > 0, missing <= 16 else { return }
        let name = source.outputs.first ?? source.op
        let aligned = intermediate("\(name)/aligned")
        let axes = try constant("\(name)/axes", int64s: (0..<missing).map { own + $0 })
        graph.nodes.append(
            Node(
                name: claimNode("\(source.name)/align", op: "Unsqueeze"), op: .unsqueeze, inputs: [right, axes],
                outputs: [aligned]))
        graph[aligned].type = graph.type(of: right).map { type in
            TensorType(
                dtype: type.dtype,
                shape: type.shape.map { $0 + [Dimension](repeating: .fixed(1), count: missing) })
        }
        source.inputs[1] = aligned
    }

    /// Before opset 6 `Tile` repeated one axis: inputs were the number of tiles and the axis.
    private mutating func normaliseTile(_ source: inout ONNXNode) throws {
        guard context.opset < 6, source.inputs.count == 3 else { return }
        guard let data = source.input(0), let rank = graph.type(of: data)?.shape?.count,
            let tiles = source.input(1).flatMap({ graph.constants[$0]?.integerValues()?.first }),
            let axis = source.input(2).flatMap({ graph.constants[$0]?.integerValues()?.first }), axis >= 0, axis < rank
        else { return context.reportUnsupported("Tile of a computed axis", node: source.name) }
        var repeats = [Int](repeating: 1, count: rank)
        repeats[axis] = tiles
        source.inputs = [data, try constant("\(source.outputs.first ?? "")/repeats", int64s: repeats)]
    }

    /// Before opset 21 a group had one scale and one bias for all its channels.
    private mutating func spreadGroupParameters(_ source: inout ONNXNode) throws {
        guard context.opset < 21, let groups = source.int("num_groups"), groups > 0, let data = source.input(0),
            let shape = graph.type(of: data)?.shape, shape.count >= 2, let channels = shape[1].fixedValue,
            channels % groups == 0, source.inputs.count == 3
        else { return }
        let name = source.outputs.first ?? ""
        for position in 1...2 {
            let column = step(
                .reshape, source, "column_\(position)",
                [source.inputs[position], try constant("\(name)/column", int64s: [groups, 1])])
            let spread = step(
                .expand, source, "spread_\(position)",
                [column, try constant("\(name)/spread", int64s: [groups, channels / groups])])
            source.inputs[position] = step(
                .reshape, source, "channels_\(position)",
                [spread, try constant("\(name)/channels", int64s: [channels])])
        }
    }

    private func normaliseCast(_ source: inout ONNXNode) {
        if let name = source.string("to"), let code = Self.typeNames[name] {
            // Before opset 6 the type was named.
            source.attributes["to"] = .int(code)
        }
        if let code = source.int("to"), let dtype = DType(onnx: code) {
            if !dtype.isNarrow { source.attributes["saturate"] = nil }
            if dtype != .narrow(.f8e8m0) { source.attributes["round_mode"] = nil }
            source.attributes["to"] = .string(dtype.rawValue)
        } else {
            context.reportUnsupported("Cast to ONNX type \(source.int("to") ?? 0)", node: source.name)
        }
    }

    private func normaliseResize(_ source: inout ONNXNode) throws {
        if context.opset == 10 {
            // (X, scales) became (X, roi, scales, sizes) in opset 11.
            source.inputs.insert(nil, at: min(1, source.inputs.count))
            source.attributes["coordinate_transformation_mode"] = .string("asymmetric")
            source.attributes["nearest_mode"] = .string("floor")
        }
        // An empty tensor stands for an absent input in files of opset 11 and 12.
        for position in 1..<max(1, source.inputs.count) {
            if let id = source.inputs[position], graph.constants[id]?.count == 0 { source.inputs[position] = nil }
        }
        let mode = source.string("coordinate_transformation_mode") ?? "half_pixel"
        if mode != "tf_crop_and_resize", source.inputs.count > 1 { source.inputs[1] = nil }
    }

    /// `Upsample` is `Resize` that counts pixels from their corners.
    mutating func resizeFromUpsample(_ source: ONNXNode) throws -> ONNXNode {
        var result = source
        result.op = Operator.resize.rawValue
        let mode = source.string("mode") ?? "nearest"
        result.attributes = [
            "mode": .string(mode), "coordinate_transformation_mode": .string("asymmetric"),
            "nearest_mode": .string("floor"),
        ]
        if case .floats(let scales)? = source.attributes["scales"] {
            let id = graph.addConstant(
                name: claim("\(source.outputs.first ?? "")/scales"), try Tensor(scales, shape: [scales.count]))
            result.inputs = [source.input(0), nil, id]
        } else {
            result.inputs = [source.input(0), nil, source.input(1)]
        }
        // Already in today's form: what opset 10 would still rearrange.
        if context.opset == 10 { result.inputs.remove(at: 1) }
        return result
    }

    private static let typeNames = [
        "FLOAT": 1, "UINT8": 2, "INT8": 3, "UINT16": 4, "INT16": 5, "INT32": 6, "INT64": 7, "BOOL": 9, "FLOAT16": 10,
        "DOUBLE": 11, "UINT32": 12, "UINT64": 13,
    ]
}
