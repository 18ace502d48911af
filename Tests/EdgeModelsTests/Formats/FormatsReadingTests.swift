import EdgeModels
import PeerTesting
import Testing

@Suite("Formats: reading")
struct FormatsReadingTests {
    @Test(
        "a network of others is read, its shapes known throughout",
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)"), arguments: ModelPaths.onnx + ModelPaths.tflite)
    func readsModels(path: String) throws {
        let model = try ModelFile.read(path: path)
        #expect(!model.graph.nodes.isEmpty)
        for node in model.graph.nodes {
            for output in node.outputs {
                #expect(model.graph.type(of: output)?.shape != nil, "\(node.name) makes \(model.graph[output].name)")
            }
        }
    }

    @Test(
        "operators without a form here are reported all at once, with node names",
        .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
    func reportsUnsupportedOperators() throws {
        let folder = try TemporaryDirectory()
        let script = """
            import onnx
            from onnx import helper
            nodes = [helper.make_node(op, [source], [op], op + "_node", domain="own") for op, source in (("First", "x"), ("Second", "First"))]
            inputs, outputs = ([helper.make_tensor_value_info(name, 1, [2])] for name in ("x", "Second"))
            onnx.save(helper.make_model(helper.make_graph(nodes, "g", inputs, outputs), opset_imports=[helper.make_opsetid("own", 1)]), "m.onnx")
            """
        _ = try PythonPeer.run(["-c", script], directory: folder.path)
        let error = #expect(throws: ModelError.self) { try ModelFile.read(path: folder.file("m.onnx")) }
        #expect(error?.code == "M0004")
        for name in ["First", "First_node", "Second", "Second_node"] {
            #expect(error?.message.contains(name) == true)
        }
    }

    @Test(
        "quantize/dequantize patterns become integer nodes",
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)"),
        arguments: [
            "ort_quant/kws_dscnn_ort_qdq_perchannel", "ort_quant/resnet8_cifar10_ort_qdq_perchannel",
            "mlperf_tiny/resnet8_cifar10_int8_qdq",
        ])
    func foldsQuantization(name: String) throws {
        let graph = try ModelFile.read(path: SharedData.file("models/onnx/\(name).onnx")).graph
        for node in graph.nodes where [.conv, .add, .averagePool].contains(node.op) {
            for id in node.inputs.compactMap({ $0 }) + node.outputs {
                #expect(graph.type(of: id)?.quantization != nil, "\(node.name) on \(graph[id].name)")
            }
        }
        #expect(graph.nodes.count { $0.op == .quantizeLinear } <= 1)
        #expect(graph.nodes.count { $0.op == .dequantizeLinear } <= 1)
    }

    @Test("shapes for given inputs are numbers throughout", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func infersShapesForInputs() throws {
        let graph = try ModelFile.read(path: SharedData.file("models/onnx/mlperf_tiny/kws_dscnn_f32.onnx")).graph
        let fixed = try graph.inferringShapes(for: [[5, 49, 10, 1]])
        #expect(fixed.type(of: fixed.outputs[0])?.fixedShape == [5, 12])
        #expect(throws: ModelError.self) { try graph.inferringShapes(for: [[1, 50, 10, 1]]) }
    }
}
