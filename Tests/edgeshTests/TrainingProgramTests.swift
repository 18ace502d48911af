import Foundation
import PeerTesting
import Testing

/// Training as a user runs it: killed, interrupted, piped.
@Suite(.serialized) struct TrainingProgramTests {
    private static func script(_ name: String) -> String {
        """
        seed(1)
        let data = dataset(build(160, i => build(16, j => sin(i * j / 7) + 0.1 * random_normal())), labels: build(160, i => i % 4))
        let trained = network([dense(24, activation: "relu"), "batch_norm", dropout(0.2), dense(4), "softmax"], input: [16])
          |> train(
            data, epochs: 40, lr: 0.01, batch: 16, schedule: "cosine", validation: 0.25, average: 0.95,
            augment: {noise: 0.1, mixup: 0.2}, checkpoint: "\(name).checkpoint", checkpoint_every: 3,
          )
        save(trained, "\(name).onnx")
        print("done")
        """
    }

    /// Runs a script again and again, each time killed at another moment, until it comes to its end.
    @Test func aRunThatIsKilledAgainAndAgainEndsWithTheSameBits() throws {
        let folder = try TemporaryDirectory()
        let start = Date()
        let whole = try ProgramUnderTest.run(
            [try folder.write("whole.edge", Self.script("whole"))], directory: folder.path)
        let duration = Date().timeIntervalSince(start)
        #expect(whole.exitCode == 0, "\(whole.standardError)")
        let script = try folder.write("killed.edge", Self.script("killed"))
        var random = SystemRandomNumberGenerator()
        var kills = 0
        for attempt in 0..<60 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: ProgramUnderTest.path)
            process.arguments = [script]
            process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            // A part of what a whole run takes; later ones live longer, so that slow machines come to an end too.
            let life = duration * Double.random(in: 0.05...0.4, using: &random) * (1 + Double(attempt) / 8)
            let end = Date(timeIntervalSinceNow: life)
            while process.isRunning && Date() < end { usleep(1_000) }
            if process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                kills += 1
            }
            process.waitUntilExit()
            if FileManager.default.fileExists(atPath: folder.file("killed.onnx")) { break }
        }
        #expect(kills > 0)
        let (left, right) = (try model("whole", folder), try model("killed", folder))
        #expect(left == right, "\(kills) kills")
        #expect(!left.isEmpty)
    }

    private func model(_ name: String, _ folder: TemporaryDirectory) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder.file("\(name).onnx")))
    }

    @Test func ctrlCKeepsTheBestSoFarAndTheScriptGoesOn() throws {
        let person = try Person()
        _ = try person.enter("let d = dataset(build(200, i => [sin(i), cos(i)]), labels: build(200, i => i % 2))")
        person.type(
            "print(\"begun\"); let t = train(network([dense(8), dense(2)], input: [2]), d, epochs: 1_000_000)\n")
        try person.expect("\rbegun\r\n")
        Thread.sleep(forTimeInterval: 0.5)
        person.type("\u{3}")
        try person.expect("training was interrupted")
        try person.expect("edgesh> ")
        #expect(try person.enter("t.ending").contains("interrupted"))
        #expect(try person.enter("run(t, [1, 2]).shape").contains("[1, 2]"))
    }

    @Test func theExampleOfTrainingLearns() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(
            [PackageRoot.file("examples/training.edge")], directory: folder.path, timeout: 300)
        #expect(result.exitCode == 0, "\(result.standardError)")
        let shares = result.standardOutput.components(separatedBy: "never met it is right in ").dropFirst().first
        let accuracy = shares.flatMap { Double($0.prefix { $0 != " " && $0 != "%" }) }
        #expect((accuracy ?? 0) > 90)
        #expect(FileManager.default.fileExists(atPath: folder.file("out/current.onnx")))
    }

    /// The code in the guide, in order, as one script.
    @Test func theGuideRunsAsItStands() throws {
        let folder = try TemporaryDirectory()
        let text = try String(contentsOfFile: PackageRoot.file("docs/training.md"), encoding: .utf8)
        let code = text.components(separatedBy: "```edge\n").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
        #expect(!code.isEmpty)
        let script = try folder.write("guide.edge", code.joined(separator: "\n"))
        let result = try ProgramUnderTest.run([script], directory: folder.path)
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.contains("validation_loss"))
    }
}
