@testable import EdgeCompression
import EdgeModels
import EdgeTensors
import EdgeTraining
import PeerTesting
import Testing

/// What we write must give the same numbers in the runtimes of others.
@Suite(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)")) struct WrittenModelTests {
    /// Runs the written model in another runtime and compares in steps of the output.
    private func expectAgreement(
        _ model: Model, on data: LabelledDataset, ending: String, runtime: PeerRuntime, step: Float,
        share: Double
    ) throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("model." + ending)
        try ModelFile.write(model, to: path)
        let input = try folder.write("x.npy", bytes: try NPYFile.write(data.inputs[0]))
        let outputs = try PeerModel.run(
            runtime, model: path, inputs: [input], outputFolder: folder.file("out"), batched: true)
        let theirs = try SampleFile.read(try #require(outputs.first).path)
        let ours = try ModelRunner(model).predictions(data)[0]
        let quantization = model.graph.type(of: model.graph.outputs[0])?.quantization
        let values = try theirs.realNumbers(as: quantization)
        try #require(values.count == ours.values.count)
        let near = zip(values, ours.values).count { abs($0 - $1) <= 1.01 * step }
        #expect(Double(near) >= share * Double(values.count), "\(near) of \(values.count) within a step")
        let peer = Predictions(values: values, rows: ours.rows, columns: ours.columns)
        // Two classes within a step of each other may change places.
        let same = (0..<ours.rows).count { row in
            let (a, b) = (ours.predictedClass(row), peer.predictedClass(row))
            return a == b
                || abs(ours.row(row)[ours.row(row).startIndex + a] - ours.row(row)[ours.row(row).startIndex + b]) <= 2
                    * step
        }
        #expect(same == ours.rows)
        // And we read back what we wrote.
        let again = try ModelRunner(ModelFile.read(path: path)).predictions(data)[0]
        let back = zip(again.values, ours.values).count { abs($0 - $1) <= 1.01 * step }
        #expect(Double(back) >= 0.99 * Double(ours.values.count))
    }

    /// LiteRT rounds the results of layers with 4-bit weights otherwise than we and onnxruntime do: there more outputs are two steps apart.
    private func share(_ runtime: PeerRuntime, bits: Int) -> Double {
        runtime == .litert && bits == 4 ? 0.8 : 0.99
    }

    @Test(arguments: [("onnx", PeerRuntime.onnxruntime), ("tflite", .litert)], [8, 4])
    func networksMadeInCode(target: (String, PeerRuntime), bits: Int) throws {
        for seed in [1, 2] as [UInt64] {
            let model = try SampleNetwork.residual(seed: seed)
            let data = try SampleNetwork.images(64)
            let quantized = try Quantizer.quantize(model, options: .init(bits: bits), calibration: data)
            try expectAgreement(
                quantized, on: data.rows(0..<32), ending: target.0, runtime: target.1, step: 1 / 256,
                share: share(target.1, bits: bits))
        }
    }

    @Test(
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)"),
        arguments: [("onnx", PeerRuntime.onnxruntime), ("tflite", .litert)], [8, 4])
    func keywordSpottingOnRealSamples(target: (String, PeerRuntime), bits: Int) throws {
        let data = try KeywordSpotting.data()
        let quantized = try Quantizer.quantize(
            KeywordSpotting.model(), options: .init(bits: bits), calibration: data.sample(100))
        try expectAgreement(
            quantized, on: data.rows(0..<100), ending: target.0, runtime: target.1, step: 1 / 256,
            share: share(target.1, bits: bits))
    }
}
