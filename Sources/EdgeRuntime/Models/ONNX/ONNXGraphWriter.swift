import EdgeTensors
internal import FoundationEssentials
internal import SwiftProtobuf

/// Writes one graph: values get names that no other has, quantized ones their dequantized twins.
struct ONNXGraphWriter {
    let graph: Graph
    let opset: Int
    /// What the values of the graphs around are called in the file, by their name in the model.
    let outer: [String: String]
    private var taken: Set<String>
    private var names: [ValueID: String] = [:]
    private var proto = Onnx_GraphProto()
    /// The names of real-number twins of quantized values.
    private var real: [ValueID: String] = [:]
    private var parameters: [ValueID: (scale: String, zeroPoint: String?)] = [:]
    private var unrounded: Set<ValueID> = []
    private var written: Set<ValueID> = []

    init(graph: Graph, opset: Int, outer: [String: String], taken: Set<String>) {
        self.graph = graph
        self.opset = opset
        self.outer = outer
        self.taken = taken
    }

    mutating func write(name: String) throws -> Onnx_GraphProto {
        proto.name = name.isEmpty ? "model" : name
        // Inputs and outputs keep their names whatever else is called so.
        for id in graph.inputs + graph.outputs { _ = self.name(of: id) }
        findUnrounded()
        for id in graph.inputs { proto.input.append(try info(id)) }
        for (position, node) in graph.nodes.enumerated() { try write(node, at: position) }
        for id in graph.outputs {
            if graph.constants[id] != nil { try writeConstant(id) }
            proto.output.append(try info(id))
        }
        return proto
    }

    // MARK: Names

    mutating func name(of id: ValueID) -> String {
        if let known = names[id] { return known }
        if let captured = graph.captures[id] {
            let result = outer[captured] ?? captured
            names[id] = result
            return result
        }
        let result = claim(graph[id].name)
        names[id] = result
        return result
    }

