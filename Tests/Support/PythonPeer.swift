import Foundation

/// Programs of other authors that serve as oracles (onnxruntime, LiteRT, numpy …), reached through Python.
///
/// `make` installs them into `.venv` from `Tests/Peers/requirements.txt`; `EDGESH_PYTHON` names another Python. A test that
/// needs them is skipped where they are absent: `@Test(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))`.
public enum PythonPeer {
    /// The full path of the Python that has the peers installed, whether it exists or not.
    public static let python: String =
        ProcessInfo.processInfo.environment["EDGESH_PYTHON"] ?? PackageRoot.file(".venv/bin/python")

    public static let isPresent = FileManager.default.isExecutableFile(atPath: python)

    /// What a skipped test says.
    public static let absence = "no Python with the peers at \(python); run `make` or set EDGESH_PYTHON"

    /// Why a peer gave no answer.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Runs a script of `Tests/Peers`: the request arrives on its standard input as JSON and the answer is read as JSON
    /// from its standard output.
    public static func call<Answer: Decodable>(
        _ script: String, _ request: some Encodable, timeout seconds: Double = 120, as answer: Answer.Type = Answer.self
    ) throws -> Answer {
        let text = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        let result = try run([PackageRoot.file("Tests/Peers/\(script)")], standardInput: text, timeout: seconds)
        return try JSONDecoder().decode(Answer.self, from: Data(result.utf8))
    }

    /// Runs Python with any arguments and gives what it printed.
    public static func run(
        _ arguments: [String], standardInput: String = "", directory: String? = nil, timeout seconds: Double = 120
    ) throws -> String {
        let result = try Subprocess.run(
            python, ["-W", "ignore"] + arguments, standardInput: standardInput, directory: directory, timeout: seconds)
        guard result.exitCode == 0, !result.timedOut else {
            throw Failure(
                description: "python \(arguments.joined(separator: " ")) ended with \(result.exitCode)"
                    + (result.timedOut ? " (out of time)" : "") + ":\n\(result.standardError)")
        }
        return result.standardOutput
    }
}
