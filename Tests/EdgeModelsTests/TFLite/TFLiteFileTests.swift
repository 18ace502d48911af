import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// Files of others: single layers with the numbers they are published with, and what LiteRT's own tests read.
@Suite("TFLite: files of others", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct TFLiteFileTests {
    static let layers: [String] = {
        let root = SharedData.file("models/tflite/seanet_layers")
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return folders.sorted().flatMap { folder -> [String] in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
            return names.filter { $0.hasSuffix(".tflite") }.sorted().map { "\(root)/\(folder)/\($0.dropLast(7))" }
        }
    }()

    private func numbers(_ path: String) throws -> [Int16] {
        try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: { !"-0123456789".contains($0) }).map {
            try #require(Int16($0))
        }
    }

    @Test("a layer of 16 bits gives the published numbers, to one step", arguments: layers)
    func matchesLayer(path: String) throws {
        let model = try ModelFile.read(path: path + ".tflite")
        let inputs = try model.graph.inputs.enumerated().map { position, id in
            try Tensor(
                numbers("\(path)_input\(position)_int16.csv"), shape: #require(model.graph.type(of: id)?.fixedShape))
        }
        let expected = try numbers("\(path)_golden_int16.csv")
        for kernels in KernelSelection.allCases {
            let output = try Session(model, options: ExecutionOptions(kernels: kernels)).run(inputs)[0]
            let found = try output.elements(as: Int16.self)
            #expect(found.count == expected.count)
            let largest = zip(found, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
            #expect(largest <= 1, "\(kernels.rawValue): \(largest) steps")
        }
    }

    @Test("what LiteRT's tests read is read here, what they refuse is refused")
    func readsTestData() throws {
        let root = SharedData.file("models/tflite/litert_testdata")
        let broken: Set<String> = ["test_model_broken.tflite", "0_subgraphs.tflite", "no_subgraphs.tflite"]
        let names = try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.hasSuffix(".tflite") }
        #expect(names.count >= 18)
        for name in names {
            do {
                _ = try ModelFile.read(path: "\(root)/\(name)")
                #expect(!broken.contains(name), "\(name) is read")
            } catch let error as ModelError {
                #expect(broken.contains(name), "\(name): \(error)")
            }
        }
    }

    @Test("a signature chooses the subgraph by its name")
    func choosesSignature() throws {
        let path = SharedData.file("models/tflite/litert_testdata/multi_signatures.tflite")
        let names = try ModelFile.signatures(path: path)
        #expect(names.sorted() == ["add", "sub"])
        let ten = try Tensor([Float(10)], shape: [1])
        let results = try ["add", "sub"].map { name in
            try Session(ModelFile.read(path: path, signature: name)).run([ten])[0].elements(as: Float.self)
        }
        #expect(results == [[12], [7]])
        let error = #expect(throws: ModelError.self) { try ModelFile.read(path: path, signature: "mul") }
        #expect(error?.code == "M0010" && error?.hint?.contains("`add`") == true)
    }
}
