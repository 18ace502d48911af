import ArgumentParser
import EdgeData
import EdgeLang
import EdgeRuntime
import Glibc

/// Says what is wrong with scripts, without running them.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say what is wrong with scripts, without running them.",
        discussion: "Ends with 0 where there are no errors, warnings or not, and with 65 where there are.")

    @Flag(help: "Print everything as one JSON array, for editors.")
    var json = false

    @ArgumentParser.Argument(help: "The scripts; - for standard input.")
    var files: [String]

    func run() throws {
        StandardStreams.reserve()
        var isValid = true
        var entries: [String] = []
        for file in files {
            let interpreter = CheckCommand.makeInterpreter()
            let diagnostics: [Diagnostic]
            switch source(file) {
            case .success(let source): diagnostics = interpreter.check(source)
            case .failure(let problem): diagnostics = [problem.diagnostic]
            }
            if diagnostics.contains(where: { $0.severity == .error }) { isValid = false }
            if json {
                entries += diagnostics.map { $0.json(sources: interpreter.sources, file: file) }
            } else if !diagnostics.isEmpty {
                let renderer = DiagnosticRenderer(
                    sources: interpreter.sources, usesColor: Terminal.hasColour(STDERR_FILENO))
                let errors = OutputStream(descriptor: STDERR_FILENO)
                errors.write(renderer.render(diagnostics))
                errors.flush()
            }
        }
        if json { print(entries.isEmpty ? "[]" : "[\n" + entries.joined(separator: ",\n") + "\n]") }
        if !isValid { throw ExitCode(ExitStatus.doesNotCompile.rawValue) }
    }

    /// An interpreter that knows all primitives and modules, as a script has it.
    static func makeInterpreter() -> Interpreter {
        let path = Terminal.environment("EDGE_PATH")?.split(separator: ":").map(String.init) ?? []
        let environment = RuntimeEnvironment(searchPath: path)
        let interpreter = Interpreter(builtins: Primitives.chapters(environment))
        interpreter.modulePath = path + (StandardLibrary.folder.map { [$0] } ?? [])
        return interpreter
    }

    private func source(_ file: String) -> Result<SourceFile, Unreadable> {
        if file == "-" {
            guard let bytes = StandardStreams.readAllInput(limit: SourceFile.maximumLength) else {
                return .failure(Unreadable(message: "cannot read standard input"))
            }
            return .success(SourceFile(name: "<stdin>", bytes: bytes))
        }
        do {
            return .success(SourceFile(name: file, bytes: try FileContents.read(file, limit: SourceFile.maximumLength)))
        } catch {
            return .failure(Unreadable(message: error.message))
        }
    }

    /// A script that cannot be read: an error like any other, so that the other scripts are still checked.
    private struct Unreadable: Error {
        let message: String
        var diagnostic: Diagnostic { Diagnostic(code: "E0326", message) }
    }
}
