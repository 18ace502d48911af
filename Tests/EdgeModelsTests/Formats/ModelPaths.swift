import Foundation
import PeerTesting

/// The networks of others that the tests of the formats read.
enum ModelPaths {
    static let onnx = files(["mlperf_tiny", "arm_kws", "ort_quant", "cmapss", "vision", "audio", "light"], in: "onnx")
    static let tflite = files(["mlperf_tiny", "arm_kws", "cmapss", "tflm", "vision"], in: "tflite")

    private static func files(_ parts: [String], in format: String) -> [String] {
        parts.flatMap { part in
            let folder = SharedData.file("models/\(format)/\(part)")
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.filter { $0.hasSuffix(".\(format)") }.sorted().map { "\(folder)/\($0)" }
        }
    }

    /// The seeds of the fuzzers, small files that use most of what the readers know.
    static func seeds(_ format: String) -> [String] {
        let folder = PackageRoot.file("Tests/Fuzz/corpus/\(format)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { "\(folder)/\($0)" }
    }
}
