import Foundation
import PeerTesting
import Testing

/// The program as a shell runs it.
@Suite struct CommandLineTests {
    @Test func aLineOfCodePrintsItsValue() throws {
        let result = try ProgramUnderTest.run(["-e", "1 + 1"])
        #expect(result.standardOutput == "2\n")
        #expect(result.standardError.isEmpty)
        #expect(result.exitCode == 0)
    }

    @Test func nothingIsPrintedOfNull() throws {
        #expect(try ProgramUnderTest.run(["-e", "null"]).standardOutput.isEmpty)
        #expect(try ProgramUnderTest.run(["--json", "-e", "null"]).standardOutput == "null\n")
    }

    @Test func aScriptOnStandardInputRuns() throws {
        for arguments in [["-"], []] {
            let result = try ProgramUnderTest.run(arguments, standardInput: "print(1+1)\n")
            #expect(result.standardOutput == "2\n")
            #expect(result.exitCode == 0)
        }
    }

    @Test func aScriptPrintsOnlyWhatItPrintsAndSeesItsArguments() throws {
        let folder = try TemporaryDirectory()
        let script = try folder.write("s.edge", "1 + 1\nprint(args())\n")
        let result = try ProgramUnderTest.run([script, "--flag", "-x", "b c"])
        #expect(result.standardOutput == "[\"--flag\", \"-x\", \"b c\"]\n")
    }

    @Test func jsonIsForPrograms() throws {
        let result = try ProgramUnderTest.run(["--json", "-e", "{a: [1, 2.5, \"x\"], size: 1KiB}"])
        #expect(result.standardOutput == "{\"a\": [1, 2.5, \"x\"], \"size\": 1024}\n")
    }

    @Test func listsOfRecordsPrintAsTables() throws {
        let result = try ProgramUnderTest.run(["-e", "[{name: \"pump\", rate: 50}, {name: \"fan\", rate: 9}]"])
        #expect(result.standardOutput == "name  rate\n────  ────\npump    50\nfan      9\n")
    }

    @Test func quantitiesOfDifferentDimensionsDoNotAdd() throws {
        let result = try ProgramUnderTest.run(["-e", "1KiB + 5ms"])
        #expect([65, 70].contains(result.exitCode))
        #expect(result.standardError.contains("size"))
        #expect(result.standardError.contains("time"))
        #expect(result.standardOutput.isEmpty)
    }

    @Test func aTypoInALabelIsFoundBeforeTheFirstLineRuns() throws {
        let folder = try TemporaryDirectory()
        let script = try folder.write(
            "s.edge", "print(\"started\")\nlet m = load(\"m\")\nlet q = quantize(m, bit: 4)\n")
        let result = try ProgramUnderTest.run([script])
        #expect(result.exitCode == 65)
        #expect(result.standardOutput.isEmpty)
        #expect(result.standardError.contains("E0203"))
        #expect(result.standardError.contains("did you mean `bits`?"))
        #expect(result.standardError.contains("s.edge:3:"))
    }

    @Test func aFailingScriptExitsWith70AndSaysWhere() throws {
        let result = try ProgramUnderTest.run(
            ["-"], standardInput: "print(\"before\")\nlet xs = [1]\nprint(xs[7])\n")
        #expect(result.exitCode == 70)
        #expect(result.standardOutput == "before\n")
        #expect(result.standardError.contains("<stdin>:3"))
    }

    @Test func usageErrorsExitWith64() throws {
        #expect(try ProgramUnderTest.run(["--no-such-option"]).exitCode == 64)
        #expect(try ProgramUnderTest.run(["-e"]).exitCode == 64)
        #expect(try ProgramUnderTest.run(["explain", "E9999"]).exitCode == 64)
        #expect(try ProgramUnderTest.run(["--max-memory", "lots", "-e", "1"]).exitCode == 64)
    }

