import EdgeModels
import EdgeTensors
import PeerTesting
import Testing

/// Models with operators of ONNX Runtime's own domain, and what its optimiser and its quantizer make of networks, against onnxruntime.
@Suite("Formats: ONNX Runtime's operators", .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct MicrosoftOperatorTests {
    private struct Request: Encodable {
        var folder: String
    }

    private struct Case: Decodable {
        var name: String
        var inputs: Int
        var outputs: Int
        var tolerance: Double
    }

    @Test("every operator gives what onnxruntime gives", arguments: ["microsoft_oracle.py", "optimised_oracle.py"])
    func agreesWithOnnxruntime(script: String) throws {
        let folder = try TemporaryDirectory()
        let cases: [Case] = try PythonPeer.call(
            script, Request(folder: folder.path), timeout: 600, as: [Case].self)
        #expect(cases.count > 30)
        for item in cases { compare(item, in: folder.path) }
    }

    private func compare(_ item: Case, in folder: String) {
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
                let numbers = try ReferenceAnswers.numbers(expected)
                let scale = max(numbers.map { $0.isFinite ? $0.magnitude : 0 }.max() ?? 0, 1e-3)
                let difference = ReferenceAnswers.largestDifference(numbers, try ReferenceAnswers.numbers(output))
                #expect(
                    difference <= item.tolerance * scale,
                    "\(item.name): output \(position) differs by \(difference) of \(scale)")
            }
        } catch {
            Issue.record("\(item.name): \(error)")
        }
    }
}
