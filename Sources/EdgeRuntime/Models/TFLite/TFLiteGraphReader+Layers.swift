import EdgeTensors

/// Convolution, pooling, dense layers and recurrence.
extension TFLiteGraphReader {
    private static let layout: Attribute = .string(Layout.channelsLast.rawValue)

    mutating func readConvolution(_ operation: TFLiteOperation, depthwise: Bool) throws {
        let data = try required(operation, 0)
        // [out, h, w, in], or [1, h, w, out] where every channel has filters of its own.
        let weights = try turnedInput(operation, 1, depthwise ? [3, 0, 1, 2] : [0, 3, 1, 2])
        guard let kernel = graph.type(of: weights)?.fixedShape,
            let channels = graph.type(of: data)?.shape?.last?.fixedValue,
            kernel[1] > 0, channels % kernel[1] == 0
        else {
            throw ModelError.inconsistent(
                "\(operation.name) `\(nodeName(operation))` has weights that do not fit its data")
        }
        let activation = try operation.byte(depthwise ? 4 : 3)
        let dilation =
            depthwise
            ? (try operation.int(6, 1), try operation.int(5, 1)) : (try operation.int(5, 1), try operation.int(4, 1))
        var attributes = try windowAttributes(operation, kernel: [kernel[2], kernel[3]])
        attributes["dilations"] = .ints([dilation.0, dilation.1])
        attributes["group"] = .int(depthwise ? channels : channels / kernel[1])
        markDynamic(&attributes, data: data, weights: weights)
        try emitActivated(
            .conv, operation, [data, weights] + bias(operation, 2), to: output(operation), activation: activation,
            attributes)
    }

