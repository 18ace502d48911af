import EdgeTensors

/// Quantized operators of ONNX Runtime's domain.
extension ONNXGraphReader {
    /// Reads an operator of the domain that computes on integers; false where it has no form here.
    mutating func readMicrosoftQuantized(_ source: ONNXNode) throws -> Bool {
        switch source.op {
        case "QLinearAdd", "QLinearMul":
            let left = try operand(source, at: 0)
            let right = try operand(source, at: 3)
            try quantizedOutput(
                source, scale: 6, op: source.op == "QLinearAdd" ? .add : .mul, inputs: [left, right], attributes: [:])
        case "QLinearAveragePool", "QLinearGlobalAveragePool":
            let data = try operand(source, at: 0)
            let op: Operator = source.op == "QLinearAveragePool" ? .averagePool : .globalAveragePool
            var plain = source
            try normalise(&plain, op: .averagePool)
            applyChannelsLast(&plain)
            try quantizedOutput(source, scale: 3, op: op, inputs: [data], attributes: plain.attributes)
        case "QLinearSigmoid", "QLinearLeakyRelu":
            let data = try operand(source, at: 0)
            let attributes = source.attributes.filter { $0.key == "alpha" }
            try quantizedOutput(
                source, scale: 3, op: source.op == "QLinearSigmoid" ? .sigmoid : .leakyRelu, inputs: [data],
                attributes: attributes)
        case "QLinearSoftmax":
            let data = try operand(source, at: 0)
            let opset = source.int("opset") ?? context.opset
            let axis = source.int("axis") ?? (opset < 13 ? 1 : -1)
            var attributes: [String: Attribute] = ["axis": .int(axis)]
            if opset < 13 { attributes["legacy_axis"] = .int(axis) }
            try quantizedOutput(source, scale: 3, op: .softmax, inputs: [data], attributes: attributes)
        case "QLinearConcat":
            var inputs: [ValueID?] = []
            for position in stride(from: 2, to: source.inputs.count, by: 3) {
                inputs.append(try operand(source, at: position))
            }
            try quantizedOutput(
                source, scale: 0, op: .concat, inputs: inputs, attributes: ["axis": .int(source.int("axis") ?? 0)])
        case "QLinearWhere":
            let inputs: [ValueID?] = [
                try required(source, 0), try operand(source, at: 1), try operand(source, at: 4),
            ]
            try quantizedOutput(source, scale: 7, op: .selectWhere, inputs: inputs, attributes: [:])
        case "QLinearReduceMean":
            var inputs: [ValueID?] = [try operand(source, at: 0)]
            if let axes = source.ints("axes") { inputs.append(try list(source, "axes", axes)) }
            try quantizedOutput(
                source, scale: 3, op: .reduceMean, inputs: inputs,
                attributes: ["keepdims": .int(source.int("keepdims") ?? 1)])
        case "QLinearConv":
            var plain = source
            applyChannelsLast(&plain)
            try readQLinear(plain)
        case "NhwcMaxPool":
            var plain = source
            plain.op = Operator.maxPool.rawValue
            try normalise(&plain, op: .maxPool)
            plain.attributes["layout"] = .string(Layout.channelsLast.rawValue)
            try append(.maxPool, plain)
        case "QGemm": try readQuantizedGemm(source)
        case "MatMulNBits": try readMatMulNBits(source)
        case "QAttention": try readQuantizedAttention(source)
        case "MatMulIntegerToFloat":
            let left = try realOperand(source, 0, scale: 2, zeroPoint: 4, axis: -2, "left")
            let right = try realOperand(source, 1, scale: 3, zeroPoint: 5, axis: -1, "right")
            try finishProduct(source, left, right, bias: source.input(6))
        case "DynamicQuantizeMatMul":
            let left = try dynamicallyRounded(source, try required(source, 0), "left")
            let right = try realOperand(source, 1, scale: 2, zeroPoint: 3, axis: -1, "right")
            try finishProduct(source, left, right, bias: source.input(4))
        case "DynamicQuantizeLSTM": try readDynamicLSTM(source)
        default: return false
        }
        return true
    }

    private func applyChannelsLast(_ source: inout ONNXNode) {
        if case .int(1)? = source.attributes.removeValue(forKey: "channels_last") {
            source.attributes["layout"] = .string(Layout.channelsLast.rawValue)
        }
    }

    private mutating func finishProduct(_ source: ONNXNode, _ left: ValueID, _ right: ValueID, bias: ValueID?) throws {
        guard let bias else { return try finish(.matMul, source, [left, right]) }
        try finish(.add, source, [step(.matMul, source, "product", [left, right]), bias])
    }

