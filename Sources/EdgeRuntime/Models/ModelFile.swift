/// Models in files: the format is told by content when reading, by the ending of the name when writing.
public enum ModelFile {
    /// The endings of model files, without the dot.
    public static let endings = ["onnx", "tflite"]

    /// Reads a model.
    ///
    /// - Throws: `ModelError` that names the file.
    public static func read(path: String) throws -> Model {
        let bytes = try FileBytes.read(path: path)
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let name = endings.first { file.hasSuffix(".\($0)") }.map { String(file.dropLast($0.count + 1)) } ?? file
        do {
            return try read(bytes, name: name, folder: folder(of: path))
        } catch let error as ModelError where error.code != "M0001" {
            throw ModelError(code: error.code, message: "\(file): \(error.message)", hint: error.hint)
        }
    }

    /// Reads a model from the bytes of a file.
    ///
    /// - Parameter folder: where the file lies, for weights kept beside it; nil to refuse such weights.
    public static func read(_ bytes: [UInt8], name: String, folder: String? = nil) throws -> Model {
        // TFLite's identifier stands behind the offset of the root table.
        if bytes.count >= 8, bytes[4..<8].elementsEqual("TFL3".utf8) {
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
