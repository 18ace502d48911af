import ArgumentParser
import EdgeLang

/// Runs the tests of scripts and the examples in their doc comments.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run tests, and the examples in doc comments.",
        discussion: """
            Each test runs in an interpreter of its own, which runs the top level of the file first. What a test prints is
            shown where it fails.

            Exit codes: 0; 1 if a test failed; 65 if a file does not compile; 130 interrupted.
            """)

    @Option(help: ArgumentHelp("Run only what has this text in its name.", valueName: "text"))
    var filter: String?

    @Flag(help: "Print a line of JSON for each test, and one for the sum.")
    var json = false

    @ArgumentParser.Argument(
        help: "Scripts, or folders with scripts in them; the working folder if left out.",
        completion: .file(extensions: ["edge"]))
    var paths: [String] = ["."]

    func run() throws {
        StandardStreams.reserve()
        Interrupts.install()
        let output = ToolOutput()
        var run = TestRun(filter: filter, report: TestReport(output: output, printsJSON: json))
        for path in paths where !run.isInterrupted { run.test(at: path) }
        throw ExitCode(output.finish(run.finish()))
    }
}
