import Foundation

/// A runtime of other authors that can run a model file.
public enum PeerRuntime: String, Sendable, Codable, CaseIterable {
    case onnxruntime
    /// LiteRT as applications use it (XNNPACK).
    case litert
    /// LiteRT's reference kernels, which may differ from the others by a few integer steps.
    case litertReference = "litert_reference"
}

/// Runs model files in the runtimes of others (`Tests/Peers/run_model.py`).
public enum PeerModel {
    private struct Request: Encodable {
        var runtime: PeerRuntime
        var model: String
        var inputs: [String]
        var outputFolder: String
        var batched: Bool
    }

    /// A value that the peer wrote.
    public struct Output: Sendable, Decodable {
        /// Its name in the model file.
        public let name: String
        /// The `.npy` file that holds it, in the folder that was asked for.
        public let path: String
        public let shape: [Int]
        /// As numpy calls it: `float32`, `int8` …
        public let dtype: String
    }

    /// Runs a model once on inputs given as `.npy` files, in the order of the model's inputs, and writes each output as a
    /// `.npy` file.
    ///
    /// - Parameter batched: The inputs hold many samples along their first axis, which are given to the model one by
    ///   one and whose outputs are joined again.
    public static func run(
        _ runtime: PeerRuntime, model: String, inputs: [String], outputFolder: String, batched: Bool = false
    ) throws -> [Output] {
        try PythonPeer.call(
            "run_model.py",
            Request(runtime: runtime, model: model, inputs: inputs, outputFolder: outputFolder, batched: batched))
    }
}
