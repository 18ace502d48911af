import EdgeModels
import EdgeTensors
import PeerTesting
import Testing

@Suite("Formats: passes", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct FormatsPassTests {
    private static let models = [
        "onnx/mlperf_tiny/resnet8_cifar10_f32.onnx", "onnx/mlperf_tiny/kws_dscnn_f32.onnx", "onnx/vision/mnist.onnx",
        "onnx/vision/mobilenet_v2_0.35_128_tfs_channel_first.onnx", "onnx/cmapss/fd001_1d_cnn.onnx",
        "onnx/vision/version-RFB-320_simplified.onnx", "tflite/mlperf_tiny/vww_96_float.tflite",
        "tflite/vision/version-RFB-320_without_postprocessing.tflite", "tflite/cmapss/fd001_1d_cnn.tflite",
    ]

    @Test("a pass keeps the numbers", arguments: models, ["channelsLast", "channelsFirst", "simplify"])
    func keepsNumbers(name: String, pass: String) throws {
        let model = try ModelFile.read(path: SharedData.file("models/\(name)"))
        var changed = model
        switch pass {
        case "channelsLast": changed.graph = try channelsLast(model.graph)
        case "channelsFirst": changed.graph = try channelsFirst(model.graph)
        default: try changed.graph.simplify()
        }
        try changed.graph.checkConsistency()
        let inputs = try model.graph.inputs.map { id in
            let shape = (model.graph.type(of: id)?.shape ?? []).map { $0.fixedValue ?? 1 }
            return try Tensor((0..<shape.reduce(1, *)).map { Float(($0 * 37) % 101) / 101 }, shape: shape)
        }
        let expected = try Session(model).run(inputs)
        let found = try Session(changed).run(inputs)
        for (a, b) in zip(expected, found) {
            #expect(a.shape == b.shape)
            let (x, y) = (try a.elements(as: Float.self), try b.elements(as: Float.self))
            let largest = x.map(abs).max() ?? 0
            #expect(zip(x, y).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, largest) })
        }
    }

    @Test("convolution-like nodes all stand in the layout asked for, with few transpositions left")
    func layoutIsUniform() throws {
        let graph = try ModelFile.read(path: SharedData.file("models/onnx/mlperf_tiny/resnet8_cifar10_f32.onnx")).graph
        let last = try channelsLast(graph)
        #expect(last.nodes.allSatisfy { ![.conv, .averagePool].contains($0.op) || $0.layout == .channelsLast })
        #expect(last.nodes.count { $0.op == .transpose } == 0)
    }

    @Test("batch normalisation goes into the convolution ahead of it")
    func foldsNormalisation() throws {
        var graph = try ModelFile.read(
            path: SharedData.file("models/onnx/vision/mobilenet_v2_0.35_128_tfs_channel_first.onnx")
        ).graph
        let before = graph.nodes.count { $0.op == .batchNormalization }
        try graph.foldConvolutions()
        #expect(graph.nodes.count { $0.op == .batchNormalization } < before)
    }
}
