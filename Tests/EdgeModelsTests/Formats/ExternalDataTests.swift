import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

@Suite("Formats: weights beside the model", .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct ExternalDataTests {
    /// The memory of this process that is really there, in bytes.
    private func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
    }

    /// A table of three million rows in a sparse file of 3 GB, whose last row alone was ever written.
    private static let script = """
        import sys, numpy as np, onnx
        from onnx import helper, TensorProto
        folder, rows, width = sys.argv[1], 3_000_000, 256
        with open(folder + "/table.bin", "wb") as file:
            file.truncate(rows * width * 4)
            file.seek((rows - 1) * width * 4)
            file.write(np.arange(width, dtype=np.float32).tobytes())
        w = TensorProto(name="w", dims=[rows, width], data_type=1, data_location=1)
        for k, v in (("location", "table.bin"), ("offset", "0"), ("length", str(rows * width * 4))):
            e = w.external_data.add(); e.key = k; e.value = v
        g = helper.make_graph([helper.make_node("Gather", ["w", "i"], ["y"], axis=0)], "g",
            [helper.make_tensor_value_info("i", TensorProto.INT64, ["n"])],
            [helper.make_tensor_value_info("y", 1, ["n", width])], [w])
        open(folder + "/m.onnx", "wb").write(helper.make_model(g, opset_imports=[helper.make_opsetid("", 13)]).SerializeToString())
        """

    @Test("three gigabytes of weights take memory as they are used")
    func loadsLazily() throws {
        let folder = try TemporaryDirectory()
        _ = try PythonPeer.run(["-c", Self.script, folder.path])
        let before = try residentBytes()
        let model = try ModelFile.read(path: folder.file("m.onnx"))
        let session = try Session(model)
        let output = try session.run([try Tensor([Int64(2_999_999), 5], shape: [2])])[0]
        let values = try output.elements(as: Float.self)
        #expect(output.shape == [2, 256])
        #expect(values[0..<256].elementsEqual((0..<256).map(Float.init)))
        #expect(values[256...].allSatisfy { $0 == 0 })
        #expect(try residentBytes() - before < 256 << 20)
    }

    @Test("a file that is too short for its tensor is refused")
    func refusesShortFiles() throws {
        let folder = try TemporaryDirectory()
        _ = try PythonPeer.run(["-c", Self.script, folder.path])
        truncate(folder.file("table.bin"), 1 << 20)
        let error = #expect(throws: ModelError.self) { try ModelFile.read(path: folder.file("m.onnx")) }
        #expect(error?.code == "M0001" && error?.message.contains("`w`") == true)
    }

    @Test("a model file of more than two gigabytes is refused with the way out")
    func refusesLargeFiles() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("large.onnx", bytes: [8, 7])
        truncate(path, 5 << 30)
        let error = #expect(throws: ModelError.self) { try ModelFile.read(path: path) }
        #expect(error?.code == "M0008" && error?.hint?.contains("external data") == true)
    }
}