    @Test func versionAndHelp() throws {
        let version = try ProgramUnderTest.run(["--version"])
        #expect(version.exitCode == 0)
        #expect(version.standardOutput.hasPrefix("0."))
        let help = try ProgramUnderTest.run(["--help"])
        #expect(help.exitCode == 0)
        #expect(help.standardOutput.contains("edgesh -e CODE"))
    }

    @Test func errorsAreExplained() throws {
        let result = try ProgramUnderTest.run(["explain", "e0203"])
        #expect(result.exitCode == 0)
        #expect(result.standardOutput.hasPrefix("E0203"))
    }

    @Test func aMissingFileAndAFolderAreNoScripts() throws {
        let missing = try ProgramUnderTest.run(["no/such/file.edge"])
        #expect(missing.exitCode == 65)
        #expect(missing.standardError.contains("no/such/file.edge"))
        let folder = try ProgramUnderTest.run(["/tmp"])
        #expect(folder.exitCode == 65)
        #expect(folder.standardError.contains("folder"))
    }

    @Test func garbageIsNoScript() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/garbage.edge"
        var generator = SystemRandomNumberGenerator()
        try Data((0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }).write(
            to: URL(fileURLWithPath: path))
        let result = try ProgramUnderTest.run([path])
        #expect(result.exitCode == 65)
        #expect(result.standardError.contains("error["))
    }

    @Test(arguments: ["(", "[", "{", "-", "if true { ", "f(", "\"\\("])
    func aScriptNested100000DeepIsAnError(_ piece: String) throws {
        let result = try ProgramUnderTest.run(["-"], standardInput: String(repeating: piece, count: 100_000))
        #expect(result.exitCode == 65)
        #expect(result.standardError.utf8.count < 100_000)
    }

    @Test func infiniteRecursionIsAnError() throws {
        let result = try ProgramUnderTest.run(["-e", "fn f(x) { f(x + 1) + 1 }\nf(0)"])
        #expect(result.exitCode == 70)
        #expect(result.standardError.contains("error[E0307]"))
    }

    @Test func limitsEndAScript() throws {
        let steps = try ProgramUnderTest.run(["--max-steps", "1000", "-e", "while true {}"])
        #expect(steps.exitCode == 70)
        let time = try ProgramUnderTest.run(["--max-time", "0.2", "-e", "while true {}"])
        #expect(time.exitCode == 70)
        let memory = try ProgramUnderTest.run([
            "--max-memory", "50MB", "-e", "var xs = [1]\nwhile true { xs = xs + xs }",
        ])
        #expect(memory.exitCode == 70)
        #expect(memory.standardError.contains("memory"))
    }

    @Test func aModelThatIsNotThereSaysWhereItWasLookedFor() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(
            ["-e", "load(\"nothing\")"], directory: folder.path, environment: ["EDGE_PATH": "/opt/models"])
        #expect(result.exitCode == 70)
        #expect(result.standardError.contains("nothing.tflite"))
        #expect(result.standardError.contains("/opt/models/nothing.onnx"))
    }

    @Test func outputThatCannotBeWrittenIsAnError() throws {
        let full = try Subprocess.run("/bin/sh", ["-c", "\(ProgramUnderTest.path) -e 1 > /dev/full"])
        #expect(full.exitCode == 70)
        #expect(full.standardError.contains("standard output"))
        let closed = try Subprocess.run("/bin/sh", ["-c", "\(ProgramUnderTest.path) -e 1 >&-"])
        #expect(closed.exitCode == 70)
    }

    @Test func aReaderThatLeavesEndsTheProgramQuietly() throws {
        let code = "var i = 0\nwhile true { print(i); i = i + 1 }"
        let result = try Subprocess.run(
            "/bin/sh", ["-c", "\(ProgramUnderTest.path) -e '\(code)' | head -n 2"], timeout: 60)
        #expect(result.standardOutput == "0\n1\n")
        #expect(result.standardError.isEmpty)
        #expect(!result.timedOut)
    }
}
