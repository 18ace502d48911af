import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// Models with operators of ONNX Runtime's own domain, what its optimiser and its quantizer make of networks, and models of rarer structure
/// (functions, sparse weights, sequences), against onnxruntime; and so classical models and texts.
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
        arguments: ["microsoft_oracle.py", "optimised_oracle.py", "structure_oracle.py", "classical_oracle.py"])
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

    /// Operators of the domain of classical models that have kernels of their own.
    private static let classical: Set<String> = [
        "TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble", "LabelEncoder", "ZipMap", "OneHotEncoder",
        "SVMClassifier", "LinearClassifier", "StringNormalizer", "Tokenizer",
    ]

    private struct Texts: Decodable {
        var shape: [Int]
        var texts: [String]
    }

    /// A tensor of numbers in NumPy's format, or of texts in JSON.
    private static func tensor(_ path: String) throws -> Tensor {
        guard let data = FileManager.default.contents(atPath: "\(path).json") else {
            return try NpyFile.read("\(path).npy")
        }
        let content = try JSONDecoder().decode(Texts.self, from: data)
        return try Tensor(texts: content.texts, shape: content.shape)
    }

    private func compare(_ item: Case, in folder: String) {
        var report = "\(item.name): "
        defer { if !Self.given.isEmpty { print(report) } }
        do {
            let model = try ModelFile.read(path: "\(folder)/\(item.name).onnx")
            let inputs = try (0..<item.inputs).map { try Self.tensor("\(folder)/\(item.name).in\($0)") }
            var outputs = try Session(model).run(inputs)
            #expect(outputs.count == item.outputs, "\(item.name)")
            if model.graph.nodes.contains(where: { Self.classical.contains($0.op.rawValue) }) {
                // The plain implementations, and what is written and read again, give the same.
                outputs += try Session(model, options: ExecutionOptions(kernels: .reference)).run(inputs)
                let path = "\(folder)/\(item.name).again.onnx"
                try ModelFile.write(model, to: path)
                outputs += try Session(try ModelFile.read(path: path)).run(inputs)
            }
            for (position, output) in outputs.enumerated() {
                let expected = try Self.tensor("\(folder)/\(item.name).out\(position % max(item.outputs, 1))")
                #expect(
                    output.shape == expected.shape && output.dtype == expected.dtype,
                    "\(item.name): output \(position) is \(output.dtype) \(output.shape), expected \(expected.shape)")
                if expected.dtype == .text {
                    let (found, wanted) = (try output.texts(), try expected.texts())
                    #expect(found == wanted, "\(item.name): output \(position)")
                    continue
                }
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
