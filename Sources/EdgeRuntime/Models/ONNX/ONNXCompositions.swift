import EdgeTensors

/// Reads operators that are plain compositions of others as those.
extension ONNXGraphReader {
    /// Appends a node between others and gives its one result.
    mutating func step(
        _ op: Operator, _ source: ONNXNode, _ suffix: String, _ inputs: [ValueID?],
        _ attributes: [String: Attribute] = [:]
    ) -> ValueID {
        let id = intermediate("\(source.outputs.first ?? source.op)/\(suffix)")
        graph.nodes.append(
            Node(
                name: claimNode("\(source.name.isEmpty ? source.op : source.name)/\(suffix)", op: op.rawValue), op: op,
                inputs: inputs, outputs: [id], attributes: attributes))
        return id
    }

    /// Appends the node that makes the result of a node of the file.
    mutating func finish(
        _ op: Operator, _ source: ONNXNode, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:]
    ) throws {
        var last = source
        last.inputs = inputs
        last.attributes = attributes
        try append(op, last)
    }

    /// A float constant of the type of another value, cast where that type is not single precision or is known only later.
    mutating func number(_ value: Float, like id: ValueID?, _ source: ONNXNode, _ suffix: String) throws -> ValueID {
        let constant = graph.addConstant(
            name: claim("\(source.outputs.first ?? source.op)/\(suffix)"), try Tensor(scalar: value))
        guard let id, graph.type(of: id)?.dtype != .f32 else { return constant }
        return step(.cast, source, "\(suffix)_cast", [constant, id])
    }

    /// `Mean` of any number of values: their sum over their number.
    mutating func readMean(_ source: ONNXNode) throws {
        guard source.inputs.count > 1 else { return try readSum(source) }
        var total = source.inputs[0]
        for (position, next) in source.inputs.enumerated().dropFirst() {
            total = step(.add, source, "sum_\(position)", [total, next])
        }
        let count = try number(Float(source.inputs.count), like: source.inputs[0], source, "count")
        try finish(.div, source, [total, count])
    }

    mutating func readCastLike(_ source: ONNXNode) throws {
        guard source.inputs.count == 2, let data = source.inputs[0], let like = source.inputs[1] else {
            throw ModelError.inconsistent("CastLike `\(source.name)` has \(source.inputs.count) inputs, it takes 2")
        }
        if let dtype = graph.type(of: like)?.dtype {
            var attributes = dtype.isNarrow ? source.attributes : [:]
            attributes["to"] = .string(dtype.rawValue)
            return try finish(.cast, source, [data], attributes)
        }
        try finish(.cast, source, [data, like])
    }

    /// `(x - mean) / (deviation + 1e-9)` over some axes.
    mutating func readMeanVariance(_ source: ONNXNode) throws {
        guard let data = source.input(0) else {
            throw ModelError.inconsistent("MeanVarianceNormalization `\(source.name)` has no input")
        }
        let axes = try constant("\(source.outputs.first ?? "")/axes", int64s: source.ints("axes") ?? [0, 2, 3])
        let mean = step(.reduceMean, source, "mean", [data, axes])
        let centred = step(.sub, source, "centred", [data, mean])
        let squares = step(.mul, source, "squares", [centred, centred])
        let variance = step(.reduceMean, source, "variance", [squares, axes])
        let deviation = step(.sqrt, source, "deviation", [variance])
        let bounded = step(
            .add, source, "bounded", [deviation, try number(1e-9, like: data, source, "epsilon")])
        try finish(.div, source, [centred, bounded])
    }
}

