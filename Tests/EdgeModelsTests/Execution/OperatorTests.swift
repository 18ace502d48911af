import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// Every operator, alone and in small networks, on odd shapes and attributes, against onnxruntime.
@Suite("Execution: operators", .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct OperatorTests {
    private struct Request: Encodable {
        var folder: String
        var seed: Int
    }

    private struct Case: Decodable {
        var name: String
        var inputs: Int
        var outputs: Int
    }

    @Test("every operator gives what onnxruntime gives, whatever kernels are chosen", arguments: [1, 2])
    func agreesWithOnnxruntime(seed: Int) throws {
        let folder = try TemporaryDirectory()
        let cases: [Case] = try PythonPeer.call(
            "operator_oracle.py", Request(folder: folder.path, seed: seed), timeout: 600, as: [Case].self)
        #expect(cases.count > 200)
        for item in cases { compare(item, in: folder.path) }
    }

    private func compare(_ item: Case, in folder: String) {
        do {
            let model = try ModelFile.read(path: "\(folder)/\(item.name).onnx")
            let inputs = try (0..<item.inputs).map { try NpyFile.read("\(folder)/\(item.name).in\($0).npy") }
            for kernels in KernelSelection.allCases {
                let session = try Session(model, options: ExecutionOptions(kernels: kernels))
                // The second run takes the plan of the first.
                _ = try session.run(inputs)
                for (position, output) in try session.run(inputs).enumerated() {
                    let expected = try NpyFile.read("\(folder)/\(item.name).out\(position).npy")
                    #expect(output.shape == expected.shape && output.dtype == expected.dtype, "\(item.name)")
                    let numbers = try expected.numbers()
                    let scale = max(numbers.map { $0.isFinite ? $0.magnitude : 0 }.max() ?? 0, 1e-3)
                    let difference = ReferenceAnswers.largestDifference(numbers, try output.numbers())
                    #expect(difference <= 1e-4 * scale, "\(item.name) with \(kernels.rawValue) kernels")
                }
            }
        } catch {
            Issue.record("\(item.name): \(error)")
        }
    }
}
