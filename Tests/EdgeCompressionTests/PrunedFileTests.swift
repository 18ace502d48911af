@testable import EdgeCompression
import EdgeModels
import EdgeTensors
import EdgeTraining
import PeerTesting
import Testing

/// Real networks, pruned and written, as others see them.
@Suite(
    .enabled(if: SharedData.isPresent, "\(SharedData.absence)"),
    .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct PrunedFileTests {
    private struct Request: Encodable { var model: String }
    private struct Counted: Decodable { var macs: Int, weightBytes: Int }

    static let networks = [
        "onnx/vision/mnist.onnx", "onnx/mlperf_tiny/resnet8_cifar10_f32.onnx", "onnx/mlperf_tiny/kws_dscnn_f32.onnx",
        "onnx/mlperf_tiny/vww96_mbv1_025_f32.onnx", "onnx/vision/mobilenet_v2_0.35_128_tfs_channel_first.onnx",
        "tflite/mlperf_tiny/vww_96_float.tflite",
    ]

    private func samples(_ model: Model) throws -> LabelledDataset {
        let id = model.graph.inputs[0]
        let shape = try #require(model.graph.type(of: id)?.shape).dropFirst().map { $0.fixedValue ?? 1 }
        let values = SampleNetwork.numbers(2 * shape.reduce(1, *), seed: 8)
        return LabelledDataset(inputs: [try Tensor(values, shape: [2] + shape)], labels: nil)
    }

    private func expectClose(_ first: [Float], _ second: [Float], _ tolerance: Float, _ what: String) {
        let largest = first.reduce(Float(1e-3)) { max($0, abs($1)) }
        let difference = zip(first, second).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(
            first.count == second.count && difference <= tolerance * largest, "\(what): \(difference) of \(largest)")
    }

    @Test(arguments: networks) func idleChannelsGoUnfelt(path: String) throws {
        let model = try ModelFile.read(path: SharedData.file("models/" + path))
        let data = try samples(model)
        let (idle, groups) = try IdleChannels.make(model, share: 0.15)
        let (pruned, report) = try Pruner.prune(idle, options: PruneOptions(.ratio(0)))
        #expect(report.layers.reduce(0) { $0 + $1.channels - $1.kept } >= groups)
        expectClose(
            try ModelRunner(idle).predictions(data)[0].values, try ModelRunner(pruned).predictions(data)[0].values,
            1e-4,
            "pruned and whole")
    }

    @Test(arguments: networks) func othersRunAndCountThePrunedFile(path: String) throws {
        let model = try ModelFile.read(path: SharedData.file("models/" + path))
        let data = try samples(model)
        let (pruned, _) = try Pruner.prune(model, options: PruneOptions(.multiplications(0.5)))
        let summary = ModelSummary(pruned)
        #expect(Double(summary.totalMACs) <= 0.5 * Double(ModelSummary(model).totalMACs))
        let ours = try ModelRunner(pruned).predictions(data)[0].values
        let folder = try TemporaryDirectory()
        let input = try folder.write("x.npy", bytes: try NPYFile.write(data.inputs[0]))
        for (runtime, ending) in [(PeerRuntime.onnxruntime, "onnx"), (.litert, "tflite")] {
            let file = folder.file("pruned." + ending)
            try ModelFile.write(pruned, to: file)
            let outputs = try PeerModel.run(
                runtime, model: file, inputs: [input], outputFolder: folder.file(ending), batched: true)
            let theirs = try SampleFile.read(try #require(outputs.first).path)
            expectClose(try theirs.elements(as: Float.self), ours, 1e-4, ending)
            #expect(try ModelFile.read(path: file).history.last?.step == pruned.history.last?.step)
        }
        let counted = try PythonPeer.call(
            "count_model.py", Request(model: folder.file("pruned.onnx")), as: Counted.self)
        #expect(counted.macs == summary.totalMACs)
        #expect(counted.weightBytes == summary.totalWeightBytes)
    }

    @Test func digitsAreStillRead() throws {
        let folder = SharedData.file("datasets/mnist")
        let data = try LabelledDataset(
            inputs: ["\(folder)/test-2000-images-idx3-ubyte"], labels: "\(folder)/test-2000-labels-idx1-ubyte")
        let (fitted, judged) = (try data.rows(0..<500), try data.rows(1000..<2000))
        let model = try ModelFile.read(path: SharedData.file("models/onnx/vision/mnist.onnx"))
        let (pruned, _) = try Pruner.prune(
            model, options: PruneOptions(.ratio(0.25), criterion: .activation), data: fitted)
        let accuracy = try Evaluation(pruned, on: judged, metric: .accuracy).value.number
        #expect(try #require(accuracy) >= 0.97)
    }
}