/// Quantized operators whose scales are computed, and loops of old.
extension ONNXGraphReader {
    /// A data input of a quantized operator as the real numbers it stands for, its scale computed by the model.
    private mutating func real(_ source: ONNXNode, at position: Int, axis: Int, _ suffix: String) throws -> ValueID {
        guard let data = source.input(position), let scale = source.input(position + 1) else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` lacks input \(position + 1)")
        }
        let inputs = [data, single(scale, source, "\(suffix)_scale"), source.input(position + 2)]
        return step(.dequantizeLinear, source, suffix, inputs, ["axis": .int(axis)])
    }

    /// A value in single precision.
    private mutating func single(_ id: ValueID, _ source: ONNXNode, _ suffix: String) -> ValueID {
        if graph.type(of: id)?.dtype == .f32 { return id }
        return step(.cast, source, suffix, [id], ["to": .string(DType.f32.rawValue)])
    }

    mutating func readComputedQLinear(_ source: ONNXNode) throws {
        let isConvolution = source.op == "QLinearConv"
        let left = try real(source, at: 0, axis: isConvolution ? 1 : -2, "left")
        let right = try real(source, at: 3, axis: isConvolution ? 0 : -1, "right")
        guard let scale = source.input(6) else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` lacks the scale of its output")
        }
        var inputs: [ValueID?] = [left, right]
        var attributes: [String: Attribute] = [:]
        if isConvolution {
            if let bias = source.input(8), let first = source.input(1), let second = source.input(4) {
                let product = step(.mul, source, "bias_scale", [first, second])
                inputs.append(step(.dequantizeLinear, source, "bias", [bias, product], ["axis": .int(0)]))
            }
            var plain = source
            try normalise(&plain, op: .conv)
            attributes = plain.attributes
        }
        let result = step(isConvolution ? .conv : .matMul, source, "real", inputs, attributes)
        try finish(.quantizeLinear, source, [result, single(scale, source, "scale"), source.input(7)])
    }

    /// `MatMulInteger`: the product of integers less their zero points.
    mutating func readMatMulInteger(_ source: ONNXNode) throws {
        let wide: [String: Attribute] = ["to": .string(DType.i32.rawValue)]
        var operands: [ValueID?] = []
        for (position, suffix) in ["left", "right"].enumerated() {
            guard let data = source.input(position) else {
                throw ModelError.inconsistent("MatMulInteger `\(source.name)` lacks input \(position + 1)")
            }
            var value = step(.cast, source, suffix, [data], wide)
            if let zeroPoint = source.input(position + 2) {
                var zero = step(.cast, source, "\(suffix)_zero", [zeroPoint], wide)
                // One for each row of the left operand, one for each column of the right.
                if position == 0, graph.type(of: zeroPoint)?.shape?.count == 1 {
                    zero = step(
                        .unsqueeze, source, "rows",
                        [zero, try constant("\(source.outputs.first ?? "")/axes", int64s: [1])])
                }
                value = step(.sub, source, "\(suffix)_centred", [value, zero])
            }
            operands.append(value)
        }
        try finish(.matMul, source, operands)
    }

    /// `DynamicQuantizeLinear`: bytes between the least and the largest element, zero among them.
    mutating func readDynamicQuantize(_ source: ONNXNode) throws {
        guard let data = source.input(0), source.outputs.count == 3 else {
            throw ModelError.inconsistent(
                "DynamicQuantizeLinear `\(source.name)` takes one input and gives three outputs")
        }
        let (scale, byte) = try dynamicScale(source, data, "")
        var result = source
        result.outputs = [source.outputs[1]]
        try finish(.identity, result, [scale])
        result.outputs = [source.outputs[2]]
        try finish(.identity, result, [byte])
        result.outputs = [source.outputs[0]]
        try finish(.quantizeLinear, result, [data, scale, byte])
    }

    /// The scale and the zero point of bytes that span all elements of a value, zero among them.
    private mutating func dynamicScale(
        _ source: ONNXNode, _ data: ValueID, _ prefix: String
    ) throws -> (scale: ValueID, zeroPoint: ValueID) {
        let zero = try number(0, like: nil, source, "\(prefix)zero")
        let most = try number(255, like: nil, source, "\(prefix)most")
        let scalar: [String: Attribute] = ["keepdims": .int(0)]
        let least = step(.reduceMin, source, "\(prefix)least", [data], scalar)
        let largest = step(.reduceMax, source, "\(prefix)largest", [data], scalar)
        let low = step(.minimum, source, "\(prefix)low", [least, zero])
        let high = step(.maximum, source, "\(prefix)high", [largest, zero])
        let range = step(.sub, source, "\(prefix)range", [high, low])
        let scale = step(.div, source, "\(prefix)scale", [range, most])
        let place = step(
            .div, source, "\(prefix)place", [step(.sub, source, "\(prefix)below", [zero, low]), scale])
        let bounded = step(.clip, source, "\(prefix)bounded", [place, zero, most])
        let rounded = step(.round, source, "\(prefix)rounded", [bounded])
        return (scale, step(.cast, source, "\(prefix)byte", [rounded], ["to": .string(DType.u8.rawValue)]))
    }

    /// The numbers that `DynamicQuantizeLinear` keeps of a value.
    mutating func dynamicallyRounded(_ source: ONNXNode, _ data: ValueID, _ suffix: String) throws -> ValueID {
        let (scale, byte) = try dynamicScale(source, data, "\(suffix)_")
        let bytes = step(.quantizeLinear, source, "\(suffix)_bytes", [data, scale, byte])
        return step(.dequantizeLinear, source, suffix, [bytes, scale, byte])
    }

    /// `Scan` of opset 8 ran once for each sample of a batch: a scan over the samples whose body is the scan of today.
    mutating func readBatchedScan(_ source: ONNXNode) throws {
        guard case .graph(let body)? = source.attributes["body"], let scanned = source.int("num_scan_inputs"),
            source.inputs.count > 1, source.input(0) == nil
        else {
            return context.reportUnsupported("Scan with lengths of sequences", node: source.name)
        }
        var outer = Graph()
        for (position, input) in source.inputs.enumerated().dropFirst() {
            let type = input.flatMap { graph.type(of: $0) }
            let slice = type.map { TensorType(dtype: $0.dtype, shape: $0.shape.map { Array($0.dropFirst()) }) }
            outer.inputs.append(outer.addValue(name: "sample_\(position)", type: slice))
        }
        for position in body.outputs.indices { outer.outputs.append(outer.addValue(name: "result_\(position)")) }
        var attributes: [String: Attribute] = ["body": .graph(body), "num_scan_inputs": .int(scanned)]
        if let directions = source.ints("directions") { attributes["scan_input_directions"] = .ints(directions) }
        outer.nodes = [
            Node(name: "steps", op: .scan, inputs: outer.inputs, outputs: outer.outputs, attributes: attributes)
        ]
        try finish(
            .scan, source, Array(source.inputs.dropFirst()),
            ["body": .graph(outer), "num_scan_inputs": .int(outer.inputs.count)])
    }
}
