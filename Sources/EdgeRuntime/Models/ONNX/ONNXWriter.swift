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
        if let version = ONNXOpset.classicalVersion(neededBy: graph) {
            imported.domain = ONNXOpset.classicalDomain
            imported.version = Int64(version)
            proto.opsetImport.append(imported)
        }
        if graph.nodes.contains(where: { $0.op == .tokenizer }) {
            imported.domain = "com.microsoft"
            imported.version = 1
            proto.opsetImport.append(imported)
        }
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
            if node.op == .detectionPostprocess || node.op == .boundedNonMaxSuppression {
                throw ModelError.unwritable(
                    "ONNX", "it has no form for the detections of `\(node.name)`",
                    hint: "its NonMaxSuppression gives as many boxes as there are, this one a fixed number")
            }
            for case .graph(let body) in node.attributes.values { try refuseStates(body) }
        }
    }
}
