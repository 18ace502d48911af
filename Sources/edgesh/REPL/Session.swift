import EdgeData
import EdgeLang
import EdgeRuntime
import Glibc

/// A conversation: asks for entries, evaluates them and shows what they give, until the user leaves.
final class Session {
    let shell: Shell
    private let editor: any LineEditor
    private let completer: SessionCompleter
    private var entryCount = 0
    private var script = SessionScript()
    /// How long the last entry took.
    private var lastTime: EvaluationTime?

    init(shell: Shell) {
        self.shell = shell
        editor =
            Terminal.environment("TERM") == "dumb" || !Terminal.isTerminal(STDOUT_FILENO)
            ? PlainLineEditor() : ReadlineEditor(history: .ofUser())
        let path = Terminal.environment("EDGE_PATH") ?? ""
        completer = SessionCompleter(
            interpreter: shell.interpreter, searchFolders: path.split(separator: ":").map(String.init))
        editor.completer = completer
    }

    /// Runs the conversation.
    func run() -> ExitStatus {
        shell.output.write("edgesh \(edgeshVersion). `help` shows what there is, Ctrl-D leaves.\n")
        while let entry = readEntry() {
            guard !entry.allSatisfy(\.isWhitespace) else { continue }
            // As in other shells: what begins with a blank is not to be remembered.
            if entry.first != " " { editor.remember(entry) }
            guard answer(entry) else { break }
            if shell.output.failure != 0 { break }
        }
        return shell.finish(.success)
    }

    /// - Returns: whether the conversation goes on.
    private func answer(_ entry: String) -> Bool {
        switch SessionCommand(entry) {
        case .command(.quit, _): return false
        case .command(.help, let words):
            shell.output.write(
                SessionHelp(shell.interpreter, width: Terminal.width(STDOUT_FILENO)).answer(words) + "\n")
        case .command(.documentation, let name):
            shell.output.write(SessionHelp(shell.interpreter, width: Terminal.width(STDOUT_FILENO)).answer(name) + "\n")
        case .command(.variables, _): showVariables()
        case .command(.type, let code): showType(code)
        case .command(.time, let code): time(code)
        case .command(.load, let path): load(path)
        case .command(.save, let path): save(path)
        case .command(.reset, _):
            shell.interpreter.reset()
            script.removeAll()
            shell.output.write("All variables are forgotten.\n")
        case .unknown(let name, let suggestion):
            let all = SessionCommand.Kind.allCases.map(\.rawValue).joined(separator: " ")
            shell.warn(
                "there is no command \(name)" + (suggestion.map { "; did you mean \($0)?" } ?? "; there are \(all)"))
        case nil: evaluate(entry)
        }
        return true
    }

    /// One entry, which goes on over as many lines as the language needs to understand it; nil at the end.
    private func readEntry() -> String? {
        var entry = ""
        completer.pending = ""
        while true {
            shell.output.flush()
            switch editor.read(prompt: entry.isEmpty ? "edgesh> " : "   ...> ") {
            case .end:
                guard !entry.isEmpty else { return nil }
                // The user gives up on the entry: show what is missing in it.
                return entry
            case .interrupted:
                entry = ""
            case .line(let line):
                entry += entry.isEmpty ? line : "\n" + line
                if SessionCommand(entry) != nil || !isIncomplete(entry) { return entry }
            }
            completer.pending = entry
        }
    }

    private func isIncomplete(_ entry: String) -> Bool {
        let source = SourceFile(name: "", text: entry)
        return Parser.parse(source, as: .none, options: ParserOptions(isPrompt: true)).isIncomplete
    }

    // MARK: Evaluating

    @discardableResult
    private func evaluate(_ code: String, echo: Bool = true) -> Interpreter.Outcome? {
        entryCount += 1
        let outcome = evaluate(SourceFile(name: "<prompt \(entryCount)>", text: code), echo: echo)
        if let outcome { remember(code, outcome) }
        return outcome
    }

    /// Keeps an entry that succeeded for `:save`.
    private func remember(_ code: String, _ outcome: Interpreter.Outcome) {
        script.add(code, hasResult: outcome.endsInExpression && !outcome.value.isNull)
    }

    /// Runs a text; nil where it failed or was stopped.
    private func evaluate(_ source: SourceFile, echo: Bool) -> Interpreter.Outcome? {
        Interrupts.clear()
        shell.interpreter.cancellation.reset()
        let clock = EvaluationTime.Clock()
        let (status, outcome) = shell.evaluate(source, mode: .entry, echo: echo)
        lastTime = clock.elapsed()
        if status == .interrupted { shell.output.write("Interrupted.\n") }
        Interrupts.clear()
        return outcome
    }

    private func time(_ code: String) {
        if !code.isEmpty { evaluate(code) }
        guard let lastTime else {
            shell.warn("nothing was run yet; `:time CODE` shows how long code takes")
            return
        }
        let values = ReadableValue.bytes(shell.interpreter.heapByteCount)
        shell.output.write("\(lastTime.text); all values take \(values)\n")
    }

    private func load(_ path: String) {
        guard !path.isEmpty else {
            shell.warn("`:load` needs a file: \(SessionCommand.Kind.load.usage.form)")
            return
        }
        do {
            let bytes = try FileContents.read(path, limit: SourceFile.maximumLength)
            // A script shows only what it prints.
            if let outcome = evaluate(SourceFile(name: path, bytes: bytes), echo: false) {
                remember(String(decoding: bytes, as: UTF8.self), outcome)
            }
        } catch {
            shell.warn(error.message)
        }
    }

    private func save(_ path: String) {
        guard !path.isEmpty else {
            shell.warn("`:save` needs a file: \(SessionCommand.Kind.save.usage.form)")
            return
        }
        guard !script.isEmpty else {
            shell.warn("there is nothing to save: no entry has succeeded yet")
            return
        }
        let interpreter = shell.interpreter
        let (text, problem) = script.text(modulePath: interpreter.modulePath, builtins: Primitives.chapters())
        do {
            try FileContents.write(text.utf8, to: path)
            shell.output.write("Saved to \(path).\n")
            if let problem { shell.warn("it does not run as it stands: \(problem)") }
        } catch {
            shell.warn(error.message)
        }
    }

    // MARK: Variables and types

    private func showVariables() {
        let interpreter = shell.interpreter
        let described = ValueDescription(interpreter: interpreter)
        let rows = interpreter.globals.map { global -> [String] in
            guard let value = interpreter.global(named: global.name) else { return [global.name, "", "", ""] }
            return [global.name, value.typeName, described.short(value), described.size(value)]
        }
        guard !rows.isEmpty else {
            shell.output.write("There are no variables yet.\n")
            return
        }
        let table = TextTable(
            columns: [.init("name"), .init("type"), .init("value"), .init("size", .right)], rows: rows)
        shell.output.write(table.render(width: Terminal.width(STDOUT_FILENO)) + "\n")
    }

    private func showType(_ code: String) {
        guard !code.isEmpty else {
            shell.warn("`:type` needs code: \(SessionCommand.Kind.type.usage.form)")
            return
        }
        let interpreter = shell.interpreter
        if interpreter.global(named: code) == nil, let spec = interpreter.spec(named: code) {
            shell.output.write("function \(spec.synopsis)\n")
            return
        }
        guard let outcome = evaluate(SourceFile(name: "<prompt>", text: code), echo: false) else { return }
        let value = outcome.endsInExpression ? outcome.value : .null
        shell.output.write(ValueDescription(interpreter: interpreter).type(value) + "\n")
    }
}
