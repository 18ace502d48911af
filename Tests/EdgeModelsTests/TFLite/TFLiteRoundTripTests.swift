import EdgeModels
import Foundation
import PeerTesting
import Testing

/// What is read from TFLite, written in either format and run by the format's own runtime, gives LiteRT's numbers.
@Suite("TFLite: written again", .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct TFLiteRoundTripTests {
    private struct Request: Encodable {
        var folder: String
        var seed: Int
        var groups: [String]
    }

    private struct Case: Decodable {
        var name: String
        var inputs: Int
        var runs: Int
    }

    private struct Pair: Encodable {
        var original: String
        var written: String
        var inputs: [String]
    }

    private struct Answer: Decodable {
        var error: String
        var differences: [Double]
        var magnitudes: [Double]
        var steps: [Double]
    }

    /// How the names of cases begin that a format has no form for, with the reason; such a model is refused when it is written.
    private static let unwritable: [String: [String: String]] = [
        "onnx": ["non_max_suppression": "a fixed number of boxes"],
        "tflite": [
            "floor_mod_f32": "remainders with the sign of the dividend", "atan2": "the arctangent",
            "conv_3d": "windows over three axes are not written", "slice_computed": "computed ranges",
            "strided_slice_computed": "computed ranges", "pad_computed": "computed amounts",
            "dynamic_update_slice": "scatters into data that is not zero",
            "sparse_to_dense": "scatters into data that is not zero",
            "unsorted_segment_prod": "scatters into ones", "unsorted_segment_max": "scatters into the lowest number",
            "unsorted_segment_min": "scatters into the largest number", "gather_f32_batch": "common axes",
            "gather_i8_batch": "common axes", "gather_u8_batch": "common axes", "gather_i32_batch": "common axes",
            "gather_i64_batch": "common axes", "one_hot_f32": "values that are not constant",
            "where": "a shape that depends on data", "unique": "a shape that depends on data",
            "bitcast": "bits under another type", "non_max_suppression": "detections",
        ],
    ]

    /// How the names of cases begin that are written, and that the format's runtime may refuse: it has no kernel of the type, or
    /// takes the operator in a newer version alone.
    private static let unrunnable: [String: [String]] = [
        "onnx": [
            "add_i32_a1", "sub_i32_a1", "mul_i32_a1", "right_shift", "one_hot", "space_to_depth_i32",
            "depth_to_space_i32", "unique",
        ],
        "tflite": ["floor_div_i32", "softmax_i8_wide"],
    ]

    @Test("written and run by others, the numbers stay", arguments: ["elements", "layers", "movement"])
    func keepsNumbers(group: String) throws {
        let folder = try TemporaryDirectory()
        let cases: [Case] = try PythonPeer.call(
            "tflite_oracle.py", Request(folder: folder.path, seed: 2, groups: [group]), timeout: 300, as: [Case].self)
        // What LiteRT is asked for is made once, for both formats.
        for format in ["onnx", "tflite"] { try compare(cases, in: folder, format: format) }
    }

    private func compare(_ cases: [Case], in folder: TemporaryDirectory, format: String) throws {
        var pairs: [Pair] = []
        var names: [String] = []
        for item in cases {
            let refusal = Self.unwritable[format]?.first { item.name.hasPrefix($0.key) }
            guard let model = try? ModelFile.read(path: folder.file("\(item.name).tflite")) else { continue }
            do {
                let written = folder.file("\(item.name)-again.\(format)")
                try ModelFile.write(model, to: written)
                #expect(refusal == nil, "\(item.name) is written, although listed: \(refusal?.value ?? "")")
                let inputs = (0..<item.inputs).map { folder.file("\(item.name).0.in\($0).npy") }
                pairs.append(Pair(original: folder.file("\(item.name).tflite"), written: written, inputs: inputs))
                names.append(item.name)
            } catch let error as ModelError {
                #expect(refusal != nil && error.code == "M0007", "\(item.name): \(error)")
            }
        }
        let answers: [Answer] = try PythonPeer.call("compare_models.py", pairs, timeout: 300)
        for prefix in Self.unrunnable[format] ?? [] where names.contains(where: { $0.hasPrefix(prefix) }) {
            let isRefused = zip(names, answers).contains { $0.hasPrefix(prefix) && !$1.error.isEmpty }
            #expect(isRefused, "\(prefix) runs in \(format), although listed")
        }
        for (name, answer) in zip(names, answers) {
            let isRunnable = Self.unrunnable[format]?.contains(where: name.hasPrefix) != true
            #expect(answer.error.isEmpty || !isRunnable, "\(name)")
            for (position, difference) in answer.differences.enumerated() {
                // 8-bit runtimes round at other places; hybrid layers round their data in LiteRT and not in ONNX.
                let allowed =
                    answer.steps[position] > 0
                    ? 2 : (name.contains("hybrid") ? 0.05 : 1e-4) * max(1, answer.magnitudes[position])
                #expect(difference <= allowed, "\(name): \(difference)")
            }
        }
    }
}
