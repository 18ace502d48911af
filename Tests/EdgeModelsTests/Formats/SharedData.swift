import EdgeModels
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The data that tests share; absent on machines that only have the repository.
enum SharedData {
    /// Its folder, from `EDGESH_SHARED_DATA` or beside the package; nil where it is absent.
    static let folder: String? = {
        var candidates: [String] = []
        if let named = getenv("EDGESH_SHARED_DATA") { candidates.append(String(cString: named)) }
        let package = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        candidates.append("/\(package)/../shared/data")
        return candidates.first { access($0, R_OK) == 0 }
    }()

    static var isPresent: Bool { folder != nil }

    /// The files of one of its folders with an ending, sorted.
    static func files(in part: String, ending: String) -> [String] {
        guard let folder, let directory = opendir("\(folder)/\(part)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(ending) { names.append("\(folder)/\(part)/\(name)") }
        }
        return names.sorted()
    }

    static let onnxModels: [String] =
        ["mlperf_tiny", "arm_kws", "ort_quant", "cmapss", "vision", "audio", "light"].flatMap {
            files(in: "models/onnx/\($0)", ending: ".onnx")
        }
    static let tfliteModels: [String] =
        ["mlperf_tiny", "arm_kws", "cmapss", "tflm", "vision"].flatMap {
            files(in: "models/tflite/\($0)", ending: ".tflite")
        }
}
