import EdgeData
import EdgeLang
import EdgeRuntime

/// An interpreter for one test: it keeps what the test prints.
final class TestInterpreter {
    let interpreter: Interpreter
    /// What was printed since the last look, warnings included. Of very much, the end.
    private(set) var output = ""

    private static let longestOutput = 1 << 16

    init(_ path: String) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
        let search = (Terminal.environment("EDGE_PATH") ?? "").split(separator: ":").map(String.init)
        let environment = RuntimeEnvironment(arguments: [], scriptFolder: folder, searchPath: search)
        interpreter = Interpreter(builtins: Primitives.chapters(environment))
        interpreter.modulePath = search + (StandardLibrary.folder.map { [$0] } ?? [])
        interpreter.writeOutput = { [unowned self] in keep($0) }
        interpreter.writeWarning = { [unowned self] in keep("warning: \($0)\n") }
        Interrupts.onInterrupt(cancel: interpreter.cancellation)
    }

    private func keep(_ text: String) {
        output += text
        if output.utf8.count > 2 * Self.longestOutput { output = "…" + String(output.suffix(Self.longestOutput)) }
    }

    /// What was printed, which is then forgotten.
    func takeOutput() -> String {
        defer { output = "" }
        return output
    }
}
