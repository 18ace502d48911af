import Foundation
import PeerTesting
import Testing

/// The oracles themselves: each peer reproduces an answer that was recorded with it, so that a test that compares with it
/// compares with what we think it is.
@Suite struct PeerTests {
    @Test(
        .enabled(if: PythonPeer.isPresent && SharedData.isPresent, "\(PythonPeer.absence); \(SharedData.absence)"),
        arguments: [
            (PeerRuntime.onnxruntime, "models/onnx/mlperf_tiny/kws_dscnn_f32.onnx", "golden/kws_dscnn_f32_onnx"),
            (.litert, "models/tflite/mlperf_tiny/kws_ref_model.tflite", "golden/kws_ref_model_tflite"),
        ])
    func aPeerReproducesItsRecordedAnswer(runtime: PeerRuntime, model: String, golden: String) throws {
        let folder = try TemporaryDirectory()
        let outputs = try PeerModel.run(
            runtime, model: SharedData.file(model), inputs: [SharedData.file(golden + "/in0.npy")],
            outputFolder: folder.path)
        let script = "import sys, numpy; a, b = map(numpy.load, sys.argv[1:]); print(abs(a * 1.0 - b).max())"
        let difference = try PythonPeer.run(["-c", script, outputs[0].path, SharedData.file(golden + "/out0.npy")])
        #expect(try #require(Double(difference.trimmingCharacters(in: .whitespacesAndNewlines))) <= 1e-6)
    }

    @Test func aProgramIsRunWithItsInputAndItsExitCodeIsKnown() throws {
        let result = try Subprocess.run("/bin/sh", ["-c", "cat; echo problem >&2; exit 3"], standardInput: "hello")
        #expect(result.standardOutput == "hello")
        #expect(result.standardError == "problem\n")
        #expect(result.exitCode == 3)
    }

    @Test func aProgramThatHangsIsEnded() throws {
        let result = try Subprocess.run("/bin/sleep", ["30"], timeout: 0.2)
        #expect(result.timedOut)
    }
}
