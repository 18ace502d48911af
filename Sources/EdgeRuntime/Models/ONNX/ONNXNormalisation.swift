import EdgeTensors

/// Brings the forms of older opsets to those of today: what became an input in a later opset becomes one here.
extension ONNXGraphReader {
    mutating func normalise(_ source: inout ONNXNode, op: Operator) throws {
        switch op {
        case .clip: try inputsFromBounds(&source)
        case .squeeze, .unsqueeze, .reduceMean, .reduceSum, .reduceMax, .reduceMin:
            try moveToInput(&source, "axes", position: 1)
        case .split: try moveToInput(&source, "split", position: 1)
        case .slice: try inputsFromSlice(&source)
        case .pad: try inputsFromPad(&source)
        case .dropout:
            source.inputs = Array(source.inputs.prefix(1))
            source.attributes = [:]
        case .resize: try normaliseResize(&source)
        case .cast: normaliseCast(&source)
        case .softmax, .logSoftmax:
            // Before opset 13 everything from `axis` on was one row; `resolveLegacySoftmax` settles it when the shape is known.
            if context.opset < 13 { source.attributes["legacy_axis"] = .int(source.int("axis") ?? 1) }
            source.attributes["axis"] = .int(source.int("axis") ?? (context.opset < 13 ? 1 : -1))
        case .conv, .convTranspose, .maxPool, .averagePool: normalisePadding(&source)
        case .batchNormalization:
            if source.int("spatial") == 0 || source.int("training_mode") == 1 {
                context.reportUnsupported("BatchNormalization as in training", node: source.name)
            }
            source.attributes = source.attributes.filter { $0.key == "epsilon" }
        case .lstm, .gru, .rnn:
            if source.int("layout") == 1 { context.reportUnsupported("\(source.op) with layout 1", node: source.name) }
            source.attributes["layout"] = nil
        case .scan:
            if context.opset < 9 { context.reportUnsupported("Scan before opset 9", node: source.name) }
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
        source.attributes["storage_order"] = nil
        switch source.string("auto_pad") {
        case "NOTSET"?: source.attributes["auto_pad"] = nil
        case "VALID"?:
            source.attributes["auto_pad"] = nil
            source.attributes["pads"] = nil
        default: break
        }
    }

    private func normaliseCast(_ source: inout ONNXNode) {
        source.attributes["saturate"] = nil
        if let code = source.int("to"), let dtype = DType(onnx: code) {
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
        if mode == "tf_crop_and_resize" || source.int("antialias") == 1 || source.attributes["axes"] != nil {
            context.reportUnsupported("Resize with cropping, antialiasing or axes", node: source.name)
        }
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
}
