import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

@Suite("Formats: hostile files")
struct FormatsHostileTests {
    @Test("a damaged file is read or refused, never more", arguments: ["onnx", "tflite"])
    func survivesMutations(format: String) throws {
        var random = SplitMix(state: 42)
        var refused = 0
        for path in ModelPaths.seeds(format) {
            let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            for _ in 0..<300 {
                var bytes = whole
                switch random.next() % 3 {
                case 0: bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
                case 1:
                    for _ in 0..<(1 + random.next() % 4) {
                        bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
                    }
                default: bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
                do {
                    let model = try ModelFile.read(bytes, name: "damaged")
                    _ = ModelSummary(model)
                } catch is ModelError { refused += 1 }
            }
        }
        #expect(refused > 0)
    }

    @Test("what is read of odd files is written, or refused", arguments: ["onnx", "tflite"])
    func writesOddModels(format: String) throws {
        var read = 0
        for path in ModelPaths.seeds(format) {
            guard let model = try? ModelFile.read(path: path) else { continue }
            read += 1
            do { _ = try ONNXWriter().write(model) } catch is ModelError {}
            do { _ = try TFLiteWriter().write(model) } catch is ModelError {}
        }
        #expect(read > 5)
    }

    @Test("a tensor that claims more than the file holds is refused before any memory is taken")
    func refusesClaimedSizes() throws {
        // graph { initializer { dims: 268435456 data_type: FLOAT name: "w" raw_data: "" } }
        let tensor: [UInt8] = [0x08, 0x80, 0x80, 0x80, 0x80, 0x01, 0x10, 0x01, 0x42, 0x01, 0x77]
        let graph = [0x2a, UInt8(tensor.count)] + tensor
        let file = [0x08, 0x07, 0x42, 0x02, 0x10, 0x0d, 0x3a, UInt8(graph.count)] + graph
        let error = #expect(throws: ModelError.self) { try ModelFile.read(file, name: "claim") }
        #expect(error?.message.contains("`w`") == true)
    }

    @Test("what is no model says so")
    func refusesOtherFiles() throws {
        #expect(throws: ModelError.self) { try ModelFile.read([], name: "empty") }
        #expect(throws: ModelError.self) { try ModelFile.read(Array("hello, world".utf8), name: "text") }
        let missing = #expect(throws: ModelError.self) { try ModelFile.read(path: "/nonexistent/m.onnx") }
        #expect(missing?.code == "M0001")
        let folder = #expect(throws: ModelError.self) { try ModelFile.read(path: NSTemporaryDirectory()) }
        #expect(folder?.message.contains("folder") == true)
    }

    @Test("weights outside the model's folder are refused", .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
    func refusesEscapingWeights() throws {
        let folder = try TemporaryDirectory()
        let script = """
            import sys, numpy as np, onnx
            from onnx import helper, TensorProto
            for name, location in (("in", "w.bin"), ("out", "../w.bin"), ("root", "/etc/hostname")):
                w = TensorProto(name="w", dims=[2], data_type=1, data_location=1)
                for k, v in (("location", location), ("offset", "4"), ("length", "8")):
                    e = w.external_data.add(); e.key = k; e.value = v
                v = lambda n: helper.make_tensor_value_info(n, 1, [2])
                g = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", [v("x")], [v("y")], [w])
                open(sys.argv[1] + "/" + name + ".onnx", "wb").write(helper.make_model(g, opset_imports=[helper.make_opsetid("", 13)]).SerializeToString())
            np.array([9, 1, 2], np.float32).tofile(sys.argv[1] + "/w.bin")
            """
        _ = try PythonPeer.run(["-c", script, folder.path])
        let model = try ModelFile.read(path: folder.file("in.onnx"))
        #expect(try model.graph.constants.values.first?.elements(as: Float.self) == [1, 2])
        for name in ["out", "root"] {
            #expect(throws: ModelError.self) { try ModelFile.read(path: folder.file("\(name).onnx")) }
        }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("in.onnx"))))
        #expect(throws: ModelError.self) { try ONNXReader().read(bytes) }
    }
}

/// A small generator of reproducible numbers (SplitMix64).
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
