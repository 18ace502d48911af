import EdgeData
import EdgeLang
import EdgeTensors

/// Files of named tensors, in scripts records of them.
enum NamedTensors {
    /// The endings of such files, without the dot.
    static let endings = ["safetensors", "npz"]

    /// Whether a file is told by its name to hold tensors and no model.
    static func isFile(_ path: String) -> Bool { endings.contains { path.hasSuffix(".\($0)") } }

    static func read(_ path: String, _ context: CallContext) throws -> Value {
        let tensors =
            try path.hasSuffix(".npz")
            ? NPZFile.read(FileContents.read(path)) : SafetensorsFile.read(path: path).tensors
        return try Fields(tensors.map { ($0.name, TensorObject($0.tensor)) }).encode(context)
    }

    static func write(_ tensors: [(name: String, tensor: Tensor)], to path: String) throws {
        if path.hasSuffix(".npz") {
            try FileContents.write(NPZFile.write(tensors), to: path)
        } else if path.hasSuffix(".safetensors") {
            try FileContents.write(SafetensorsFile.write(SafetensorsFile.Contents(tensors: tensors)), to: path)
        } else {
            throw RuntimeError(
                .unsuitableValue, "tensors are kept in files that end in `.safetensors` or `.npz`, not in `\(path)`")
        }
    }
}
