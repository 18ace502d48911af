import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

@Suite("Execution: plans for several shapes", .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct PlanCacheTests {
    /// A network whose batch and sequence are open, and onnxruntime's answers for some extents.
    private static let script = """
        import sys, numpy as np, onnx, onnxruntime as ort
        from onnx import helper, numpy_helper, TensorProto
        folder = sys.argv[1]
        random = np.random.default_rng(3)
        w = random.normal(size=(6, 8)).astype(np.float32)
        v = random.normal(size=(8, 4)).astype(np.float32)
        i = lambda *n: np.array(n, np.int64)
        stored = dict(w=w, v=v, zero=i(0), one=i(1), flat=i(-1), eight=i(8))
        nodes = [
            helper.make_node("MatMul", ["x", "w"], ["h"]),
            helper.make_node("Relu", ["h"], ["r"]),
            helper.make_node("Concat", ["r", "r"], ["twice"], axis=1),
            helper.make_node("Shape", ["twice"], ["s"]),
            helper.make_node("Gather", ["s", "zero"], ["b"]),
            helper.make_node("Concat", ["b", "flat", "eight"], ["t"], axis=0),
            helper.make_node("Reshape", ["twice", "t"], ["again"]),
            helper.make_node("MatMul", ["again", "v"], ["m"]),
            helper.make_node("Softmax", ["m"], ["y"], axis=-1),
        ]
        g = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", 1, ["batch", "sequence", 6])],
            [helper.make_empty_tensor_value_info("y")], [numpy_helper.from_array(a, n) for n, a in stored.items()])
        model = helper.make_model(g, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
        onnx.save(model, folder + "/m.onnx")
        session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        for b, s in ((1, 3), (4, 3), (2, 5), (1, 1)):
            x = random.normal(size=(b, s, 6)).astype(np.float32)
            np.save(f"{folder}/in{b}{s}.npy", x)
            np.save(f"{folder}/out{b}{s}.npy", session.run(None, {"x": x})[0])
        """

    @Test("alternating shapes give onnxruntime's numbers, each with one plan")
    func keepsPlans() throws {
        let folder = try TemporaryDirectory()
        _ = try PythonPeer.run(["-c", Self.script, folder.path])
        let model = try ModelFile.read(path: folder.file("m.onnx"))
        let shapes = ["13", "43", "25", "11"]
        let inputs = try shapes.map { try NpyFile.read(folder.file("in\($0).npy")) }
        let expected = try shapes.map { try NpyFile.read(folder.file("out\($0).npy")).numbers() }
        let session = try Session(model)
        for round in 0..<5 {
            for position in shapes.indices {
                let output = try session.run([inputs[position]])[0]
                let numbers = try output.numbers()
                #expect(ReferenceAnswers.largestDifference(expected[position], numbers) <= 1e-5)
            }
            #expect(session.plansBuilt == 4, "round \(round)")
        }
        // Two places for four shapes in turn: every one has left before it comes again.
        let narrow = try Session(model, options: ExecutionOptions(planLimit: 2))
        for _ in 0..<2 { for input in inputs { _ = try narrow.run([input]) } }
        #expect(narrow.plansBuilt == 8)
        for _ in 0..<3 { for input in inputs.suffix(2) { _ = try narrow.run([input]) } }
        #expect(narrow.plansBuilt == 8)
    }

    @Test("names of open extents go through the network")
    func followsNames() throws {
        let folder = try TemporaryDirectory()
        _ = try PythonPeer.run(["-c", Self.script, folder.path])
        let graph = try ModelFile.read(path: folder.file("m.onnx")).graph
        let output = try #require(graph.type(of: graph.outputs[0])?.shape)
        #expect(output.first == .symbol("batch") && output.last == .fixed(4))
        let twice = try #require(graph.values.first { $0.name == "twice" }?.type?.shape)
        #expect(twice == [.symbol("batch"), .symbol("2*sequence"), .fixed(8)])
    }
}
