import EdgeTensors
internal import FoundationEssentials
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Weights that a model keeps in a file of their own beside it.
///
/// The file must be a regular one in the model's folder or below (no `..`, no absolute path, no symbolic link out of it), and the
/// part asked for must lie within it and be as long as the tensor needs. Files are mapped into memory once for all their tensors: what
/// no run looks at is never read.
final class ONNXExternalData {
    private let folder: String?
    private var files: [String: MappedFile] = [:]

    /// Shorter parts are copied, longer ones stay in the mapped file.
    private static let copied = 1 << 16

    /// - Parameter folder: the folder of the model file; nil where weights beside it are refused.
    init(folder: String?) { self.folder = folder }

    func tensor(of proto: Onnx_TensorProto, shape: [Int], dtype: DType, expected: Int, label: String) throws -> Tensor {
        var entries: [String: String] = [:]
        for entry in proto.externalData { entries[entry.key] = entry.value }
        guard let location = entries["location"] else {
            throw ModelError.malformed("ONNX", "\(label) is stored outside the file, but does not say where")
        }
        guard let folder else {
            throw ModelError.unsupported(
                "\(label) is stored in \(location) beside the model", hint: "load the model from its path")
        }
        let parts = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.isEmpty, !location.contains("\0"), !location.contains("\\"),
            parts.allSatisfy({ !$0.isEmpty && $0 != ".." })
        else { throw ModelError.unsupported("\(label) is stored in \(location), outside the model's folder") }

        let offset = try number(entries["offset"], or: 0, "offset", label)
        let length = try number(entries["length"], or: expected, "length", label)
        guard length == expected else {
            throw ModelError.malformed(
                "ONNX", "\(label) takes \(expected) bytes, its part of \(location) has \(length)")
        }
        let file = try file(folder: folder, location: location, label: label)
        do {
            let tensor = try file.tensor(at: offset, byteCount: length, shape: shape, dtype: dtype)
            return length <= Self.copied ? try tensor.copy() : tensor
        } catch let error as TensorError {
            throw ModelError.unreadable("\(folder)/\(location)", reason: "\(label): \(error.message)")
        }
    }

    private func number(_ text: String?, or standard: Int, _ what: String, _ label: String) throws -> Int {
        guard let text else { return standard }
        guard let value = Int(text), value >= 0 else {
            throw ModelError.malformed("ONNX", "\(label) has the \(what) `\(text)` in its external file")
        }
        return value
    }

    private func file(folder: String, location: String, label: String) throws -> MappedFile {
        guard let root = resolved(folder), let path = resolved(folder + "/" + location) else {
            throw ModelError.unreadable("\(folder)/\(location)", reason: "no such file")
        }
        guard path.hasPrefix(root == "/" ? root : root + "/") else {
            throw ModelError.unsupported("\(label) is stored in \(location), a link out of the model's folder")
        }
        if let known = files[path] { return known }
        do {
            let file = try MappedFile(path: path)
            files[path] = file
            return file
        } catch { throw ModelError.unreadable("\(folder)/\(location)", reason: error.message) }
    }

    private func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
