import EdgeModels
import EdgeTensors
import EdgeTraining
import Foundation
import PeerTesting
import Testing

/// Float networks of other authors are trained as they stand.
@Suite("Training of models from files", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct LoadedModelTests {
    /// With batch-norm folded or not, channels first and last, one sample at a time or many, recurrences as operators, loops and states.
    static let models = [
        "onnx/arm_kws/DNN_S.onnx", "onnx/arm_kws/DS_CNN_S.onnx", "onnx/arm_kws/GRU_S.onnx", "onnx/arm_kws/LSTM_S.onnx",
        "onnx/cmapss/fd001_1d_cnn.onnx", "onnx/mlperf_tiny/ad01_fcae_f32.onnx", "onnx/mlperf_tiny/kws_dscnn_f32.onnx",
        "onnx/mlperf_tiny/resnet8_cifar10_f32.onnx", "onnx/mlperf_tiny/vww96_mbv1_025_f32.onnx",
        "onnx/vision/mnist.onnx", "onnx/vision/opt-mnist.onnx",
        "onnx/vision/mobilenet_v2_0.35_128_tfs_channel_first.onnx",
        "tflite/arm_kws/DNN_S_f32.tflite", "tflite/arm_kws/DS_CNN_S_f32.tflite", "tflite/cmapss/fd001_1d_cnn.tflite",
        "tflite/mlperf_tiny/ad01_fp32.tflite", "tflite/mlperf_tiny/kws_ref_model_truefloat32.tflite",
        "tflite/mlperf_tiny/pretrainedResnet.tflite", "tflite/mlperf_tiny/vww_96_float.tflite",
        "tflite/tflm/hello_world_float.tflite", "tflite/tflm/trained_lstm.tflite",
    ]

    /// Random samples of a model's shapes.
    private static func inputs(_ model: Model, batch: Int?, seed: UInt64) throws -> [Tensor] {
        var source = RandomSource(seed: seed)
        return try model.graph.inputs.map { id in
            let shape = try #require(model.graph.type(of: id)?.shape).map { $0.fixedValue ?? 1 }
            return try Tensor(uniform: 0...1, shape: [batch ?? shape[0]] + shape.dropFirst(), from: &source)
        }
    }

    /// Its state has the batch in another place than its sound: it is trained on one sample at a time.
    private static let voice = "onnx/audio/silero_vad_openvino_16k.onnx"

    @Test(arguments: models + [voice]) func theFirstGradientsAreTheSlopes(_ file: String) throws {
        let model = try ModelFile.read(path: SharedData.file("models/\(file)"))
        let trainable = try TrainableModel(model)
        let inputs = try Self.inputs(model, batch: file == Self.voice ? nil : 2, seed: 1)
        let outputs = try trainable.forward(inputs, training: false, seed: 1)
        var source = RandomSource(seed: 2)
        let weights = try outputs.map { try Tensor(uniform: -1...1, shape: $0.shape, from: &source) }
        _ = try trainable.backward(weights)
        let parameters = trainable.parameters
        // The steepest weight of the first and of the last layer.
        let heavy = parameters.entries.filter { $0.role == .weight }
        for entry in Set([heavy.first, heavy.last].compactMap { $0?.name }) {
            let range = try #require(heavy.first { $0.name == entry }).range
            let place = try #require(
                range.max { abs(parameters.gradients[$0]) < abs(parameters.gradients[$1]) })
            let (start, slope) = (parameters.values[place], Double(parameters.gradients[place]))
            func loss(_ value: Float) throws -> Double {
                parameters.values[place] = value
                defer { parameters.values[place] = start }
                var total = 0.0
                for (output, weight) in zip(try trainable.forward(inputs, training: false, seed: 1), weights) {
                    for (x, w) in zip(try output.elements(as: Float.self), try weight.elements(as: Float.self)) {
                        total += Double(x) * Double(w)
                    }
                }
                return total
            }
            // Kinks of rectifiers spoil long steps, rounding short ones: one of them has to agree.
            var found: [Double] = []
            for step in [Float(1e-2), 3e-3, 1e-3, 3e-4] {
                found.append((try loss(start + step) - loss(start - step)) / (2 * Double(step)))
            }
            #expect(
                found.contains { abs($0 - slope) <= 0.03 * max(abs($0), abs(slope)) + 1e-4 },
                "\(entry): slopes \(found), gradient \(slope)")
            #expect(slope != 0, "\(entry)")
        }
    }

    @Test(arguments: models) func aFewStepsOnRandomLabelsMakeTheLossSmaller(_ file: String) throws {
        let model = try ModelFile.read(path: SharedData.file("models/\(file)"))
        let inputs = try Self.inputs(model, batch: 4, seed: 3)
        let shape = try Session(model).run(try Self.inputs(model, batch: 1, seed: 3))[0].shape.dropFirst()
        var source = RandomSource(seed: 4)
        let isClassifier = model.graph.nodes.last?.op == .softmax && shape.count == 1
        let labels =
            isClassifier
            ? try Tensor((0..<4).map { _ in Int32(source.next() % UInt64(shape.first ?? 1)) }, shape: [4])
            : try Tensor(uniform: 0...1, shape: [4] + shape, from: &source)
        var options = TrainingOptions()
        options.epochs = 4
        options.batch = 4
        options.rate = 1e-3
        let data = LabelledDataset(inputs: inputs, labels: labels)
        let result = try TrainingLoop(model, data: data, options: options).run()
        let (first, last) = (try #require(result.history.first).loss, try #require(result.history.last).loss)
        #expect(last < first, "\(first), then \(last)")
        // The model is what it was, but for its weights.
        #expect(result.model.graph.nodes.map(\.name) == model.graph.nodes.map(\.name))
        #expect(
            result.model.graph.inputs.map { result.model.graph.type(of: $0) }
                == model.graph.inputs.map { model.graph.type(of: $0) })
        _ = try Session(result.model).run(try Self.inputs(model, batch: 1, seed: 5))
    }

    @Test(arguments: ["onnx", "tflite"]) func whatWasTrainedRunsElsewhere(_ format: String) throws {
        let folder = try TemporaryDirectory()
        let model = try ModelFile.read(
            path: SharedData.file("models/onnx/mlperf_tiny/kws_dscnn_f32.onnx"))
        let inputs = try Self.inputs(model, batch: 4, seed: 3)
        var options = TrainingOptions()
        options.epochs = 2
        options.batch = 4
        let data = LabelledDataset(inputs: inputs, labels: try Tensor([Int32(1), 5, 0, 11], shape: [4]))
        let trained = try TrainingLoop(model, data: data, options: options).run().model
        let sample = try Self.inputs(model, batch: 1, seed: 9)
        let expected = try Session(trained).run(sample)[0].elements(as: Float.self)
        let before = try Session(model).run(sample)[0].elements(as: Float.self)
        #expect(relativeDifference(before.map(Double.init), expected) > 1e-3)
        let path = folder.file("trained.\(format)")
        try ModelFile.write(trained, to: path)
        let given = try folder.write("in.npy", bytes: try NPYFile.write(sample[0]))
        let outputs = try PeerModel.run(
            format == "onnx" ? .onnxruntime : .litert, model: path, inputs: [given],
            outputFolder: folder.file("out"))
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: #require(outputs.first).path)))
        let found = try NPYFile.read(bytes).elements(as: Float.self)
        #expect(relativeDifference(expected.map(Double.init), found) < 1e-4)
    }

    @Test(arguments: ["lstm", "unidirectional_sequence_lstm"])
    func whatHasNoGradientIsNamedBeforeTheFirstStep(_ name: String) throws {
        let model = try ModelFile.read(path: SharedData.file("models/tflite/litert_testdata/\(name).tflite"))
        let error = #expect(throws: TrainingError.self) { try TrainableModel(model) }
        #expect(error?.message.contains("UnidirectionalSequenceLSTM): projections") == true)
    }

    @Test func aQuantizedModelIsRefused() throws {
        let model = try ModelFile.read(path: SharedData.file("models/tflite/mlperf_tiny/kws_ref_model.tflite"))
        let error = #expect(throws: TrainingError.self) { try TrainableModel(model) }
        #expect(error?.message.contains("quantized") == true)
    }
}
