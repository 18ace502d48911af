import EdgeModels
import Foundation
import PeerTesting
import Testing

@Suite(
    "Formats: writing",
    .enabled(if: SharedData.isPresent && PythonPeer.isPresent, "\(SharedData.absence); \(PythonPeer.absence)"))
struct FormatsWritingTests {
    private struct Pair: Encodable {
        var original: String
        var written: String
        var inputs: [String] = []
    }

    private struct Answer: Decodable {
        var error: String
        var differences: [Double]
        var magnitudes: [Double]
        var steps: [Double]
    }

    /// Networks that the other format has no operators for.
    private static let onnxOnly = ["GRU_S.onnx", "LSTM_S.onnx", "silero_vad_openvino_16k.onnx"]
    /// TFLite's LSTM clips its cell, ONNX's has no such attribute of its own.
    private static let tfliteOnly = ["trained_lstm.tflite", "trained_lstm_int8.tflite"]

    @Test(
        "others run what is written and get the original's numbers", arguments: ["onnx", "tflite"], ["onnx", "tflite"])
    func othersAgree(source: String, target: String) throws {
        let folder = try TemporaryDirectory()
        var pairs: [Pair] = []
        for path in source == "onnx" ? ModelPaths.onnx : ModelPaths.tflite {
            let file = String(path.split(separator: "/").last ?? "")
            if target == "tflite" && Self.onnxOnly.contains(file) { continue }
            if target == "onnx" && Self.tfliteOnly.contains(file) { continue }
            let written = folder.file("\(file).\(target)")
            do {
                try ModelFile.write(ModelFile.read(path: path), to: written)
                pairs.append(Pair(original: path, written: written))
            } catch { Issue.record("\(file) as \(target): \(error)") }
        }
        let answers: [Answer] = try PythonPeer.call("compare_models.py", pairs, timeout: 300)
        for (pair, answer) in zip(pairs, answers) {
            let name = pair.written.split(separator: "/").last ?? ""
            #expect(answer.error.isEmpty, "\(name)")
            // Runtimes round and order sums differently: integer networks may differ by a few steps of 256.
            let isInteger =
                answer.steps.contains { $0 > 0 } || name.contains("int8") || name.contains("quant")
                || name.contains("ort_q")
            for (difference, magnitude) in zip(answer.differences, answer.magnitudes) {
                let allowed =
                    isInteger
                    ? max(16, magnitude * 0.15) : name.contains("float32.tflite") ? 0.05 : 1e-4 * max(1, magnitude)
                #expect(difference <= allowed, "\(name): \(difference) of \(magnitude)")
            }
        }
    }

    @Test("history and metadata travel with the file", arguments: ["onnx", "tflite"])
    func keepsHistory(format: String) throws {
        let folder = try TemporaryDirectory()
        var model = try ModelFile.read(path: SharedData.file("models/onnx/mlperf_tiny/kws_dscnn_f32.onnx"))
        model.history = [
            HistoryEntry(step: "prune(ratio: 0.5)", effect: "109 kB -> 60 kB"),
            HistoryEntry(step: "quantize(bits: 8)", effect: "60 kB -> 18 kB"),
        ]
        model.metadata["author"] = "somebody"
        let path = folder.file("m.\(format)")
        try ModelFile.write(model, to: path)
        let again = try ModelFile.read(path: path)
        #expect(again.history == model.history)
        #expect(again.metadata["author"] == "somebody")
        let first = try Data(contentsOf: URL(fileURLWithPath: path))
        try ModelFile.write(model, to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
    }
}
