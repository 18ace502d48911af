import Foundation
import PeerTesting
import Testing

/// What the options for limits and permissions do to scripts.
@Suite struct SandboxTests {
    @Test(arguments: [
        (["--max-steps", "1000"], "while true {}", "E0309", "--max-steps"),
        (["--max-steps", "1000"], "try { while true {} } catch e { print(1) }", "E0309", "--max-steps"),
        (
            ["--max-steps", "20000"], "sort(list(0..9999), by: x => { var n = 0\n while n < x { n += 1 }\n -n })",
            "E0309", "--max-steps"
        ),
        (
            ["--max-time", "0.2"], "fn f(n) { if n < 2 { n } else { f(n - 1) + f(n - 2) } }\nf(80)", "E0310",
            "--max-time"
        ),
        (
            ["--max-time", "0.2"], "map(list(0..3000000), x => { var n = 0\n for i in 0..1000 { n += i }\n n })",
            "E0310",
            "--max-time"
        ),
        (["--max-time", "0.2"], "sleep(1h)", "E0310", "--max-time"),
        (["--max-memory", "64MB"], "var s = \"x\"\nwhile true { s = s + s }", "E0308", "--max-memory"),
        (["--max-memory", "64MB"], "repeat(\"abc\", 1000000000)", "E0308", "--max-memory"),
        (["--max-memory", "64MB"], "var xs = []\nwhile true { xs = push(xs, {a: 1}) }", "E0308", "--max-memory"),
        (["--max-memory", "64MB"], "list(0..1000000000)", "E0308", "--max-memory"),
        (["--max-depth", "50"], "fn f(n) { if n == 0 { 0 } else { 1 + f(n - 1) } }\nf(60)", "E0307", "--max-depth"),
    ])
    func aLimitEndsARunawayScript(_ options: [String], _ code: String, _ error: String, _ option: String) throws {
        let result = try ProgramUnderTest.run(options + ["-e", code], timeout: 60)
        #expect(result.exitCode == 70)
        #expect(result.standardError.contains("error[\(error)]"))
        #expect(result.standardError.contains(option))
        #expect(result.standardOutput.isEmpty)
    }

    @Test func aLimitThatIsNotPassedChangesNothing() throws {
        let options = ["--max-depth", "100", "--max-steps", "100000", "--max-time", "60", "--max-memory", "1GB"]
        let result = try ProgramUnderTest.run(
            options + ["-e", "fn f(n) { if n == 0 { 0 } else { 1 + f(n - 1) } }\nf(60)"])
        #expect(result.standardOutput == "60\n" && result.exitCode == 0)
    }

    @Test func theSandboxForbidsAndEachOptionGrants() throws {
        let folder = try TemporaryDirectory()
        try folder.write("data/in.txt", "hello")
        try folder.write("secret.txt", "no")
        let script = try folder.write(
            "s.edge",
            """
            fn attempt(f) { try { f() } catch e { e.code } }
            print(attempt(() => read_text("data/in.txt")))
            print(attempt(() => read_text("data/../secret.txt")))
            print(attempt(() => write_text("out.txt", "x") ?? "written"))
            print(attempt(() => connect("mqtt://127.0.0.1:1", timeout: 100ms)))
            print(attempt(() => env("PLANT_KEY")))
            """)
        func run(_ options: String...) throws -> [Substring] {
            try ProgramUnderTest.run(
                options + [script], directory: folder.path, environment: ["PLANT_KEY": "key"]
            ).standardOutput.split(separator: "\n")
        }
        let denied: Substring = "E0329"
        #expect(try run("--sandbox") == [denied, denied, denied, denied, denied])
        #expect(try run("--allow-read=data") == ["hello", denied, denied, denied, denied])
        #expect(try run("--sandbox", "--allow-read") == ["hello", "no", denied, denied, denied])
        #expect(try run("--allow-write=out.txt") == [denied, denied, "written", denied, denied])
        #expect(try run("--allow-net=127.0.0.1:1")[3] == "N0003")
        #expect(try run("--allow-net=127.0.0.1:2")[3] == denied)
        #expect(try run("--allow-env=PLANT_KEY") == [denied, denied, denied, denied, "key"])
        #expect(try run()[4] == "key")
    }

    @Test func aRefusalThatIsNotCaughtEndsTheScriptAndNamesTheOption() throws {
        let result = try ProgramUnderTest.run(["--sandbox", "-e", "read_text(\"/etc/hostname\")"])
        #expect(result.exitCode == 70)
        #expect(result.standardError.contains("error[E0329]"))
        #expect(result.standardError.contains("--allow-read=/etc/hostname"))
    }

    @Test func edgeshsOwnLibraryMayBeReadInTheSandbox() throws {
        let code =
            "import \"std/vibration\" as v\nprint(len(protocols()) > 5, device(\"cortex-m4\").name != \"\", v != null)"
        let result = try ProgramUnderTest.run(["--sandbox", "-"], standardInput: code)
        #expect(result.standardOutput == "true true true\n", "\(result.standardError)")
    }

    @Test func anOptionWithoutItsValueIsUnderstood() throws {
        let result = try ProgramUnderTest.run(["--allow-read=", "-e", "1"])
        #expect(result.exitCode == 64)
        let bare = try ProgramUnderTest.run(["--allow-read", "-e", "exists(\"/\")"])
        #expect(bare.standardOutput == "true\n")
        let own = try ProgramUnderTest.run(["-e", "args()", "--allow-read"])
        #expect(own.exitCode == 0)
    }

    /// `EDGESH_PROBE_PROGRAMS` in the environment says how many; `make soak` runs 10,000.
    @Test func randomProgramsInTheSandboxTouchNothing() throws {
        let probe = ProgramUnderTest.besideTheTests("sandbox-probe")
        let count = ProcessInfo.processInfo.environment["EDGESH_PROBE_PROGRAMS"] ?? "400"
        let result = try Subprocess.run(
            probe, [count, "7", PackageRoot.file("examples/models/bearing.onnx")], timeout: 3_600)
        #expect(result.exitCode == 0, "\(result.standardOutput)\(result.standardError)")
        #expect(result.standardOutput.contains("calls were refused by the sandbox"))
    }
}
