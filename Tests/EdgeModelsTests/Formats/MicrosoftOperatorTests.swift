import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// Models with operators of ONNX Runtime's own domain, what its optimiser and its quantizer make of networks, and models of rarer structure
/// (functions, sparse weights, sequences), against onnxruntime.
@Suite("Formats: ONNX Runtime's operators", .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct MicrosoftOperatorTests {
    private struct Request: Encodable {
        var folder: String
        var models: [String]
    }

    private struct Case: Decodable {
        var name: String
        var inputs: Int
        var outputs: Int
        var tolerance: Double
        /// The code of the error, for a model that is to be refused.
        var refused: String?
    }

    /// `EDGESH_MODELS` names models, with colons between them, that the tools rewrite instead of the small networks; a line each is printed.
    private static let given: [String] = (ProcessInfo.processInfo.environment["EDGESH_MODELS"] ?? "")
        .split(separator: ":").map(String.init)

    @Test(
        "what is read gives what onnxruntime gives",
        arguments: ["microsoft_oracle.py", "optimised_oracle.py", "structure_oracle.py"])
    func agreesWithOnnxruntime(script: String) throws {
        let folder = try TemporaryDirectory()
        let cases: [Case] = try PythonPeer.call(
            script, Request(folder: folder.path, models: Self.given), timeout: 600, as: [Case].self)
        #expect(cases.count > 20)
        for item in cases {
            if let code = item.refused {
                let error = #expect(throws: ModelError.self, "\(item.name)") {
                    try ModelFile.read(path: "\(folder.path)/\(item.name).onnx")
                }
                #expect(error?.code == code, "\(item.name): \(error.map { "\($0)" } ?? "")")
            } else {
                compare(item, in: folder.path)
                // No input crashes: what is damaged is refused, or read as another model.
                if script != "optimised_oracle.py" {
                    try DamagedFiles.read("\(folder.path)/\(item.name).onnx", times: 10, seed: 1)
                }
            }
        }
    }

    private func compare(_ item: Case, in folder: String) {
        var report = "\(item.name): "
        defer { if !Self.given.isEmpty { print(report) } }
        do {
            let model = try ModelFile.read(path: "\(folder)/\(item.name).onnx")
            let inputs = try (0..<item.inputs).map { try NpyFile.read("\(folder)/\(item.name).in\($0).npy") }
            let outputs = try Session(model).run(inputs)
            #expect(outputs.count == item.outputs, "\(item.name)")
            for (position, output) in outputs.enumerated() {
                let expected = try NpyFile.read("\(folder)/\(item.name).out\(position).npy")
                #expect(
                    output.shape == expected.shape && output.dtype == expected.dtype,
                    "\(item.name): output \(position) is \(output.dtype) \(output.shape), expected \(expected.shape)")
                let numbers = try expected.numbers()
                let scale = max(numbers.map { $0.isFinite ? $0.magnitude : 0 }.max() ?? 0, 1e-3)
                let difference = ReferenceAnswers.largestDifference(numbers, try output.numbers())
                report += "\(difference / scale) "
                #expect(
                    difference <= item.tolerance * scale,
                    "\(item.name): output \(position) differs by \(difference) of \(scale)")
            }
        } catch {
            report += "\(error)"
            Issue.record("\(item.name): \(error)")
        }
    }
}
