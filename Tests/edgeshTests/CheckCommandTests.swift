import Foundation
import PeerTesting
import Testing

/// `edgesh check`.
@Suite struct CheckCommandTests {
    @Test func severalFilesAreCheckedAtOnceAndNothingRuns() throws {
        let folder = try TemporaryDirectory()
        let first = try folder.write(
            "first.edge", "print(\"ran\")\nlet m = load(\"m\")\nprint(m |> forecast(steps: 3))\n")
        let second = try folder.write("second.edge", "let unused = 1\nfor x in 5 { print(x) }\n")
        let result = try ProgramUnderTest.run(["check", first, second, folder.file("missing.edge")])
        #expect(result.exitCode == 65)
        #expect(result.standardOutput.isEmpty)
        for part in [
            "must be of type series or list, not model", "`load` gives a model", "W0270", "E0261",
            "missing.edge",
        ] { #expect(result.standardError.contains(part), "\(result.standardError)") }
    }

    @Test func warningsAloneEndWithZero() throws {
        let result = try ProgramUnderTest.run(["check", "-"], standardInput: "let unused = 1\n")
        #expect(result.exitCode == 0 && result.standardError.contains("W0270"))
        let clean = try ProgramUnderTest.run(["check", "-"], standardInput: "print(1)\n")
        #expect(clean.exitCode == 0 && clean.standardError.isEmpty && clean.standardOutput.isEmpty)
    }

    @Test func jsonIsForEditors() throws {
        let folder = try TemporaryDirectory()
        let script = try folder.write("s.edge", "print(1)\nlet x = 1 - \"a\"\n")
        let result = try ProgramUnderTest.run(["check", "--json", script, folder.file("missing.edge")])
        let json = try JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8))
        let entries = try #require(json as? [[String: Any]])
        #expect(entries.map { $0["code"] as? String } == ["W0270", "E0260", "E0326"])
        #expect(entries[1]["line"] as? Int == 2 && entries[1]["column"] as? Int == 11)
        #expect(entries[1]["endColumn"] as? Int == 12 && entries[1]["severity"] as? String == "error")
        #expect(entries[1]["file"] as? String == script && entries[2]["file"] as? String == folder.file("missing.edge"))
        #expect(try ProgramUnderTest.run(["check", "--json", "-"], standardInput: "print(1)").standardOutput == "[]\n")
    }

    /// Nothing that comes with edgesh is complained of: neither errors nor warnings.
    @Test func everyScriptOfTheProjectIsClean() throws {
        let files = ["examples", "stdlib"].flatMap { folder in
            (FileManager.default.enumerator(atPath: PackageRoot.file(folder))?.compactMap { $0 as? String } ?? [])
                .filter { $0.hasSuffix(".edge") }.map { PackageRoot.file("\(folder)/\($0)") }
        }
        #expect(files.count > 15)
        let result = try ProgramUnderTest.run(["check"] + files)
        #expect(result.exitCode == 0 && result.standardError.isEmpty, "\(result.standardError)")
    }

    /// Code in the guides that stands in an `edge` block or is indented and looks like a script may end in errors of the run,
    /// never in wrong ones of the checker.
    @Test func codeInTheGuidesHasNoWrongErrors() throws {
        let folder = try TemporaryDirectory()
        var files: [String] = []
        let docs = try FileManager.default.contentsOfDirectory(atPath: PackageRoot.file("docs")).filter {
            $0.hasSuffix(".md") && $0 != "language.md" && $0 != "checks.md"
        }
        for document in docs {
            let text = try String(contentsOfFile: PackageRoot.file("docs/\(document)"), encoding: .utf8)
            for (number, block) in text.components(separatedBy: "```edge\n").dropFirst().enumerated() {
                let code = block.components(separatedBy: "\n```")[0]
                files.append(try folder.write("\(document)-\(number).edge", code))
            }
        }
        guard !files.isEmpty else { return }
        let result = try ProgramUnderTest.run(["check", "--json"] + files)
        let json = try JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8)) as? [[String: Any]]
        // Blocks go on with names of earlier ones; types must never be in the way.
        let wrong = (json ?? []).filter { entry in
            let code = entry["code"] as? String ?? ""
            return code == "E0207" || code.hasPrefix("E026") || code == "E0218"
        }
        #expect(wrong.isEmpty, "\(wrong)")
    }

    @Test func objectsWithElementsAreTakenForLists() throws {
        let script = """
            let t = table([{a: 1}, {a: 2}])
            print(map(t, r => r.a), len(t), first(t).a)
            print(sum(tensor([1.0, 2.0])), max(series([1, 2, 3])))
            """
        let checked = try ProgramUnderTest.run(["check", "-"], standardInput: script)
        #expect(checked.exitCode == 0 && checked.standardError.isEmpty, "\(checked.standardError)")
    }

    @Test func aScriptShowsItsWarningsBeforeItRunsAndALineOfCodeDoesNot() throws {
        let folder = try TemporaryDirectory()
        let script = try folder.write("s.edge", "let unused = 1\nfail(\"end\")\n")
        let result = try ProgramUnderTest.run([script])
        #expect(result.exitCode == 70)
        let (warning, failure) = (result.standardError.range(of: "W0270"), result.standardError.range(of: "E0320"))
        #expect(
            (warning?.lowerBound ?? result.standardError.endIndex)
                < (failure?.lowerBound ?? result.standardError.startIndex))
        #expect(try ProgramUnderTest.run(["-e", "let unused = 1"]).standardError.isEmpty)
    }

    @Test func aCodeOfTheCheckerIsExplained() throws {
        #expect(try ProgramUnderTest.run(["explain", "w0270"]).standardOutput.hasPrefix("W0270: never used"))
    }
}
