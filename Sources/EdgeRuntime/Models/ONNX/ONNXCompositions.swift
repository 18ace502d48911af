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
            return try finish(.cast, source, [data], ["to": .string(dtype.rawValue)])
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
