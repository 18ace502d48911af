import Foundation
import PeerTesting
import Testing

/// `edgesh test` as a shell runs it.
@Suite struct TestCommandTests {
    private func run(_ text: String, _ arguments: [String] = []) throws -> ProgramResult {
        let folder = try TemporaryDirectory()
        let path = try folder.write("t.edge", text)
        return try ProgramUnderTest.run(["test"] + arguments + [path], directory: folder.path)
    }

    @Test func testsPassAndFailEachOnItsOwn() throws {
        let result = try run(
            """
            var count = 0
            fn next() {
              count += 1
              count
            }
            test "first" { expect(next() == 1) }
            test "second, with a fresh top level" { expect(next() == 1) }
            test "wrong" {
              print("it came so far")
              expect(next() + 1 == 5)
            }
            """)
        #expect(result.exitCode == 1)
        #expect(result.standardOutput.contains("✓ first ("))
        #expect(result.standardOutput.contains("✓ second, with a fresh top level ("))
        #expect(result.standardOutput.contains("✗ wrong ("))
        #expect(result.standardOutput.contains("left:  2"))
        #expect(result.standardOutput.contains("right: 5"))
        #expect(result.standardOutput.contains("t.edge:10:"))
        #expect(result.standardOutput.contains("it came so far"))
        #expect(result.standardOutput.contains("2 passed, 1 failed in 1 file"))
    }

    @Test func examplesOfDocCommentsRun() throws {
        let text = """
            ## Numbers.
            ##
            ##     double(21) # -> 42

            ## Twice.
            ##
            ## ```edge
            ## double(2) # -> 4
            ## double("a") # error E0301
            ## print(double(1))
            ## # prints 2
            ## ```
            export fn double(x) { x * 2 }

            ## Wrong.
            ##
            ##     halve(2) # -> 2
            fn halve(x) { x / 2 }
            """
        let result = try run(text)
        #expect(result.standardOutput.contains("✓ example of t.edge"))
        #expect(result.standardOutput.contains("✓ example of double"), "\(result.standardOutput)")
        #expect(result.standardOutput.contains("✗ example of halve"))
        #expect(result.standardOutput.contains("`halve(2)` gives 1.0 instead of 2"))
        #expect(result.standardOutput.contains("t.edge:17:"))
        #expect(result.exitCode == 1)
    }

    @Test func aFilterChoosesByName() throws {
        let text = "test \"a one\" { expect(true) }\ntest \"a two\" { expect(false) }\n"
        let result = try run(text, ["--filter", "one"])
        #expect(result.exitCode == 0)
        #expect(result.standardOutput.contains("1 passed, 0 failed"))
    }

    @Test func jsonIsForPrograms() throws {
        let result = try run("test \"a\" { expect(1 == 2) }", ["--json"])
        let lines = try result.standardOutput.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(lines.count == 2)
        #expect(lines[0]["status"] as? String == "failed")
        #expect(lines[0]["notes"] as? [String] == ["left:  1", "right: 2"])
        #expect(lines[0]["failedLine"] as? Int == 1)
        #expect(lines[1]["failed"] as? Int == 1)
    }

    @Test func aFileThatDoesNotCompileIsNoSilentSuccess() throws {
        let result = try run("let x: int = \"a\"\ntest \"a\" { expect(true) }")
        #expect(result.exitCode == 65)
        #expect(result.standardError.contains("E0207"))
        #expect(result.standardOutput.contains("1 file does not compile"))
        #expect(try ProgramUnderTest.run(["test", "/no/such.edge"]).exitCode == 65)
    }

    @Test func theLibraryPassesItsTests() throws {
        let result = try ProgramUnderTest.run(["test", PackageRoot.file("stdlib")])
        #expect(result.exitCode == 0, "\(result.standardOutput)\(result.standardError)")
    }
}
