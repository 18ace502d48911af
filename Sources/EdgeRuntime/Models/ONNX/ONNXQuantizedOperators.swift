import EdgeTensors

/// Reads ONNX's quantized operators as plain operators on quantized values.
extension ONNXGraphReader {
    // MARK: Quantize and dequantize

    mutating func readQuantizeOrDequantize(_ source: ONNXNode) throws {
        let op: Operator = source.op == "QuantizeLinear" ? .quantizeLinear : .dequantizeLinear
        guard (2...3).contains(source.inputs.count), let data = source.inputs[0], let scale = source.inputs[1],
            let result = source.outputs.first
        else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` has \(source.inputs.count) inputs, it takes 3")
        }
        if let dtype = narrowType(of: source) { return try readNarrowQuantization(source, dtype) }
        let zeroPoint = source.input(2)
        let name = claimNode(source.name, op: source.op)
        guard graph.constants[scale] != nil, zeroPoint.map({ graph.constants[$0] != nil }) ?? true else {
            let id = try output(result)
            let inputs = zeroPoint.map { [data, scale, $0] } ?? [data, scale]
            graph.nodes.append(
                Node(name: name, op: op, inputs: inputs, outputs: [id], attributes: source.attributes))
            return
        }
        let axis = try resolvedAxis(source, of: data, scale: scale)
        let quantization = try quantization(
            scale: scale, zeroPoint: zeroPoint, axis: axis, groupSize: source.int("block_size"),
            isConstant: op == .dequantizeLinear && graph.constants[data] != nil, node: source)
        if op == .dequantizeLinear {
            let stored = try quantized(
                data, as: quantization, dtype: zeroPoint.flatMap { graph.type(of: $0)?.dtype })
            let id = try output(result)
            graph[id].type?.quantization = nil
            graph.nodes.append(Node(name: name, op: op, inputs: [stored], outputs: [id]))
        } else {
            let id = try output(result)
            let declared = source.int("output_dtype").flatMap { $0 == 0 ? nil : DType(onnx: $0) }
            let dtype = zeroPoint.flatMap { graph.type(of: $0)?.dtype } ?? declared ?? .u8
            graph[id].type = TensorType(dtype: dtype, shape: graph.type(of: id)?.shape, quantization: quantization)
            graph.nodes.append(Node(name: name, op: op, inputs: [data], outputs: [id]))
        }
    }

    private func resolvedAxis(_ source: ONNXNode, of id: ValueID, scale: ValueID) throws -> Int? {
        guard let scales = graph.constants[scale], scales.count > 1 else { return nil }
        let axis = source.int("axis") ?? 1
        if axis >= 0 { return axis }
        guard let rank = graph.type(of: id)?.shape?.count ?? (scales.rank > 1 ? scales.rank : nil), axis + rank >= 0
        else {
            throw ModelError.unsupported(
                "\(source.op) `\(source.name)` counts its axis from the end of an unknown shape")
        }
        return axis + rank
    }

    /// A quantization of constants for scale and zero point.
    ///
    /// - Parameter isConstant: whether it is of integers that are known: any finite scale will do, as none is rounded to.
    func quantization(
        scale: ValueID, zeroPoint: ValueID?, axis: Int?, groupSize: Int? = nil, isConstant: Bool = false, node: ONNXNode
    ) throws -> Quantization {
        guard let scales = graph.constants[scale]?.realValues(), !scales.isEmpty,
            scales.allSatisfy({ $0.isFinite && ($0 > 0 || isConstant) })
        else {
            throw ModelError.unsupported("\(node.op) `\(node.name)` has a scale that is computed, zero or not finite")
        }
        var zeroPoints = [Int32](repeating: 0, count: scales.count)
        if let zeroPoint {
            guard let values = graph.constants[zeroPoint]?.integerValues(),
                values.count == scales.count || values.count == 1
            else {
                throw ModelError.unsupported("\(node.op) `\(node.name)` has a zero point that does not fit its scale")
            }
            zeroPoints =
                values.count == 1
                ? [Int32](repeating: Int32(truncatingIfNeeded: values[0]), count: scales.count)
                : values.map { Int32(truncatingIfNeeded: $0) }
        }
        let grouped = groupSize.map { $0 > 0 } == true && scales.count > 1
        return Quantization(
            scales: scales, zeroPoints: zeroPoints, axis: scales.count > 1 ? axis : nil,
            groupSize: grouped ? groupSize : nil)
    }

    /// The value under a quantization: itself where that is what is known of it, else a copy or a conversion.
    mutating func quantized(_ id: ValueID, as quantization: Quantization, dtype: DType?) throws -> ValueID {
        let known = graph.type(of: id)
        if known?.quantization == quantization { return id }
        if known?.quantization == nil {
            if var type = known {
                guard !type.dtype.isFloat else {
                    throw ModelError.inconsistent(
                        "the value `\(graph[id].name)` is read as integers, but is \(type.dtype.rawValue)")
                }
                type.quantization = quantization
                graph[id].type = type
            } else {
                graph[id].type = TensorType(dtype: dtype ?? .u8, shape: nil, quantization: quantization)
            }
            return id
        }
        // The same integers under another scale: a constant is copied, another value is read by that scale and quantized again.
        let name = graph[id].name
        if let tensor = graph.constants[id] {
            return graph.addConstant(name: claim(name), tensor, quantization: quantization)
        }
        let scales = graph.addConstant(
            name: claim("\(name)/scale"),
            try Tensor(quantization.scales, shape: quantization.axis == nil ? [] : [quantization.scales.count]))
        let zeroPoints = graph.addConstant(
            name: claim("\(name)/zero_point"),
            try Tensor.integers(
                quantization.zeroPoints.map(Int.init),
                shape: quantization.axis == nil ? [] : [quantization.scales.count],
                dtype: known?.dtype ?? .u8))
        let real = intermediate("\(name)/real")
        let stored = intermediate(
            "\(name)/requantized",
            type: TensorType(dtype: known?.dtype ?? .u8, shape: known?.shape, quantization: quantization))
        let attributes: [String: Attribute] = quantization.axis.map { ["axis": .int($0)] } ?? [:]
        graph.nodes.append(
            Node(
                name: claimNode("\(name)/dequantize", op: ""), op: .dequantizeLinear, inputs: [id, scales, zeroPoints],
                outputs: [real], attributes: attributes))
        graph.nodes.append(
            Node(name: claimNode("\(name)/quantize", op: ""), op: .quantizeLinear, inputs: [real], outputs: [stored]))
        return stored
    }

    /// A data input with its scale and zero point, at three positions in a row (zero point may be absent).
    mutating func operand(_ source: ONNXNode, at position: Int, axis: Int? = nil) throws -> ValueID {
        guard let data = source.input(position), let scale = source.input(position + 1) else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` lacks input \(position + 1)")
        }
        let zeroPoint = source.input(position + 2)
        let quantization = try quantization(scale: scale, zeroPoint: zeroPoint, axis: axis, node: source)
        return try quantized(data, as: quantization, dtype: zeroPoint.flatMap { graph.type(of: $0)?.dtype })
    }

    mutating func quantizedOutput(
        _ source: ONNXNode, scale: Int, op: Operator, inputs: [ValueID?], attributes: [String: Attribute]
    ) throws {
        guard let scaleID = source.input(scale), let result = source.outputs.first else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` lacks the scale of its output")
        }
        let zeroPoint = source.input(scale + 1)
        let id = try output(result)
        graph[id].type = TensorType(
            dtype: zeroPoint.flatMap { graph.type(of: $0)?.dtype } ?? .u8, shape: graph.type(of: id)?.shape,
            quantization: try quantization(scale: scaleID, zeroPoint: zeroPoint, axis: nil, node: source))
        graph.nodes.append(
            Node(
                name: claimNode(source.name, op: op.rawValue), op: op, inputs: inputs, outputs: [id],
                attributes: attributes))
    }

    // MARK: Convolution and matrix product

    mutating func readQLinear(_ source: ONNXNode) throws {
        // Data, scale and zero point of both operands and the result.
        let parameters = [1, 2, 4, 5, 6, 7]
        guard parameters.allSatisfy({ source.input($0).map { graph.constants[$0] != nil } ?? true }) else {
            return try readComputedQLinear(source)
        }
        if source.op == "QLinearMatMul" {
            let left = try operand(source, at: 0)
            let rank = source.input(3).flatMap { graph.type(of: $0)?.shape?.count } ?? 2
            let right = try operand(source, at: 3, axis: rank - 1)
            return try quantizedOutput(source, scale: 6, op: .matMul, inputs: [left, right], attributes: [:])
        }
        let data = try operand(source, at: 0)
        let weights = try operand(source, at: 3, axis: 0)
        var inputs: [ValueID?] = [data, weights]
        if let bias = source.input(8), let left = graph.type(of: data)?.quantization?.scales.first,
            let right = graph.type(of: weights)?.quantization?.scales
        {
            let scales = right.map { $0 * left }
            let quantization = Quantization(
                scales: scales, zeroPoints: [Int32](repeating: 0, count: scales.count), axis: scales.count > 1 ? 0 : nil
            )
            inputs.append(try quantized(bias, as: quantization, dtype: .i32))
        }
        var plain = source
        try normalise(&plain, op: .conv)
        try quantizedOutput(source, scale: 6, op: .conv, inputs: inputs, attributes: plain.attributes)
    }
}
