import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// Real networks against the outputs that onnxruntime and LiteRT gave for them.
@Suite("Execution: golden outputs", .enabled(if: PeerTesting.SharedData.isPresent, "\(PeerTesting.SharedData.absence)"))
struct GoldenTests {
    /// A golden folder and the model it belongs to.
    struct Pair: Sendable, CustomTestStringConvertible {
        let folder: String
        let model: String
        var testDescription: String { (folder as NSString).lastPathComponent }
    }

    static let pairs: [Pair] = {
        let root = PeerTesting.SharedData.file("golden")
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return folders.sorted().compactMap { folder in
            let ending = folder.hasSuffix("_onnx") ? "onnx" : "tflite"
            guard folder.hasSuffix("_\(ending)") else { return nil }
            let models = PeerTesting.SharedData.file("models/\(ending)")
            let name = folder.dropLast(ending.count + 1) + ".\(ending)"
            let parts = (try? FileManager.default.contentsOfDirectory(atPath: models)) ?? []
            return parts.map { "\(models)/\($0)/\(name)" }.first { FileManager.default.fileExists(atPath: $0) }
                .map { Pair(folder: "\(root)/\(folder)", model: $0) }
        }
    }()

    @Test("a network gives what its own runtime gives", arguments: pairs)
    func matches(_ pair: Pair) throws {
        try compare(pair, kernels: .automatic)
    }

    @Test("the portable kernels give it, too", arguments: pairs)
    func matchesPortable(_ pair: Pair) throws {
        try compare(pair, kernels: .scalar)
    }

    private func compare(_ pair: Pair, kernels: KernelSelection) throws {
        let model = try ModelFile.read(path: pair.model)
        let session = try Session(model, options: ExecutionOptions(kernels: kernels))
        let inputs = try model.graph.inputs.indices.map { try NpyFile.read("\(pair.folder)/in\($0).npy") }
        for (position, output) in try session.run(inputs).enumerated() {
            let result = try output.numbers()
            let type = model.graph.type(of: model.graph.outputs[position])
            var smallest = Double.infinity
            var line = ""
            for variant in ["", "_ref"] {
                let path = "\(pair.folder)/out\(position)\(variant).npy"
                guard FileManager.default.fileExists(atPath: path) else { continue }
                let golden = try NpyFile.read(path)
                #expect(output.shape == golden.shape && output.dtype == golden.dtype)
                let expected = try golden.numbers()
                let scale = expected.map { $0.magnitude }.max() ?? 0
                let difference = ReferenceAnswers.largestDifference(expected, result)
                if output.dtype == .f32 {
                    let isQuantized = model.graph.constants.keys.contains {
                        model.graph.type(of: $0)?.quantization != nil
                    }
                    // Integer parts may round the other way once: a step of the softmax is 1/256.
                    let tolerance = isQuantized ? 2.0 / 256 : 1e-4
                    // Two units in the last place of 1 are below what a float sigmoid of small results can promise.
                    let excess = difference / max(scale * tolerance, 2.4e-7)
                    if excess < smallest {
                        (smallest, line) = (excess, "relative error \(difference / max(scale, 1e-30))")
                    }
                } else {
                    let off = zip(expected, result).filter { abs($0 - $1) > 1 }.count
                    let share = Double(off) / Double(max(expected.count, 1))
                    let excess = share / 0.01
                    if excess < smallest {
                        (smallest, line) = (excess, "\(off) of \(expected.count) off by more than one step")
                    }
                    if variant.isEmpty, type?.quantization != nil, expected.count > 1, output.rank == 2 {
                        #expect(
                            ReferenceAnswers.largestIndex(expected).map { expected[$0] - result[$0] }.map {
                                abs($0) <= 1
                            } ?? true)
                    }
                }
            }
            print("\(pair.testDescription) [\(position)] \(kernels.rawValue): \(line)")
            #expect(smallest <= 1, "\(line)")
        }
    }

    @Test("keyword spotting: every sample gets the class that onnxruntime gives it")
    func agreesOnEverySample() throws {
        let samples = try NpyFile.read(PeerTesting.SharedData.file("datasets/kws01/x_int8.npy"))
        let values = try samples.elements(as: Int8.self).map { (Float($0) - 83) * 0.5847029089927673 }
        let model = try ModelFile.read(path: PeerTesting.SharedData.file("models/onnx/mlperf_tiny/kws_dscnn_f32.onnx"))
        let session = try Session(model)
        let shape = [samples.shape[0], 49, 10, 1]
        let outputs = try session.run(samples: [try Tensor(values, shape: shape)], batch: 64)
        let labels = try NpyFile.read(PeerTesting.SharedData.file("datasets/kws01/y.npy")).elements(as: Int32.self)
        let scores = try outputs[0].elements(as: Float.self)
        let classes = scores.count / labels.count
        let right = labels.indices.filter { sample in
            let row = scores[(sample * classes)..<((sample + 1) * classes)]
            return row.indices.max { row[$0] < row[$1] }.map { $0 - sample * classes } == Int(labels[sample])
        }
        // What onnxruntime gets right of the 500.
        #expect(right.count == 452)
    }
}
