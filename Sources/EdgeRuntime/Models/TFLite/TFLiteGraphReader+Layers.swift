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

    mutating func bias(_ operation: TFLiteOperation, _ position: Int) throws -> [ValueID?] {
        guard let id = try optional(operation, position) else { return [] }
        return [id]
    }

    /// Float activations against integer weights: the activations are quantized as they arrive.
    func markDynamic(_ attributes: inout [String: Attribute], data: ValueID, weights: ValueID) {
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

    /// MediaPipe's custom operator for a `TRANSPOSE_CONV` with a bias.
    static let biasedTransposedConvolution = "Convolution2DTransposeBias"

    mutating func readBiasedTransposedConvolution(_ operation: TFLiteOperation) throws {
        // The options are the bytes of three numbers: how it is padded, the strides across and down.
        let options = Array(operation.customOptions)
        let numbers = stride(from: 0, through: options.count - 4, by: 4).map { start in
            (0..<4).reduce(0) { $0 | Int(options[start + $1]) << (8 * $1) }
        }
        guard numbers.count >= 3, (1...2).contains(numbers[0]) else {
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` has options that are no strides")
        }
        let weights = try turnedInput(operation, 1, [3, 0, 1, 2])
        let result = try output(operation)
        guard let shape = graph.type(of: result)?.shape, shape.count == 4, let height = shape[1].fixedValue,
            let width = shape[2].fixedValue, let kernel = graph.type(of: weights)?.fixedShape, kernel.count == 4
        else { return try computed(operation, "output shape") }
        let inputs: [ValueID?] = [try required(operation, 0), weights, try required(operation, 2)]
        emit(
            .convTranspose, operation, inputs, to: [result],
            [
                "strides": .ints([numbers[2], numbers[1]]), "auto_pad": .string("SAME_UPPER"),
                "output_shape": .ints([height, width]), "layout": Self.layout,
                "kernel_shape": .ints(Array(kernel[2...])),
            ])
    }

    mutating func readPool(_ operation: TFLiteOperation, _ op: Operator) throws {
        let attributes = try windowAttributes(operation, kernel: [operation.int(4), operation.int(3)])
        try emitActivated(
            op, operation, [required(operation, 0)], to: output(operation), activation: operation.byte(5), attributes)
    }

    /// The pool alone, of another value than the operator's input.
    mutating func emitPool(_ operation: TFLiteOperation, _ op: Operator, _ data: ValueID, to result: ValueID) throws {
        let attributes = try windowAttributes(operation, kernel: [operation.int(4), operation.int(3)])
        emit(op, operation, [data], to: [result], attributes, suffix: "/pool")
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
            if let tensor = graph.constants[id] {
                inputs.append(
                    graph.addConstant(
                        name: claimedName(graph[id].name), try tensor.permuted(order), quantization: type.quantization))
                continue
            }
            let turned = intermediate(operation, "/turned\(position)", type)
            emit(.transpose, operation, [id], to: [turned], ["perm": .ints(order)], suffix: "/transpose\(position)")
            inputs.append(turned)
        }
        var attributes: [String: Attribute] = [:]
        if let data = inputs[0], let weights = inputs[1] { markDynamic(&attributes, data: data, weights: weights) }
        emit(.matMul, operation, inputs, to: [try output(operation)], attributes)
    }

    // MARK: Volumes

    /// `CONV_3D`: data `[batch, depth, height, width, channels]`, weights `[depth, height, width, in, out]`.
    mutating func readVolumes(_ operation: TFLiteOperation) throws {
        let data = try required(operation, 0)
        let weights = try turnedInput(operation, 1, [4, 3, 0, 1, 2])
        guard let kernel = graph.type(of: weights)?.fixedShape, kernel[1] > 0,
            let channels = graph.type(of: data)?.shape?.last?.fixedValue, channels % kernel[1] == 0
        else { return try computed(operation, "kernel") }
        var attributes = try volumeAttributes(operation, kernel)
        attributes["group"] = .int(channels / kernel[1])
        if try operation.byte(0) == 0 { attributes["auto_pad"] = .string("SAME_UPPER") }
        try emitActivated(
            .conv, operation, [data, weights] + bias(operation, 2), to: output(operation),
            activation: operation.byte(4), attributes)
    }

    /// `CONV_3D_TRANSPOSE`: output shape, weights `[depth, height, width, out, in]`, data.
    mutating func readTransposedVolumes(_ operation: TFLiteOperation) throws {
        guard let shape = try integers(operation, 0), shape.count == 5 else {
            return try computed(operation, "output shape")
        }
        let data = try required(operation, 2)
        let weights = try turnedInput(operation, 1, [4, 3, 0, 1, 2])
        guard let kernel = graph.type(of: weights)?.fixedShape else { return try computed(operation, "kernel") }
        var attributes = try volumeAttributes(operation, kernel)
        attributes["auto_pad"] = .string("SAME_UPPER")
        attributes["output_shape"] = .ints(Array(shape[1...3]))
        try emitActivated(
            .convTranspose, operation, [data, weights] + bias(operation, 3), to: output(operation),
            activation: operation.byte(4), attributes)
    }

    /// Strides and dilations stand as depth, width, height in the file.
    private func volumeAttributes(_ operation: TFLiteOperation, _ kernel: [Int]) throws -> [String: Attribute] {
        guard [0, 1].contains(try operation.byte(0)) else {
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` has no known padding")
        }
        return [
            "kernel_shape": .ints(Array(kernel[2...])), "layout": Self.layout,
            "strides": .ints([try operation.int(1), try operation.int(3), try operation.int(2)]),
            "dilations": .ints([try operation.int(5, 1), try operation.int(7, 1), try operation.int(6, 1)]),
        ]
    }
}