    mutating func claim(_ name: String) -> String {
        var candidate = name.isEmpty ? "value" : name
        var number = 1
        while !taken.insert(candidate).inserted {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }

    // MARK: Types and constants

    private static func elements(_ dtype: DType) -> Onnx_TypeProto.Tensor {
        var tensor = Onnx_TypeProto.Tensor()
        tensor.elemType = dtype.onnxCode
        return tensor
    }

    private mutating func info(_ id: ValueID) throws -> Onnx_ValueInfoProto {
        var info = Onnx_ValueInfoProto()
        info.name = name(of: id)
        var tensor = Onnx_TypeProto.Tensor()
        let type = graph.type(of: id)
        tensor.elemType = (type?.dtype ?? .f32).onnxCode
        if let shape = type?.shape {
            tensor.shape = Onnx_TensorShapeProto()
            tensor.shape.dim = shape.map { dimension in
                var result = Onnx_TensorShapeProto.Dimension()
                switch dimension {
                case .fixed(let extent): result.value = .dimValue(Int64(extent))
                case .symbol(let name): result.value = .dimParam(name)
                }
                return result
            }
        }
        info.type.value = .tensorType(tensor)
        // What the graph keeps as rows is a sequence of maps in the file.
        if let maker = graph.nodes.first(where: { $0.outputs.contains(id) }), maker.op == .zipMap {
            var map = Onnx_TypeProto.Map()
            map.keyType = try maker.columnNames().dtype.onnxCode
            map.valueType.value = .tensorType(Self.elements(.f32))
            var sequence = Onnx_TypeProto.Sequence()
            sequence.elemType.value = .mapType(map)
            info.type.value = .sequenceType(sequence)
        }
        return info
    }

    private mutating func addInitializer(_ name: String, _ tensor: Tensor) throws {
        proto.initializer.append(try Self.message(tensor, name: name))
    }

    static func message(_ tensor: Tensor, name: String) throws -> Onnx_TensorProto {
        var message = Onnx_TensorProto()
        message.name = name
        message.dims = tensor.shape.map(Int64.init)
        message.dataType = tensor.dtype.onnxCode
        guard tensor.dtype != .text else {
            message.stringData = try tensor.texts().map { Data($0.utf8) }
            return message
        }
        message.rawData = try tensor.withBytes { Data($0) }
        return message
    }

    mutating func writeConstant(_ id: ValueID) throws {
        guard let tensor = graph.constants[id], written.insert(id).inserted else { return }
        // Two bits have no type before opset 25: they are kept in four.
        let stored =
            tensor.dtype == .i2
            ? try Tensor.integers(tensor.integerValues() ?? [], shape: tensor.shape, dtype: .i4) : tensor
        try addInitializer(name(of: id), stored)
    }

    mutating func newConstant(_ name: String, _ tensor: Tensor) throws -> String {
        let name = claim(name)
        try addInitializer(name, tensor)
        return name
    }

    // MARK: Quantized values

    /// Values between an operator and the activation behind it need no rounding of their own: the activation's result is rounded.
    private mutating func findUnrounded() {
        let readers = graph.consumers()
        for node in graph.nodes where node.op == .relu || node.op == .clip {
            guard let input = node.input(0), let output = node.outputs.first,
                let quantization = graph.type(of: input)?.quantization,
                graph.type(of: output)?.quantization == quantization,
                graph.type(of: output)?.dtype == graph.type(of: input)?.dtype,
                readers[input]?.count == 1, !graph.outputs.contains(input), !graph.inputs.contains(input),
                graph.constants[input] == nil
            else { continue }
            unrounded.insert(input)
        }
    }

    /// Scale and zero point of a value as constants.
    private mutating func quantizationNames(_ id: ValueID, _ type: TensorType, _ quantization: Quantization) throws -> (
        scale: String, zeroPoint: String?
    ) {
        if let known = parameters[id] { return known }
        var shape: [Int] = quantization.axis == nil ? [] : [quantization.scales.count]
        if let axis = quantization.axis, let group = quantization.groupSize, var extents = type.fixedShape {
            extents[axis] = (extents[axis] + group - 1) / group
            shape = extents
        }
        let base = name(of: id)
        let scale = try newConstant("\(base)_scale", try Tensor(quantization.scales, shape: shape))
        var zeroPoint: String?
        if type.dtype != .i32 {
            zeroPoint = try newConstant(
                "\(base)_zero_point",
                try Tensor.integers(
                    quantization.zeroPoints.map(Int.init), shape: shape, dtype: type.dtype == .i2 ? .i4 : type.dtype))
        }
        parameters[id] = (scale, zeroPoint)
        return (scale, zeroPoint)
    }

    private mutating func quantizationNode(_ op: String, _ input: String, _ output: String, _ id: ValueID) throws {
        guard let type = graph.type(of: id), let quantization = type.quantization else { return }
        let (scale, zeroPoint) = try quantizationNames(id, type, quantization)
        var node = Onnx_NodeProto()
        node.opType = op
        node.name = claimNode("\(name(of: id))/\(op)")
        node.input = [input, scale] + (zeroPoint.map { [$0] } ?? [])
        node.output = [output]
        if let axis = quantization.axis { node.attribute.append(Self.attribute("axis", Int64(axis))) }
        if let group = quantization.groupSize { node.attribute.append(Self.attribute("block_size", Int64(group))) }
        proto.node.append(node)
    }

    private var nodeNames: Set<String> = []

    private mutating func claimNode(_ name: String) -> String {
        var candidate = name
        var number = 1
        while !nodeNames.insert(candidate).inserted {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }

    /// The name under which a node reads a value as real numbers.
    mutating func operand(_ id: ValueID) throws -> String {
        if graph.constants[id] != nil, graph.type(of: id)?.quantization == nil || graph.type(of: id)?.dtype != .i64 {
            try writeConstant(id)
        }
        guard let type = graph.type(of: id), let quantization = type.quantization else { return name(of: id) }
        if let known = real[id] { return known }
        let twin = claim("\(name(of: id))_real")
        real[id] = twin
        if type.dtype == .i64, let tensor = graph.constants[id] {
            // Biases of 64 bits cannot be dequantized in ONNX.
            try addInitializer(twin, try Tensor(quantization.realValues(of: tensor), shape: tensor.shape))
        } else {
            try quantizationNode("DequantizeLinear", name(of: id), twin, id)
        }
        return twin
    }

    // MARK: Nodes

    private mutating func write(_ node: Node, at position: Int) throws {
        switch node.op {
        case .quantizeLinear where node.inputs.count == 1:
            guard let input = node.input(0), let output = node.outputs.first else { return }
            return try quantizationNode("QuantizeLinear", operand(input), name(of: output), output)
        case .dequantizeLinear where node.inputs.count == 1:
            guard let input = node.input(0), let output = node.outputs.first else { return }
            if graph.constants[input] != nil { try writeConstant(input) }
            return try quantizationNode("DequantizeLinear", name(of: input), name(of: output), input)
        default: break
        }
        var message = Onnx_NodeProto()
        message.name = claimNode(node.name)
        message.opType = node.op.rawValue
        if node.op.isClassical { message.domain = ONNXOpset.classicalDomain }
        if node.op == .tokenizer { message.domain = "com.microsoft" }
        let explicit = node.op == .quantizeLinear || node.op == .dequantizeLinear
        for (position, input) in node.inputs.enumerated() {
            guard let input else {
                message.input.append("")
                continue
            }
            // What a QuantizeLinear rounds are real numbers, so that integers it rounds anew are dequantized first.
            let isRequantized =
                node.op == .quantizeLinear && position == 0 && graph.type(of: input)?.quantization != nil
            if explicit, !isRequantized {
                if graph.constants[input] != nil { try writeConstant(input) }
                message.input.append(name(of: input))
            } else {
                message.input.append(try operand(input))
            }
        }
        var roundings: [(ValueID, String)] = []
        for output in node.outputs {
            guard graph.type(of: output)?.quantization != nil, !explicit else {
                message.output.append(name(of: output))
                continue
            }
            let twin = claim("\(name(of: output))_unrounded")
            message.output.append(twin)
            if unrounded.contains(output) { real[output] = twin } else { roundings.append((output, twin)) }
        }
        message.attribute = try attributes(of: node, &message)
        if node.int("dynamic_activations") == 1 {
            var entry = Onnx_StringStringEntryProto()
            entry.key = "edgesh.dynamic_activations"
            entry.value = "1"
            message.metadataProps = [entry]
        }
        proto.node.append(message)
        for (id, twin) in roundings { try quantizationNode("QuantizeLinear", twin, name(of: id), id) }
    }

    private mutating func attributes(of node: Node, _ message: inout Onnx_NodeProto) throws -> [Onnx_AttributeProto] {
        var attributes = node.attributes
        for name in ["layout", "dynamic_activations", "legacy_axis"] { attributes[name] = nil }
        for name in ["to", "dtype", "output_datatype"] {
            if let dtype = node.string(name).flatMap(DType.init(rawValue:)) {
                attributes[name] = .int(Int(dtype.onnxCode))
            }
        }
        if node.op == .cast, node.inputs.count > 1 { message.opType = "CastLike" }
        // Recurrent layers have a `layout` of their own.
        if let layout = node.int("layout") { attributes["layout"] = .int(layout) }
        if node.op.isReduction, node.op != .reduceSum, opset < 18, let id = node.input(1),
            let axes = graph.constants[id]?.integerValues()
        {
            if !axes.isEmpty { attributes["axes"] = .ints(axes) }
            attributes["noop_with_empty_axes"] = nil
            message.input.removeLast()
        }
        if node.op == .split, node.input(1) == nil {
            attributes["num_outputs"] = opset < 18 ? nil : .int(node.outputs.count)
        } else {
            attributes["num_outputs"] = nil
        }
        if node.op == .reshape, node.int("allowzero") == 0 { attributes["allowzero"] = nil }
        return try attributes.sorted { $0.key < $1.key }.map { try convert($0.key, $0.value) }
    }

    static func attribute(_ name: String, _ value: Int64) -> Onnx_AttributeProto {
        var result = Onnx_AttributeProto()
        result.name = name
        result.type = .int
        result.i = value
        return result
    }

    private mutating func convert(_ name: String, _ value: Attribute) throws -> Onnx_AttributeProto {
        var result = Onnx_AttributeProto()
        result.name = name
        switch value {
        case .int(let number):
            result.type = .int
            result.i = Int64(number)
        case .float(let number):
            result.type = .float
            result.f = number
        case .string(let text):
            result.type = .string
            result.s = Data(text.utf8)
        case .ints(let numbers):
            result.type = .ints
            result.ints = numbers.map(Int64.init)
        case .floats(let numbers):
            result.type = .floats
            result.floats = numbers
        case .strings(let texts):
            result.type = .strings
            result.strings = texts.map { Data($0.utf8) }
        case .tensor(let tensor):
            result.type = .tensor
            result.t = try Self.message(tensor, name: "")
        case .graph(let body):
            var scope = outer
            for index in graph.values.indices {
                let id = ValueID(index)
                if graph.constants[id] != nil || names[id] != nil { scope[graph[id].name] = self.name(of: id) }
            }
            for id in capturedConstants(of: body) { try writeConstant(id) }
            var writer = ONNXGraphWriter(graph: body, opset: opset, outer: scope, taken: taken)
            result.type = .graph
            result.g = try writer.write(name: name)
            taken.formUnion(writer.taken)
        }
        return result
    }

    private func capturedConstants(of body: Graph) -> [ValueID] {
        let holder = Node(name: "", op: .scan, inputs: [], outputs: [], attributes: ["body": .graph(body)])
        return graph.capturedValues(of: holder).filter { graph.constants[$0] != nil }.sorted()
    }
}
