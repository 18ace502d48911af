import Foundation
import PeerTesting
import Testing

/// Every example runs as it stands and prints what it says.
@Suite struct ExampleTests {
    /// The small examples of the language: each has its expected output beside it.
    @Test(arguments: try scripts(in: "examples/language"))
    func anExampleOfTheLanguagePrintsWhatItsFileSays(name: String) throws {
        let path = PackageRoot.file("examples/language/\(name)")
        let result = try ProgramUnderTest.run([path])
        #expect(result.standardError == "")
        #expect(result.exitCode == 0)
        #expect(result.standardOutput == (try text(path.replacing(".edge", with: ".out"))))
    }

    @Test func thePipelineReportsAndWritesWhatItQuantized() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(
            [PackageRoot.file("examples/pipeline.edge")], directory: folder.path, timeout: 300)
        #expect(result.exitCode == 0, "\(result.standardError)")
        for file in ["bearing_int8.tflite", "bearing_int8.onnx", "bearing_int4.onnx"] {
            #expect(FileManager.default.fileExists(atPath: folder.file("out/\(file)")))
        }
        #expect(result.standardOutput.contains("out/bearing_int8.tflite"))
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func theKeywordExampleRunsOnTheSharedData() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(
            [PackageRoot.file("examples/keyword_spotting.edge")], directory: folder.path, timeout: 300)
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.contains("0.904"))
    }

    @Test func theKeywordExampleSaysWhatIsMissing() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(
            [PackageRoot.file("examples/keyword_spotting.edge")], directory: folder.path,
            environment: ["EDGESH_SHARED_DATA": folder.file("nowhere")])
        #expect(result.exitCode == 0)
        #expect(result.standardOutput.contains(folder.file("nowhere")))
        #expect(result.standardOutput.contains("kws_dscnn_f32.onnx"))
    }

    /// The signals on which the network was trained are those of the example.
    @Test func theBearingModelAgreesWithItsTwinInPython() throws {
        let folder = try TemporaryDirectory()
        let script = try folder.write(
            "windows.edge",
            """
            import "\(PackageRoot.file("examples/bearing.edge"))" as bearing
            for index in [0, 1, 2, 3, 41, 1002] { for sample in bearing.window(index) { print(sample) } }
            """)
        let ours = try ProgramUnderTest.run([script])
        #expect(ours.exitCode == 0, "\(ours.standardError)")
        let twin = try Subprocess.run(
            "/usr/bin/env",
            [
                "python3", "-c",
                "import bearing_signal as b; [print(s) for i in (0, 1, 2, 3, 41, 1002) for s in b.window(i)]",
            ],
            directory: PackageRoot.file("examples/training"))
        let (left, right) = (numbers(ours.standardOutput), numbers(twin.standardOutput))
        #expect(left.count == 6 * 1024)
        #expect(left.count == right.count)
        #expect(zip(left, right).allSatisfy { abs($0 - $1) < 1e-9 })
    }

    private static func scripts(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: PackageRoot.file(folder)).filter { $0.hasSuffix(".edge") }
            .sorted()
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func numbers(_ lines: String) -> [Double] { lines.split(separator: "\n").compactMap { Double($0) } }
}
