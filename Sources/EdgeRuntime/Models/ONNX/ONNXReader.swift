import EdgeTensors

internal import SwiftProtobuf

/// Reads ONNX models, opsets 7 to 22 and later ones whose operators kept their meaning.
///
/// The stages: protobuf message → graph in the current opset's forms (`ONNXGraphReader`, `ONNXNodeReader`) → quantize/dequantize patterns
/// folded into quantized values (`foldQuantization`) → shapes.
public struct ONNXReader: Sendable {
    /// The folder of the model file, where weights kept beside it may lie; nil where such weights are refused.
    public var folder: String?

    public init(folder: String? = nil) { self.folder = folder }

    /// Reads a model from the bytes of a file.
    ///
    /// - Throws: `ModelError` for bytes that are not ONNX, that contradict themselves, or that ask for more than is supported.
    public func read(_ bytes: [UInt8], name: String = "model") throws -> Model {
        let proto: Onnx_ModelProto
        do { proto = try Onnx_ModelProto(serializedBytes: bytes) } catch {
            throw ModelError.malformed("ONNX", "it is not a protocol buffer of an ONNX model (\(error))")
        }
        guard proto.hasGraph else { throw ModelError.malformed("ONNX", "it holds no graph") }
        let context = ONNXContext(
            opset: try opset(of: proto), tensors: ONNXTensorReader(folder: folder))
        var functions = try ONNXFunctions(proto.functions, fileSize: bytes.count)
        var reader = ONNXGraphReader(context: context, outer: [:], depth: 0)
        var graph = try reader.read(try functions.inlined(proto.graph))
        try context.throwUnsupported()
        try graph.inferShapes()
        try graph.foldQuantization()
        try graph.inferShapes()
        try graph.resolveLegacySoftmax()
        try graph.checkConsistency()

        var (metadata, history) = ModelHistory.decoded(proto.metadataProps.map { ($0.key, $0.value) })
        if !proto.docString.isEmpty { metadata["description"] = proto.docString }
        let producer = [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
        return Model(
            name: name, graph: graph,
            origin: "ONNX\(producer.isEmpty ? "" : " (\(producer))"), opset \(context.opset)",
            metadata: metadata, history: history)
    }

    private func opset(of proto: Onnx_ModelProto) throws -> Int {
        let version = proto.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version ?? 0
        // A model of foreign operators alone names no version: its operators are reported by name further on.
        if version == 0 && !proto.opsetImport.isEmpty { return 21 }
        guard version >= 1 && version <= 1000 else {
            throw ModelError.unsupported(
                "the model is written for ONNX opset \(version)",
                hint: "convert it with onnx.version_converter to opset 13 or later")
        }
        return Int(version)
    }
}

/// What all graphs of one model share while they are read.
final class ONNXContext {
    let opset: Int
    let tensors: ONNXTensorReader
    private var unsupported: [String: [String]] = [:]
    private var order: [String] = []

    init(opset: Int, tensors: ONNXTensorReader) {
        self.opset = opset
        self.tensors = tensors
    }

    /// Remembers an operator that has no form in the graph, to report all of them at once.
    func reportUnsupported(_ op: String, node: String) {
        if unsupported[op] == nil { order.append(op) }
        unsupported[op, default: []].append(node)
    }

    func throwUnsupported() throws {
        guard !order.isEmpty else { return }
        throw ModelError.unsupportedOperators(order.map { ($0, unsupported[$0] ?? []) })
    }
}

extension ONNXReader {
    /// Whether bytes begin like an ONNX file: a protobuf field that `ModelProto` has.
    static func recognises(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return false }
        let (field, wire) = (first >> 3, first & 7)
        switch wire {
        case 0: return field == 1 || field == 5
        case 2: return [2, 3, 4, 6, 7, 8, 14].contains(field)
        default: return false
        }
    }
}
