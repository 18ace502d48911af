import EdgeTensors

/// Reads the operators of ONNX Runtime's own domain, `com.microsoft`: what its optimiser and its quantizer write. Each is a composition of
/// operators of the graph, which the passes fuse again as they see fit.
extension ONNXGraphReader {
    /// Reads an operator of the domain; false where it has no form here.
    mutating func readMicrosoft(_ source: ONNXNode) throws -> Bool {
        switch source.op {
        case "FusedConv", "NhwcConv", "NhwcFusedConv": try readFusedConvolution(source)
        case "FusedGemm": try readFusedGemm(source)
        case "FusedMatMul", "TransposeMatMul": try readFusedMatMul(source)
        case "Gelu": try finish(.gelu, source, [source.input(0)])
        case "BiasGelu": try finish(.gelu, source, [try biased(source)])
        case "FastGelu": try finish(.gelu, source, [try biased(source)], ["approximate": .string("tanh")])
        case "QuickGelu":
            try finish(
                .swish, source, [try required(source, 0)], ["alpha": .float(source.float("alpha") ?? 1.702)])
        case "LayerNormalization": try append(.layerNormalization, source)
        case "SimplifiedLayerNormalization": try readSimplifiedNormalization(source)
        case "SkipLayerNormalization", "SkipSimplifiedLayerNormalization": try readSkipNormalization(source)
        case "EmbedLayerNormalization": try readEmbedding(source)
        case "QEmbedLayerNormalization": try readQuantizedEmbedding(source)
        case "GroupNorm": try readGroupNorm(source)
        case "Attention": try readFusedAttention(source)
        case "MultiHeadAttention": try readMultiHeadAttention(source)
        case "GroupQueryAttention": try readGroupQueryAttention(source)
        case "RotaryEmbedding": try readRotaryEmbedding(source)
        case "ConvTransposeWithDynamicPads": try readTransposedConvolutionWithPads(source)
        case "ExpandDims": try readExpandDims(source)
        case "Trilu", "GatherND", "Pad": try readNamesake(source)
        case "Range": try readRange(source)
        case "Tokenizer": try append(.tokenizer, source)
        case "CDist": try readDistances(source)
        default: return try readMicrosoftQuantized(source)
        }
        return true
    }

