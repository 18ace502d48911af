/// Models in files: the format is told by content when reading, by the ending of the name when writing.
public enum ModelFile {
    /// The endings of model files, without the dot.
    public static let endings = ["onnx", "tflite"]

    /// Reads a model.
    ///
    /// - Throws: `ModelError` that names the file.
    ///
    /// - Parameter signature: the entry point of a TFLite model that has several; nil for its main subgraph.
    public static func read(path: String, signature: String? = nil) throws -> Model {
        let bytes = try modelBytes(path)
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let name = endings.first { file.hasSuffix(".\($0)") }.map { String(file.dropLast($0.count + 1)) } ?? file
        do {
            if let signature { return try signed(bytes, name: name, signature) }
            return try read(bytes, name: name, folder: folder(of: path))
        } catch let error as ModelError where error.code != "M0001" {
            throw ModelError(code: error.code, message: "\(file): \(error.message)", hint: error.hint)
        }
    }

    /// The names of the entry points of a model; none where its format knows none.
    ///
    /// - Throws: `ModelError` for a file that cannot be read.
    public static func signatures(path: String) throws -> [String] {
        let bytes = try modelBytes(path)
        return isTFLite(bytes) ? try TFLiteFile(bytes).signatures().map(\.key) : []
    }

    private static func signed(_ bytes: [UInt8], name: String, _ signature: String) throws -> Model {
        guard isTFLite(bytes) else {
            throw ModelError(
                code: "M0010", message: "the model has no signature `\(signature)`",
                hint: "only TFLite models have signatures")
        }
        return try TFLiteReader().read(bytes, name: name, signature: signature)
    }

    /// TFLite's identifier stands behind the offset of the root table.
    private static func isTFLite(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 8 && bytes[4..<8].elementsEqual("TFL3".utf8)
    }

    /// The bytes of a model file. Both formats end at 2 GB: protocol buffers by their own limit, FlatBuffers by their offsets.
    private static func modelBytes(_ path: String) throws -> [UInt8] {
        let length = try FileBytes.length(path: path)
        guard length <= 1 << 31 else {
            throw ModelError.unsupported(
                "\(path) has \(length) bytes, and a model file holds at most 2 GB",
                hint: "ONNX keeps larger weights as external data in a file beside the model")
        }
        return try FileBytes.read(path: path)
    }

    /// Reads a model from the bytes of a file.
    ///
    /// - Parameter folder: where the file lies, for weights kept beside it; nil to refuse such weights.
    public static func read(_ bytes: [UInt8], name: String, folder: String? = nil) throws -> Model {
        if isTFLite(bytes) {
            return try TFLiteReader().read(bytes, name: name)
        }
        guard ONNXReader.recognises(bytes) else { throw ModelError.unknownFormat("the file") }
        return try ONNXReader(folder: folder).read(bytes, name: name)
    }

    /// Writes a model in the format that the ending names (`.onnx`, `.tflite`); the file appears whole or not at all.
    ///
    /// - Throws: `ModelError` for an unknown ending, for what the format cannot hold, and for the system's refusals.
    public static func write(_ model: Model, to path: String) throws {
        if path.hasSuffix(".onnx") {
            try FileBytes.write(ONNXWriter().write(model), path: path)
        } else if path.hasSuffix(".tflite") {
            try FileBytes.write(TFLiteWriter().write(model), path: path)
        } else {
            throw ModelError.unknownFormat("a file named \(path)")
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
