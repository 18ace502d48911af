@testable import EdgeCompression
import EdgeModels
import EdgeTensors
import EdgeTraining
import PeerTesting
import Testing

/// The MLPerf Tiny keyword spotter and its open samples.
enum KeywordSpotting {
    static func model() throws -> Model {
        try ModelFile.read(path: SharedData.file("models/onnx/mlperf_tiny/kws_dscnn_f32.onnx"))
    }

    static func data() throws -> LabelledDataset {
        let folder = SharedData.file("datasets/kws01")
        return try LabelledDataset(inputs: ["\(folder)/x_int8.npy"], labels: "\(folder)/y.npy")
            .rescaled(scale: 0.5847029089927673, zero: 83)
    }
}

/// Accuracy on real labelled data, each model judged on all open samples and calibrated on 200 of them.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)")) struct AccuracyTests {
    private func accuracy(_ model: Model, _ data: LabelledDataset) throws -> Double {
        try #require(try Evaluation(model, on: data, metric: .accuracy).value.number)
    }

    @Test func keywordSpotting() throws {
        let (model, data) = (try KeywordSpotting.model(), try KeywordSpotting.data())
        let float = try accuracy(model, data)
        #expect(float == 0.904, "onnxruntime finds 452 of 500")
        let sample = try data.sample(200)
        let eight = try accuracy(Quantizer.quantize(model, options: .init(bits: 8), calibration: sample), data)
        #expect(abs(eight - float) <= 0.005 + 1e-9)
        let four = try accuracy(Quantizer.quantize(model, options: .init(bits: 4), calibration: sample), data)
        #expect(four >= float - 0.03)
    }

    @Test(arguments: [("DS_CNN_S", "arm_mfcc_40ms_20ms"), ("DNN_S", "arm_mfcc_40ms_40ms")])
    func keywordSpottingOfOtherAuthors(name: String, features: String) throws {
        let folder = SharedData.file("datasets/kws01")
        let data = try LabelledDataset(inputs: ["\(folder)/\(features).npy"], labels: "\(folder)/y_arm.npy")
        let model = try ModelFile.read(path: SharedData.file("models/onnx/arm_kws/\(name).onnx"))
        let float = try accuracy(model, data)
        let sample = try data.sample(200)
        // LiteRT's own int8 file of DS_CNN_S loses 2.4 points.
        #expect(
            try accuracy(Quantizer.quantize(model, options: .init(bits: 8), calibration: sample), data) >= float - 0.025
        )
        #expect(
            try accuracy(Quantizer.quantize(model, options: .init(bits: 4), calibration: sample), data) >= float - 0.04)
    }

    @Test func digits() throws {
        let folder = SharedData.file("datasets/mnist")
        let data = try LabelledDataset(
            inputs: ["\(folder)/test-2000-images-idx3-ubyte"], labels: "\(folder)/test-2000-labels-idx1-ubyte"
        ).rows(0..<1000)
        let model = try ModelFile.read(path: SharedData.file("models/onnx/vision/mnist.onnx"))
        let float = try accuracy(model, data)
        let sample = try data.sample(100)
        for bits in [8, 4] {
            let quantized = try Quantizer.quantize(model, options: .init(bits: bits), calibration: sample)
            #expect(try accuracy(quantized, data) >= float - 0.01, "\(bits) bits")
        }
    }
}