    /// An input that must be there.
    func required(_ source: ONNXNode, _ position: Int) throws -> ValueID {
        guard let id = source.input(position) else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` lacks input \(position + 1)")
        }
        return id
    }

    /// Appends the node that makes one result of a node of the file, by the position of that result; nothing where the file does not ask for it.
    mutating func finish(
        _ op: Operator, _ source: ONNXNode, output position: Int, _ inputs: [ValueID?],
        _ attributes: [String: Attribute] = [:]
    ) throws {
        guard source.outputs.indices.contains(position), !source.outputs[position].isEmpty else { return }
        var last = source
        last.outputs = [source.outputs[position]]
        if position > 0 && !source.name.isEmpty { last.name = "\(source.name)/output_\(position)" }
        try finish(op, last, inputs, attributes)
    }

    /// Whether the file asks for a result of a node.
    func asks(_ source: ONNXNode, forOutput position: Int) -> Bool {
        source.outputs.indices.contains(position) && !source.outputs[position].isEmpty
    }

    /// Appends a node of several results between others.
    mutating func steps(
        _ op: Operator, _ source: ONNXNode, _ suffix: String, _ inputs: [ValueID?], count: Int,
        _ attributes: [String: Attribute] = [:]
    ) -> [ValueID] {
        let results = (0..<count).map { intermediate("\(source.outputs.first ?? source.op)/\(suffix)_\($0)") }
        graph.nodes.append(
            Node(
                name: claimNode("\(source.name.isEmpty ? source.op : source.name)/\(suffix)", op: op.rawValue), op: op,
                inputs: inputs, outputs: results, attributes: attributes))
        return results
    }

    /// A constant list of integers for a node of the file.
    mutating func list(_ source: ONNXNode, _ suffix: String, _ values: [Int]) throws -> ValueID {
        try constant("\(source.outputs.first ?? source.op)/\(suffix)", int64s: values)
    }

    /// One extent of a value, as a list of one integer that the model computes.
    mutating func extent(_ id: ValueID, _ axis: Int, _ source: ONNXNode, _ suffix: String) throws -> ValueID {
        let shape = step(.shape, source, "\(suffix)_shape", [id])
        return step(.gather, source, suffix, [shape, try list(source, "\(suffix)_axis", [axis])], ["axis": .int(0)])
    }

    /// The whole numbers from 0 up to a list of one integer.
    mutating func count(to end: ValueID, _ source: ONNXNode, _ suffix: String) throws -> ValueID {
        let limit = step(.squeeze, source, "\(suffix)_end", [end])
        func scalar(_ value: Int64, _ name: String) throws -> ValueID {
            graph.addConstant(
                name: claim("\(source.outputs.first ?? source.op)/\(suffix)_\(name)"), try Tensor(scalar: value))
        }
        return step(.range, source, suffix, [try scalar(0, "first"), limit, try scalar(1, "step")])
    }

    /// What is known of the shape of a value: as the file declares it, else as it follows from the nodes ahead.
    mutating func shape(of id: ValueID) -> [Dimension]? {
        if let shape = graph.type(of: id)?.shape { return shape }
        guard inferencesLeft > 0 else { return nil }
        inferencesLeft -= 1
        var ahead = graph
        ahead.outputs = [id]
        ahead.removeDeadNodes()
        guard (try? ahead.inferShapes()) != nil else { return nil }
        guard let type = ahead.type(of: id) else { return nil }
        if graph[id].type == nil { graph[id].type = type }
        return type.shape
    }

    // MARK: Fused layers

    private mutating func biased(_ source: ONNXNode) throws -> ValueID {
        let data = try required(source, 0)
        guard let bias = source.input(1) else { return data }
        return step(.add, source, "biased", [data, bias])
    }

    /// Ends a fused operator with the activation that it names; its parameters are attributes with a prefix, or a list.
    private mutating func finishActivated(_ source: ONNXNode, _ value: ValueID) throws {
        let name = source.string("activation") ?? ""
        if name.isEmpty { return try finish(.identity, source, [value]) }
        guard let op = Operator(rawValue: name), op.isUnaryElementwise, op != .cast else {
            return context.reportUnsupported("\(source.op) with the activation \(name)", node: source.name)
        }
        var last = source
        last.op = name
        last.inputs = [value]
        last.attributes = [:]
        for (key, attribute) in source.attributes where key.hasPrefix("activation_") && key != "activation_params" {
            last.attributes[String(key.dropFirst("activation_".count))] = attribute
        }
        if case .floats(let parameters)? = source.attributes["activation_params"] {
            for (key, parameter) in zip(op == .clip ? ["min", "max"] : ["alpha", "beta", "gamma"], parameters) {
                last.attributes[key] = .float(parameter)
            }
        }
        if op == .leakyRelu || op == .elu || op == .thresholdedRelu { last.attributes["beta"] = nil }
        last.attributes["gamma"] = op == .selu ? last.attributes["gamma"] : nil
        if op == .gelu { last.attributes = [:] }
        try normalise(&last, op: op)
        try append(op, last)
    }

    private mutating func readFusedConvolution(_ source: ONNXNode) throws {
        var plain = source
        plain.op = Operator.conv.rawValue
        plain.inputs = [try required(source, 0), try required(source, 1)]
        if let bias = source.input(2) { plain.inputs.append(bias) }
        plain.attributes = source.attributes.filter { !$0.key.hasPrefix("activation") }
        try normalise(&plain, op: .conv)
        if source.op != "FusedConv" { plain.attributes["layout"] = .string(Layout.channelsLast.rawValue) }
        let isActivated = source.string("activation").map { !$0.isEmpty } ?? false
        guard isActivated || source.input(3) != nil else { return try append(.conv, plain) }
        var value = step(.conv, source, "linear", plain.inputs, plain.attributes)
        if let residual = source.input(3) { value = step(.add, source, "residual", [value, residual]) }
        try finishActivated(source, value)
    }

    private mutating func readFusedGemm(_ source: ONNXNode) throws {
        var inputs: [ValueID?] = [try required(source, 0), try required(source, 1)]
        if let addend = source.input(2) { inputs.append(addend) }
        let attributes = source.attributes.filter { ["alpha", "beta", "transA", "transB"].contains($0.key) }
        try finishActivated(source, step(.gemm, source, "linear", inputs, attributes))
    }

    /// `alpha * A' * B'`, where the last two axes of an operand may be exchanged, and its rows may stand ahead of the batches.
    private mutating func readFusedMatMul(_ source: ONNXNode) throws {
        var operands: [ValueID] = []
        for (position, suffix) in ["A", "B"].enumerated() {
            var operand = try required(source, position)
            let turns = source.int("trans\(suffix)") == 1
            let batches = source.int("transBatch\(suffix)") == 1
            if turns || batches {
                guard let rank = shape(of: operand)?.count else {
                    return context.reportUnsupported("\(source.op) of operands of unknown rank", node: source.name)
                }
                // A vector is no matrix to turn.
                if rank >= 2 {
                    var order = Array(0..<rank)
                    if batches { order = Array(1..<rank - 1) + [0, rank - 1] }
                    if turns { order.swapAt(rank - 2, rank - 1) }
                    operand = step(.transpose, source, "turned_\(suffix)", [operand], ["perm": .ints(order)])
                }
            }
            operands.append(operand)
        }
        let alpha = source.float("alpha") ?? 1
        if alpha == 1 { return try finish(.matMul, source, operands) }
        let product = step(.matMul, source, "product", operands)
        try finish(.mul, source, [product, try number(alpha, like: source.input(0), source, "alpha")])
    }

    private mutating func readTransposedConvolutionWithPads(_ source: ONNXNode) throws {
        var plain = source
        plain.op = Operator.convTranspose.rawValue
        plain.inputs = [try required(source, 0), try required(source, 1)]
        if let pads = source.input(2) {
            guard let values = graph.constants[pads]?.integerValues() else {
                return context.reportUnsupported("\(source.op) with computed pads", node: source.name)
            }
            plain.attributes["pads"] = .ints(values)
        }
        if let bias = source.input(3) { plain.inputs.append(bias) }
        try normalise(&plain, op: .convTranspose)
        try append(.convTranspose, plain)
    }

    // MARK: Others

    private mutating func readExpandDims(_ source: ONNXNode) throws {
        guard let axis = source.input(1).flatMap({ graph.constants[$0]?.integerValues() }) else {
            return context.reportUnsupported("ExpandDims along a computed axis", node: source.name)
        }
        try finish(.unsqueeze, source, [try required(source, 0), try list(source, "axes", axis)])
    }

    private mutating func readRange(_ source: ONNXNode) throws {
        let start = try required(source, 0)
        let step = try source.input(2) ?? number(1, like: start, source, "step")
        try finish(.range, source, [start, try required(source, 1), step])
    }

    /// What ONNX has under the same name.
    private mutating func readNamesake(_ source: ONNXNode) throws {
        guard let op = Operator(rawValue: source.op) else { return }
        var plain = source
        try normalise(&plain, op: op)
        try append(op, plain)
    }
}
