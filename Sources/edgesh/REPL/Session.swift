import EdgeLang
import EdgeRuntime
import Glibc

/// A conversation: asks for entries, evaluates them and shows what they give, until the user leaves.
final class Session {
    private let shell: Shell
    private let editor: any LineEditor
    private let completer: SessionCompleter
    private var entryCount = 0
    private var showsTime = false

    init(shell: Shell) {
        self.shell = shell
        editor =
            Terminal.environment("TERM") == "dumb" || !Terminal.isTerminal(STDOUT_FILENO)
            ? PlainLineEditor() : ReadlineEditor(history: .ofUser())
        completer = SessionCompleter(interpreter: shell.interpreter)
        editor.completer = completer
    }

    /// Runs the conversation.
    func run() -> ExitStatus {
        shell.output.write("edgesh \(edgeshVersion). `help` shows what there is, Ctrl-D leaves.\n")
        while let entry = readEntry() {
            guard !entry.allSatisfy(\.isWhitespace) else { continue }
            editor.remember(entry)
            switch SessionCommand(entry) {
            case .quit: return shell.finish(.success)
            case .help(let name): help(name)
            case .variables: showVariables()
            case .reset:
                shell.interpreter.reset()
                shell.output.write("All variables are forgotten.\n")
            case .time(let code):
                if let code { evaluate(code, timed: true) } else { toggleTime() }
            case .unknown(let command):
                shell.warn(
                    "there is no command \(command); :quit, :vars, :reset, :time and :help are the ones there are")
            case nil: evaluate(entry, timed: showsTime)
            }
            if shell.output.failure != 0 { break }
        }
        return shell.finish(.success)
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

    private func evaluate(_ code: String, timed: Bool) {
        entryCount += 1
        Interrupts.clear()
        shell.interpreter.cancellation.reset()
        let clock = ContinuousClock()
        let start = clock.now
        let status = shell.run(SourceFile(name: "<prompt \(entryCount)>", text: code), mode: .entry, echo: true)
        let elapsed = clock.now - start
        if status == .interrupted { shell.output.write("Interrupted.\n") }
        Interrupts.clear()
        if timed { shell.output.write("\(ReadableValue.seconds(elapsed / .seconds(1)))\n") }
    }

    private func toggleTime() {
        showsTime.toggle()
        shell.output.write("Times are \(showsTime ? "shown" : "not shown") behind each result.\n")
    }

    private func help(_ name: String?) {
        let interpreter = shell.interpreter
        guard let name else {
            let text = HelpText.overview(Array(interpreter.specs), width: Terminal.width(STDOUT_FILENO))
            shell.output.write(text + "\n")
            return
        }
        if let spec = interpreter.spec(named: name) {
            shell.output.write(HelpText.describe(spec) + "\n")
        } else if let global = interpreter.globals.last(where: { $0.name == name }) {
            shell.output.write(describe(global) + "\n")
        } else {
            let near = Spelling.closest(
                to: name, among: interpreter.specs.names + interpreter.globals.map(\.name))
            shell.warn("nothing is called \(name)" + (near.map { "; did you mean \($0)?" } ?? ""))
        }
    }

    private func describe(_ global: GlobalInfo) -> String {
        var text = global.name
        if let signature = global.signature {
            text = "fn \(global.name)(\(signature.parameters.map(\.name).joined(separator: ", ")))"
        } else if let value = shell.interpreter.global(named: global.name) {
            text += ": \(value.typeName)"
        }
        return global.documentation.map { "\(text)\n\n  \($0)" } ?? text
    }

    private func showVariables() {
        let interpreter = shell.interpreter
        let rows = interpreter.globals.map { global in
            let value = interpreter.global(named: global.name)
            let text = value.map { interpreter.display($0, DisplayOptions(width: 60)) } ?? ""
            return [global.name, value?.typeName ?? "", String(text.prefix(while: { !$0.isNewline }).prefix(60))]
        }
        guard !rows.isEmpty else {
            shell.output.write("There are no variables yet.\n")
            return
        }
        let table = TextTable(columns: [.init("name"), .init("type"), .init("value")], rows: rows)
        shell.output.write(table.render(width: Terminal.width(STDOUT_FILENO)) + "\n")
    }
}
