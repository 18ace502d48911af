import EdgeTensors
internal import FoundationEssentials
internal import SwiftProtobuf

/// Reads nodes: each becomes one node of the graph or the few that say the same in its vocabulary.
extension ONNXGraphReader {
    mutating func readNode(_ proto: Onnx_NodeProto) throws {
        var source = ONNXNode(
            name: proto.name, op: proto.opType, inputs: [], outputs: proto.output, attributes: try attributes(of: proto)
        )
        if proto.metadataProps.contains(where: { $0.key == "edgesh.dynamic_activations" && $0.value == "1" }) {
            source.attributes["dynamic_activations"] = .int(1)
        }
        let standard = proto.domain.isEmpty || proto.domain == "ai.onnx"
        let isClassical = proto.domain == "ai.onnx.ml"
        guard standard || isClassical || proto.domain == "com.microsoft" else {
            return try skip(source, op: "\(proto.domain).\(proto.opType)")
        }
        if try readSequence(proto, attributes: source.attributes) { return }
        for name in proto.input { source.inputs.append(try value(name)) }
        switch source.op {
        case _ where isClassical: return try readClassical(source)
        case "Constant" where standard: return try readConstant(source)
        case "QuantizeLinear", "DequantizeLinear": return try readQuantizeOrDequantize(source)
        case "QLinearConv" where standard, "QLinearMatMul" where standard: return try readQLinear(source)
        case _ where !standard:
            guard try readMicrosoft(source) else { return try skip(source, op: "com.microsoft.\(source.op)") }
            return
        case "Upsample": source = try resizeFromUpsample(source)
        case "Sum": return try readSum(source)
        case "Mean": return try readMean(source)
        case "CastLike": return try readCastLike(source)
        // ONNX Runtime keeps it in ONNX's domain.
        case "SimplifiedLayerNormalization": return try readSimplifiedNormalization(source)
        case "Scatter": source.op = Operator.scatterElements.rawValue
        case "MeanVarianceNormalization": return try readMeanVariance(source)
        case Operator.readVariable.rawValue, Operator.assignVariable.rawValue, Operator.tokenizer.rawValue:
            return try skip(source, op: source.op)
        case "MatMulInteger": return try readMatMulInteger(source)
        case "DynamicQuantizeLinear": return try readDynamicQuantize(source)
        case "Scan" where context.opset < 9: return try readBatchedScan(source)
        case Operator.sequenceLSTM.rawValue, Operator.spaceToBatch.rawValue, Operator.batchToSpace.rawValue:
            return try skip(source, op: source.op)
        default: break
        }
        source.attributes["consumed_inputs"] = nil
        guard let op = Operator(rawValue: source.op), !op.isClassical else { return try skip(source, op: source.op) }
        try normalise(&source, op: op)
        try append(op, source)
    }

    /// Keeps the graph whole around a node that cannot be read, so that all such nodes are reported at once.
    mutating func skip(_ source: ONNXNode, op: String) throws {
        context.reportUnsupported(op, node: source.name.isEmpty ? source.outputs.first ?? "" : source.name)
        for name in source.outputs { _ = try output(name) }
    }

    /// Adds a node whose form is the graph's.
    mutating func append(_ op: Operator, _ source: ONNXNode) throws {
        var inputs = source.inputs
        while let last = inputs.last, last == nil { inputs.removeLast() }
        try checkCount(op, inputs.count, source)
        var names = source.outputs
        while names.last?.isEmpty == true { names.removeLast() }
        let limit = outputLimit(op, source)
        if names.count > limit {
            if op == .batchNormalization {
                // Training outputs: values that inference does not make. A reader of them is reported as reading nothing.
                names = Array(names.prefix(1))
            } else {
                context.reportUnsupported("\(source.op) with \(names.count) outputs", node: source.name)
            }
        }
        guard !names.isEmpty else { return }
        var outputs: [ValueID] = []
        for name in names { outputs.append(try output(name)) }
        graph.nodes.append(
            Node(
                name: claimNode(source.name, op: op.rawValue), op: op, inputs: inputs, outputs: outputs,
                attributes: source.attributes))
    }

    private func checkCount(_ op: Operator, _ count: Int, _ source: ONNXNode) throws {
        let range = op.inputCounts
        guard range.contains(count), source.inputs.prefix(range.lowerBound).allSatisfy({ $0 != nil }) else {
            throw ModelError.inconsistent(
                "\(source.op) `\(source.name)` has \(count) inputs, it takes \(range.lowerBound)"
                    + (range.count > 1 ? " or more" : ""))
        }
    }

