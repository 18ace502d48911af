import EdgeData
import EdgeLang
import EdgeRuntime
import Glibc

/// What a script, a one-liner and a session have in common: an interpreter, its output, and what is shown of values and errors.
final class Shell {
    let interpreter: Interpreter
    let output = OutputStream(descriptor: STDOUT_FILENO)
    private let errors = OutputStream(descriptor: STDERR_FILENO)
    private let progress = ProgressBar()
    private let printsJSON: Bool
    private var isUnread = false
    private var showsWarnings = false

    init(environment: RuntimeEnvironment, limits: Limits = Limits(), printsJSON: Bool = false) {
        interpreter = Interpreter(builtins: Primitives.chapters(environment))
        interpreter.limits = limits
        interpreter.modulePath = environment.searchPath + (StandardLibrary.folder.map { [$0] } ?? [])
        self.printsJSON = printsJSON
        interpreter.writeOutput = { [unowned self] text in
            progress.clear()
            output.write(text)
            stopWhereNobodyReads()
        }
        interpreter.flushOutput = { [unowned self] in
            output.flush()
            stopWhereNobodyReads()
        }
        interpreter.reportWarnings = { [unowned self] warnings in
            if showsWarnings { show(warnings) }
        }
        interpreter.writeWarning = { [unowned self] text in warn(text) }
        interpreter.reportProgress = { [unowned self] fraction, text in progress.update(text, fraction: fraction) }
        Interrupts.onInterrupt(cancel: interpreter.cancellation)
    }

    /// Where the output leads nowhere the script is to stop at the next opportunity. Once: what it deferred may write on in vain.
    private func stopWhereNobodyReads() {
        guard output.failure != 0, !isUnread else { return }
        isUnread = true
        interpreter.cancellation.cancel()
    }

    /// Runs a text and shows what goes wrong. With `echo`, shows the value of its last expression too.
    func run(_ source: SourceFile, mode: Interpreter.Mode, echo: Bool) -> ExitStatus {
        evaluate(source, mode: mode, echo: echo).status
    }

    /// Does what `run` does, and gives what came of the text besides; nil where it did not come to its end.
    func evaluate(
        _ source: SourceFile, mode: Interpreter.Mode, echo: Bool
    ) -> (status: ExitStatus, outcome: Interpreter.Outcome?) {
        defer { progress.clear() }
        // Before a script runs, so that nobody waits for hours to read of it; a line of code is seen as a whole.
        showsWarnings = mode != .expression
        do {
            let outcome = try interpreter.run(source, mode: mode)
            progress.clear()
            if echo, outcome.endsInExpression { return (show(outcome.value, isEntry: mode == .entry), outcome) }
            return (.success, outcome)
        } catch {
            progress.clear()
            output.flush()
            // Whatever long work throws once it was told to end, it was the user who ended it.
            switch interpreter.cancellation.isCancelled && error.stage == .run ? .cancelled : error.stage {
            case .compile:
                show(error.diagnostics)
                return (.doesNotCompile, nil)
            case .run:
                show(error.diagnostics)
                return (.failed, nil)
            case .cancelled:
                if output.failure == 0, !Interrupts.isPending { show(error.diagnostics) }
                return (.interrupted, nil)
            }
        }
    }

    /// Shows a result. Nothing is shown of `null`, except where a program reads along.
    private func show(_ value: Value, isEntry: Bool) -> ExitStatus {
        guard printsJSON || !value.isNull else { return .success }
        do {
            output.write(try text(of: value, isEntry: isEntry) + "\n")
            return .success
        } catch {
            warn("the value cannot be shown: \(error)")
            return .failed
        }
    }

    /// Shows messages about a program on standard error.
    func show(_ diagnostics: [Diagnostic]) {
        output.flush()
        let renderer = DiagnosticRenderer(
            sources: interpreter.sources, usesColor: Terminal.hasColour(STDERR_FILENO))
        errors.write(renderer.render(diagnostics))
        errors.flush()
    }

    /// Shows a line on standard error.
    func warn(_ text: String) {
        progress.clear()
        output.flush()
        errors.write("edgesh: \(text)\n")
        errors.flush()
    }

    /// Ends the output, and turns its failure into what the caller of the program expects.
    func finish(_ status: ExitStatus) -> ExitStatus {
        output.flush()
        switch output.failure {
        case 0: return status
        case EPIPE:
            // The reader has left, as `head` does: end as every filter does, without a word.
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
            return .failed
        case let number:
            warn("cannot write to standard output: \(String(cString: strerror(number)).lowercased())")
            return .failed
        }
    }

    private func text(of value: Value, isEntry: Bool) throws -> String {
        if printsJSON {
            return try JSONWriter(nonFinite: .null).write(DataTree(interpreter.plain(value)))
        }
        let screen = Terminal.isTerminal(STDOUT_FILENO) ? Terminal.size(STDOUT_FILENO) : nil
        let result = ResultText(
            interpreter, screen: screen.map { ResultText.Screen(columns: $0.columns, rows: $0.rows) },
            colour: Terminal.hasColour(STDOUT_FILENO), isEntry: isEntry)
        return result.describe(value)
    }
}
