import EdgeLang
import Glibc

/// What a tool that runs no session says: results on standard output, all else on standard error.
final class ToolOutput {
    private let output = OutputStream(descriptor: STDOUT_FILENO)
    private let errors = OutputStream(descriptor: STDERR_FILENO)

    /// Whether colours may be used in results.
    let hasColour = Terminal.hasColour(STDOUT_FILENO)

    func write(_ text: String) { output.write(text) }

    func line(_ text: String) { output.write(text + "\n") }

    /// Hands what was written to the system, so that it can be seen while the work goes on.
    func flush() { output.flush() }

    /// Shows messages about a program.
    func show(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
        output.flush()
        errors.write(
            DiagnosticRenderer(sources: sources, usesColor: Terminal.hasColour(STDERR_FILENO)).render(diagnostics))
        errors.flush()
    }

    func warn(_ text: String) {
        output.flush()
        errors.write("edgesh: \(text)\n")
        errors.flush()
    }

    /// Ends the output. A reader who has left, as `head` does, is no failure.
    func finish(_ status: Int32) -> Int32 {
        output.flush()
        guard output.failure != 0, output.failure != EPIPE else { return status }
        warn("cannot write to standard output: \(String(cString: strerror(output.failure)).lowercased())")
        return ExitStatus.failed.rawValue
    }
}