    /// Padding, strides (fields 0, 1 and 2 of all windowed operators), kernel and layout.
    private func windowAttributes(_ operation: TFLiteOperation, kernel: [Int]) throws -> [String: Attribute] {
        var attributes: [String: Attribute] = [
            "kernel_shape": .ints(kernel), "layout": Self.layout,
            "strides": .ints([try operation.int(2, 0), try operation.int(1, 0)]),
        ]
        switch try operation.byte(0) {
        case 0: attributes["auto_pad"] = .string("SAME_UPPER")
        case 1: break
        case let padding:
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` has the padding \(padding)")
        }
        return attributes
    }

    private mutating func bias(_ operation: TFLiteOperation, _ position: Int) throws -> [ValueID?] {
        guard let id = try optional(operation, position) else { return [] }
        return [id]
    }

    /// Float activations against integer weights: the activations are quantized as they arrive.
    private func markDynamic(_ attributes: inout [String: Attribute], data: ValueID, weights: ValueID) {
        guard graph.type(of: data)?.dtype.isFloat == true, graph.type(of: weights)?.quantization != nil,
            !exactWeights.contains(weights)
        else { return }
        attributes["dynamic_activations"] = .int(1)
    }

    mutating func readTransposedConvolution(_ operation: TFLiteOperation) throws {
        guard let shape = try integers(operation, 0), shape.count == 4 else {
            return try computed(operation, "output shape")
        }
        let data = try required(operation, 2)
        let weights = try turnedInput(operation, 1, [3, 0, 1, 2])
        guard let kernel = graph.type(of: weights)?.fixedShape else { return try computed(operation, "kernel") }
        var attributes = try windowAttributes(operation, kernel: [kernel[2], kernel[3]])
        attributes["auto_pad"] = .string("SAME_UPPER")
        attributes["output_shape"] = .ints([shape[1], shape[2]])
        try emitActivated(
            .convTranspose, operation, [data, weights] + bias(operation, 3), to: output(operation),
            activation: operation.byte(3), attributes)
    }

    mutating func readPool(_ operation: TFLiteOperation, _ op: Operator) throws {
        let attributes = try windowAttributes(operation, kernel: [operation.int(4), operation.int(3)])
        try emitActivated(
            op, operation, [required(operation, 0)], to: output(operation), activation: operation.byte(5), attributes)
    }

    // MARK: Dense

    mutating func readFullyConnected(_ operation: TFLiteOperation) throws {
        guard try operation.byte(1) == 0 else { return reportUnsupported(operation, "with shuffled weights") }
        var data = try required(operation, 0)
        let weights = try required(operation, 1)
        let result = try output(operation)
        guard let inner = graph.type(of: weights)?.shape, inner.count == 2 else {
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` has weights that are no matrix")
        }
        let type = graph.type(of: data)
        if type?.shape?.count != 2 || type?.shape?.last.map({ $0 != inner[1] && $0.fixedValue != nil }) == true {
            guard let width = inner[1].fixedValue else { return try computed(operation, "width") }
            let rows = intermediate(
                operation, "/rows", type.map { TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization) })
            emit(
                .reshape, operation, [data, try int64s(operation, "/rows/shape", [-1, width])], to: [rows],
                suffix: "/rows")
            data = rows
        }
        var attributes: [String: Attribute] = ["transB": .int(1)]
        markDynamic(&attributes, data: data, weights: weights)
        let inputs: [ValueID?] = try [data, weights] + bias(operation, 2)
        let target = graph.type(of: result)
        guard let shape = target?.shape, shape.count != 2 else {
            return try emitActivated(.gemm, operation, inputs, to: result, activation: operation.byte(0), attributes)
        }
        let flat = intermediate(
            operation, "/flat", target.map { TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization) })
        try emitActivated(.gemm, operation, inputs, to: flat, activation: operation.byte(0), attributes)
        let extents = shape.map { $0.fixedValue ?? -1 }
        guard extents.filter({ $0 == -1 }).count <= 1 else { return try computed(operation, "shape") }
        emit(.reshape, operation, [flat, try int64s(operation, "/shape", extents)], to: [result], suffix: "/reshape")
    }

    mutating func readBatchMatMul(_ operation: TFLiteOperation) throws {
        var inputs: [ValueID?] = []
        for position in 0..<2 {
            let id = try required(operation, position)
            guard try operation.bool(position) else {
                inputs.append(id)
                continue
            }
            guard var type = graph.type(of: id), let shape = type.shape, shape.count >= 2 else {
                return try computed(operation, "shape")
            }
            var order = Array(shape.indices)
            order.swapAt(order.count - 1, order.count - 2)
            type.shape = order.map { shape[$0] }
            let axis = type.quantization?.axis.flatMap { order.firstIndex(of: $0) }
            type.quantization?.axis = axis
            let turned = intermediate(operation, "/turned\(position)", type)
            emit(.transpose, operation, [id], to: [turned], ["perm": .ints(order)], suffix: "/transpose\(position)")
            inputs.append(turned)
        }
        emit(.matMul, operation, inputs, to: [try output(operation)])
    }

    // MARK: Recurrence

    mutating func readLSTM(_ operation: TFLiteOperation, sequence: Bool) throws {
        guard operation.inputs.count >= 20 else {
            return reportUnsupported(operation, "with \(operation.inputs.count) inputs")
        }
        if !sequence, try operation.byte(3) != 0 { return reportUnsupported(operation, "of the basic kernel") }
        var attributes: [String: Attribute] = [
            "activation": .int(Int(try operation.byte(0))), "cell_clip": .float(try operation.float(1, 0)),
            "proj_clip": .float(try operation.float(2, 0)),
            "time_major": .int(sequence ? (try operation.bool(3) ? 1 : 0) : 1),
        ]
        if try operation.options?.bool(5) == true && sequence {
            return reportUnsupported(operation, "with diagonal weights")
        }
        try readIntermediates(operation, &attributes)
        var inputs: [ValueID?] = []
        for position in operation.inputs.indices { inputs.append(try optional(operation, position)) }
        for position in [18, 19] {
            guard let state = inputs[position], graph.constants[state] == nil else {
                throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` lacks its state")
            }
            graph.variables.insert(state)
        }
        guard let data = inputs[0] else {
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` lacks its data")
        }
        let result = try output(operation)
        if graph.type(of: data)?.dtype.isFloat == true,
            inputs[1...8].contains(where: { $0.flatMap { graph.type(of: $0)?.quantization } != nil })
        {
            attributes["dynamic_activations"] = .int(1)
        }
        guard !sequence else { return emit(.sequenceLSTM, operation, inputs, to: [result], attributes) }
        // One step of a sequence of one.
        func long(_ id: ValueID) -> TensorType? {
            graph.type(of: id).map {
                TensorType(dtype: $0.dtype, shape: $0.shape.map { [.fixed(1)] + $0 }, quantization: $0.quantization)
            }
        }
        let step = intermediate(operation, "/step", long(data))
        emit(.unsqueeze, operation, [data, try int64s(operation, "/axes", [0])], to: [step], suffix: "/unsqueeze")
        inputs[0] = step
        let whole = intermediate(operation, "/sequence", long(result))
        emit(.sequenceLSTM, operation, inputs, to: [whole], attributes)
        emit(.squeeze, operation, [whole, try int64s(operation, "/axis", [0])], to: [result], suffix: "/squeeze")
    }

    /// The quantizations of what an integer LSTM computes inside.
    private func readIntermediates(_ operation: TFLiteOperation, _ attributes: inout [String: Attribute]) throws {
        guard !operation.intermediates.isEmpty else { return }
        let quantizations = try operation.intermediates.map { try type(of: $0).quantization }
        attributes["intermediate_scales"] = .floats(quantizations.map { $0?.scales.first ?? 0 })
        attributes["intermediate_zero_points"] = .ints(quantizations.map { Int($0?.zeroPoints.first ?? 0) })
    }
}