    private func outputLimit(_ op: Operator, _ source: ONNXNode) -> Int {
        switch op {
        case .split, .scan, .loop, .conditional: .max
        case .lstm: 3
        case .gru, .rnn, .dropout, .topK, .maxPool, .softmaxCrossEntropyLoss: 2
        case .layerNormalization: 3
        case .treeEnsembleClassifier, .linearClassifier, .svmClassifier, .stringSplit: 2
        case .unique, .attention: 4
        case .batchNormalization: source.int("training_mode") == 1 ? 3 : 1
        default: 1
        }
    }

    private mutating func readConstant(_ source: ONNXNode) throws {
        guard let name = source.outputs.first else { return }
        let tensor: Tensor
        if case .tensor(let value)? = source.attributes["value"] ?? source.attributes["sparse_value"] {
            tensor = value
        } else if case .float(let value)? = source.attributes["value_float"] {
            tensor = try Tensor(scalar: value)
        } else if case .int(let value)? = source.attributes["value_int"] {
            tensor = try Tensor(scalar: Int64(value))
        } else if case .floats(let value)? = source.attributes["value_floats"] {
            tensor = try Tensor(value, shape: [value.count])
        } else if case .ints(let value)? = source.attributes["value_ints"] {
            tensor = try Tensor.int64s(value)
        } else if case .string(let value)? = source.attributes["value_string"] {
            tensor = try Tensor(texts: [value], shape: [])
        } else if case .strings(let values)? = source.attributes["value_strings"] {
            tensor = try Tensor(texts: values, shape: [values.count])
        } else {
            return try skip(source, op: "Constant without a value")
        }
        try define(name, graph.addConstant(name: claim(name), tensor))
    }

    /// `Sum` of any number of values as a chain of `Add`.
    mutating func readSum(_ source: ONNXNode) throws {
        guard let first = source.inputs.first else {
            throw ModelError.inconsistent("Sum `\(source.name)` has no inputs")
        }
        if source.inputs.count == 1 { return try append(.identity, source) }
        var total = first
        for (position, next) in source.inputs.enumerated().dropFirst() {
            var step = source
            step.inputs = [total, next]
            if position < source.inputs.count - 1 {
                let id = intermediate("\(source.outputs.first ?? "sum")/partial")
                graph.nodes.append(
                    Node(name: claimNode(source.name, op: "Add"), op: .add, inputs: [total, next], outputs: [id]))
                total = id
            } else {
                try append(.add, step)
            }
        }
    }

    // MARK: Attributes

    private mutating func attributes(of proto: Onnx_NodeProto) throws -> [String: Attribute] {
        var result: [String: Attribute] = [:]
        for attribute in proto.attribute {
            guard attribute.refAttrName.isEmpty else {
                throw ModelError.inconsistent("node `\(proto.name)` refers to an attribute of a function")
            }
            guard let value = try convert(attribute, node: proto) else { continue }
            guard result.updateValue(value, forKey: attribute.name) == nil else {
                throw ModelError.inconsistent("node `\(proto.name)` has the attribute `\(attribute.name)` twice")
            }
        }
        return result
    }

    private mutating func convert(_ attribute: Onnx_AttributeProto, node: Onnx_NodeProto) throws -> Attribute? {
        switch attribute.type {
        case .float: return .float(attribute.f)
        case .int: return .int(Int(attribute.i))
        case .string: return .string(String(decoding: attribute.s, as: UTF8.self))
        case .floats: return .floats(attribute.floats)
        case .ints: return .ints(attribute.ints.map(Int.init))
        case .strings: return .strings(attribute.strings.map { String(decoding: $0, as: UTF8.self) })
        case .tensor:
            return .tensor(try context.tensors.tensor(attribute.t, named: "\(node.name).\(attribute.name)"))
        case .graph:
            var reader = ONNXGraphReader(context: context, outer: scope, depth: depth + 1)
            return .graph(try reader.read(attribute.g))
        case .sparseTensor: return .tensor(try context.tensors.dense(attribute.sparseTensor))
        case .undefined, .tensors, .graphs, .sparseTensors, .typeProto, .typeProtos:
            throw ModelError.unsupported(
                "node `\(node.name)` (\(node.opType)) has the attribute `\(attribute.name)` of a kind that is not supported"
            )
        }
    }
}

/// A node of the file with its inputs looked up.
struct ONNXNode {
    var name: String
    var op: String
    var inputs: [ValueID?]
    var outputs: [String]
    var attributes: [String: Attribute]

    func input(_ position: Int) -> ValueID? { position < inputs.count ? inputs[position] : nil }

    func int(_ name: String) -> Int? {
        if case .int(let value)? = attributes[name] { value } else { nil }
    }

    func ints(_ name: String) -> [Int]? {
        if case .ints(let value)? = attributes[name] { value } else { nil }
    }

    func float(_ name: String) -> Float? {
        if case .float(let value)? = attributes[name] { value } else { nil }
    }

    func string(_ name: String) -> String? {
        if case .string(let value)? = attributes[name] { value } else { nil }
    }
}