    /// The real numbers that an input of integers stands for, by a scale and a zero point at other positions, known now or computed.
    ///
    /// - Parameter axis: where the scales run along, if there are several; counted from the end where it is negative.
    mutating func realOperand(
        _ source: ONNXNode, _ position: Int, scale: Int, zeroPoint: Int, axis: Int, _ suffix: String
    ) throws -> ValueID {
        let data = try required(source, position)
        let scaleID = try required(source, scale)
        let zeroID = source.input(zeroPoint)
        guard graph.constants[scaleID] != nil, zeroID.map({ graph.constants[$0] != nil }) ?? true else {
            return step(.dequantizeLinear, source, suffix, [data, scaleID, zeroID].trimmed, ["axis": .int(axis)])
        }
        let count = graph.constants[scaleID]?.count ?? 1
        var place: Int? = axis
        if axis < 0 {
            place = count > 1 ? shape(of: data).map { $0.count + axis } : nil
            if count > 1 && place == nil {
                throw ModelError.unsupported("\(source.op) `\(source.name)` counts an axis from an unknown end")
            }
        }
        let quantization = try quantization(scale: scaleID, zeroPoint: zeroID, axis: place, node: source)
        let stored = try quantized(data, as: quantization, dtype: zeroID.flatMap { graph.type(of: $0)?.dtype })
        return step(.dequantizeLinear, source, suffix, [stored])
    }

    /// `QGemm`: to integers, or to floats where it names no scale for its result.
    private mutating func readQuantizedGemm(_ source: ONNXNode) throws {
        let left = try operand(source, at: 0)
        let right = try operand(source, at: 3, axis: source.int("transB") == 1 ? 0 : 1)
        var inputs: [ValueID?] = [left, right]
        let alpha = source.float("alpha") ?? 1
        if let addend = source.input(6), let first = graph.type(of: left)?.quantization?.scales.first,
            let second = graph.type(of: right)?.quantization?.scales
        {
            let scales = second.map { $0 * first * alpha }
            let rank = graph.type(of: addend)?.shape?.count ?? 1
            let quantization = Quantization(
                scales: scales, zeroPoints: [Int32](repeating: 0, count: scales.count),
                axis: scales.count > 1 ? rank - 1 : nil)
            inputs.append(try quantized(addend, as: quantization, dtype: .i32))
        }
        let attributes = source.attributes.filter { ["alpha", "transA", "transB"].contains($0.key) }
        if source.input(7) != nil {
            return try quantizedOutput(source, scale: 7, op: .gemm, inputs: inputs, attributes: attributes)
        }
        let reals = inputs.enumerated().map { step(.dequantizeLinear, source, "real_\($0)", [$1]) }
        try finish(.gemm, source, reals, attributes)
    }

    /// An LSTM whose weights are bytes; the numbers that arrive are rounded to bytes too.
    private mutating func readDynamicLSTM(_ source: ONNXNode) throws {
        let data = try dynamicallyRounded(source, try required(source, 0), "data")
        var inputs: [ValueID?] = [data]
        for (position, scale) in [(1, 8), (2, 10)] {
            let integers = try required(source, position)
            guard let stored = graph.constants[integers], let numbers = stored.integerValues(),
                let scales = graph.constants[try required(source, scale)]?.realValues(), stored.rank == 3,
                let points = graph.constants[try required(source, scale + 1)]?.integerValues(), !scales.isEmpty
            else { return context.reportUnsupported("\(source.op) with computed weights", node: source.name) }
            let (rows, columns) = (stored.shape[1], stored.shape[2])
            let directions = stored.shape[0]
            guard scales.count == directions || scales.count == directions * columns, points.count == scales.count
            else { throw ModelError.inconsistent("the scales of `\(source.name)` do not fit its weights") }
            // ONNX Runtime keeps them turned: inputs along the rows, gates along the columns.
            var values = [Float](repeating: 0, count: numbers.count)
            for direction in 0..<directions {
                for column in 0..<columns {
                    let place = scales.count == directions ? direction : direction * columns + column
                    for row in 0..<rows {
                        let number = numbers[(direction * rows + row) * columns + column]
                        values[(direction * columns + column) * rows + row] =
                            (Float(number) - Float(points[place])) * scales[place]
                    }
                }
            }
            inputs.append(
                graph.addConstant(
                    name: claim("\(source.outputs.first ?? source.op)/weights_\(position)"),
                    try Tensor(values, shape: [directions, columns, rows])))
        }
        for position in 3...7 { inputs.append(source.input(position)) }
        var plain = source
        plain.inputs = inputs.trimmed
        try normalise(&plain, op: .lstm)
        try append(.lstm, plain)
    }
}
