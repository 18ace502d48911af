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
        for file in ["bearing_int8.tflite", "bearing_int8.onnx", "bearing_int4.onnx", "report.html"] {
            #expect(FileManager.default.fileExists(atPath: folder.file("out/\(file)")))
        }
        // What was read over Modbus, the failure of the cooler, and the part that strikes.
        #expect(result.standardOutput.contains("1008 times three values"))
        #expect(result.standardOutput.contains("2026-04-08 13:00"))
        #expect(result.standardOutput.contains("outer race     104 Hz"))
        #expect(try text(folder.file("out/report.html")).contains("<h1>Pump station 4</h1>"))
    }

    @Test func theExampleOfPruningKeepsItsAccuracyAndWritesItsModel() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(
            [PackageRoot.file("examples/prune.edge")], directory: folder.path, timeout: 300)
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.contains("188 -> 142 channels"))
        #expect(FileManager.default.fileExists(atPath: folder.file("out/bearing_pruned.tflite")))
    }

    @Test func theExampleOfSearchingStaysWithinItsBudget() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(
            [PackageRoot.file("examples/search.edge")], directory: folder.path, timeout: 300)
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.contains("best of 12 networks within the budget"))
        #expect(FileManager.default.fileExists(atPath: folder.file("out/bearing_searched.tflite")))
    }

    @Test func theExampleOfProtocolsReadsTranslatesAndWrites() throws {
        let result = try ProgramUnderTest.run([PackageRoot.file("examples/protocols.edge")])
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.contains("plant/temperature  {\"value\": 21.5, \"unit\": \"Cel\"}"))
        #expect(result.standardOutput.contains("level = 87.3\n"))
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

    @Test func theFederationLearnsInSpiteOfLiars() throws {
        let result = try ProgramUnderTest.run([PackageRoot.file("examples/federation.edge")], timeout: 120)
        #expect(result.exitCode == 0, "\(result.standardError)")
        let distances = Dictionary(
            uniqueKeysWithValues: result.standardOutput.split(separator: "\n").compactMap { line -> (String, Double)? in
                let cells = line.split(separator: " ")
                guard cells.count == 3, let distance = Double(cells[1]) else { return nil }
                return (String(cells[0]), distance)
            })
        let mean = try #require(distances["fedavg"])
        for strategy in ["median", "trimmed_mean", "krum", "dynamic_weighted"] {
            #expect(try #require(distances[strategy]) < mean / 3, "\(strategy)")
        }
    }

    @Test func theReportIsWrittenAsPageAndAsMarkdown() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(
            [PackageRoot.file("examples/report.edge")], directory: folder.path, timeout: 120)
        #expect(result.exitCode == 0, "\(result.standardError)")
        let page = try folder.read("out/day.html")
        #expect(page.contains("<h1>The plant on Monday</h1>") && page.hasSuffix("</html>\n"))
        #expect(try folder.read("out/day.md").contains("| pump A |"))
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

    @Test func theForecastExampleReportsTheNightOfTheHeating() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(
            [PackageRoot.file("examples/forecast.edge")], directory: folder.path, timeout: 300)
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.contains("2026-03-12 03:00"))
        #expect(result.standardOutput.contains("seasonal_naive"))
    }

    @Test func theVibrationExampleFindsTheDamagedRing() throws {
        let result = try ProgramUnderTest.run([PackageRoot.file("examples/vibration.edge")])
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.hasSuffix("Most likely damaged: outer_race\n"))
    }

    private static func scripts(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: PackageRoot.file(folder)).filter { $0.hasSuffix(".edge") }
            .sorted()
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func numbers(_ lines: String) -> [Double] { lines.split(separator: "\n").compactMap { Double($0) } }
}
