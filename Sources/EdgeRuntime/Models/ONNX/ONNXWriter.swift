import EdgeTensors
internal import FoundationEssentials
internal import SwiftProtobuf

/// Writes ONNX models that onnxruntime accepts: opset 13, or as much later as the operators and types of the model need (21 for int4).
///
/// Nodes on quantized values become `DequantizeLinear → operator → QuantizeLinear`; `NHWC` nodes are brought to ONNX's layout first.
/// The same model gives the same bytes.
public struct ONNXWriter: Sendable {
    public init() {}

    /// The bytes of a file.
    ///
    /// - Throws: `ModelError` for what ONNX cannot hold.
    public func write(_ model: Model) throws -> [UInt8] {
        var graph = model.graph
        try refuseStates(graph)
        try graph.lowerForONNX()
        if graph.nodes.contains(where: { $0.op.hasLayout && $0.layout == .channelsLast }) {
            graph = try channelsFirst(graph)
        }
        graph.removeIdentities()
        let opset = ONNXOpset.needed(by: graph)
        var writer = ONNXGraphWriter(graph: graph, opset: opset, outer: [:], taken: [])
        var proto = Onnx_ModelProto()
        proto.graph = try writer.write(name: model.name)
        proto.irVersion = ONNXOpset.irVersion(for: opset)
        proto.producerName = "edgesh"
        var imported = Onnx_OperatorSetIdProto()
        imported.domain = ""
        imported.version = Int64(opset)
        proto.opsetImport = [imported]
        for (key, value) in ModelHistory.encoded(model) {
            if key == "description" {
                proto.docString = value
                continue
            }
            var entry = Onnx_StringStringEntryProto()
            entry.key = key
            entry.value = value
            proto.metadataProps.append(entry)
        }
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        return try proto.serializedBytes(options: options)
    }

    /// A model in ONNX keeps nothing from one run to the next.
    private func refuseStates(_ graph: Graph) throws {
        for node in graph.nodes {
            if node.op == .readVariable || node.op == .assignVariable {
                throw ModelError.unwritable(
                    "ONNX", "it has no variables that live from run to run, as `\(node.name)` needs",
                    hint: "save it as it came, or keep the state outside the model")
            }
            for case .graph(let body) in node.attributes.values { try refuseStates(body) }
        }
    }
}

/// Which opset a graph needs.
enum ONNXOpset {
    static func needed(by graph: Graph) -> Int {
        var opset = 13
        for node in graph.nodes {
            opset = max(opset, needed(by: node, in: graph))
            for attribute in node.attributes.values {
                if case .graph(let body) = attribute { opset = max(opset, needed(by: body)) }
            }
            for id in node.inputs.compactMap({ $0 }) + node.outputs {
                opset = max(opset, needed(by: graph.type(of: id)))
            }
        }
        for id in graph.inputs { opset = max(opset, needed(by: graph.type(of: id))) }
        return opset
    }

    private static func needed(by type: TensorType?) -> Int {
        guard let type else { return 13 }
        switch type.dtype {
        case .i4, .u4, .i2: return 21
        case .i16, .u16: return type.quantization == nil ? 13 : 21
        default: return type.quantization?.groupSize == nil ? 13 : 21
        }
    }

    private static func needed(by node: Node, in graph: Graph) -> Int {
        switch node.op {
        case .hardSwish: 14
        case .reshape: node.int("allowzero") == 1 ? 14 : 13
        case .shape: node.attributes.isEmpty ? 13 : 15
        case .pad: node.input(3) == nil ? 13 : 18
        case .reduceMean, .reduceMax, .reduceMin:
            node.input(1).map { graph.constants[$0] == nil } == true ? 18 : 13
        case .split: node.input(1) == nil && node.outputs.count > 1 && hasUnevenParts(node, in: graph) ? 18 : 13
        default: 13
        }
    }

    private static func hasUnevenParts(_ node: Node, in graph: Graph) -> Bool {
        Set(node.outputs.map { graph.type(of: $0)?.shape }).count > 1
    }

    static func irVersion(for opset: Int) -> Int64 { opset <= 14 ? 7 : opset <= 18 ? 8 : opset <= 20 ? 9 : 10 }
}
