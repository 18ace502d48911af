import EdgeLang
import EdgeRuntime

/// Answers `help`: an overview, all about one name, or what is found for words.
struct SessionHelp {
    private let interpreter: Interpreter
    private let width: Int

    init(_ interpreter: Interpreter, width: Int) {
        self.interpreter = interpreter
        self.width = width
    }

    /// - Parameter question: a name or words, in quotes or not; nothing for an overview.
    func answer(_ question: String) -> String {
        text(for: question).split(separator: "\n", omittingEmptySubsequences: false)
            .flatMap { wrapped(String($0)) }.joined(separator: "\n")
    }

    private func text(for question: String) -> String {
        let words = question.split { $0.isWhitespace || $0 == "\"" || $0 == "'" }.map(String.init)
        guard let first = words.first else { return overview() }
        if words.count == 1, let text = about(first) { return text }
        let topics = ReferencePages.topics(Array(interpreter.specs))
        let joined = words.joined(separator: " ").lowercased()
        if let topic = topics.first(where: { $0.topic.lowercased() == joined }) {
            return table(topic.members) + "\n\n`help NAME` tells more about one."
        }
        let found = HelpSearch.find(words, in: interpreter.specs)
        let near = words.count == 1 ? Spelling.closest(to: first, among: names) : nil
        guard !found.isEmpty else {
            let meant = near.map { "did you mean \($0)?" } ?? "`help` shows what there is"
            return "nothing is called \(joined), and nothing is said of it; \(meant)"
        }
        let suggestion = near.map { "nothing is called \(first); did you mean \($0)?\n\n" } ?? ""
        return suggestion + table(found) + "\n\n`help NAME` tells more about one."
    }

    private var names: [String] { interpreter.specs.names + interpreter.globals.map(\.name) }

    private func overview() -> String {
        let commands = SessionCommand.Kind.allCases.map { [$0.usage.form, $0.usage.effect] }
        let width = commands.map { $0[0].count }.max() ?? 0
        let lines = commands.map { "  " + TextTable.fit($0[0], width: width, .left) + "  " + $0[1] }
        return HelpText.overview(Array(interpreter.specs), width: self.width) + "\n\nCommands\n"
            + lines.map { TextTable.fit($0, width: min($0.count, self.width), .left) }.joined(separator: "\n")
            + "\n\nTab completes; a line that begins with `|>` goes on with the last result, `_`; Ctrl-C stops."
    }

    /// What is known of a function or variable.
    private func about(_ name: String) -> String? {
        if let global = interpreter.globals.last(where: { $0.name == name }) { return describe(global) }
        if let spec = interpreter.spec(named: name) { return HelpText.describe(spec) }
        return nil
    }

    private func describe(_ global: GlobalInfo) -> String {
        var text = global.name
        if let signature = global.signature {
            text = "fn \(global.name)(\(signature.parameters.map(\.name).joined(separator: ", ")))"
        } else if let value = interpreter.global(named: global.name) {
            text += ": \(ValueDescription(interpreter: interpreter).type(value))"
        }
        return global.documentation.map { "\(text)\n\n  \($0)" } ?? text
    }

    /// A line broken between words where it is too long for the terminal; what follows stands below its beginning.
    private func wrapped(_ line: String) -> [String] {
        let margin = String(line.prefix { $0 == " " }) + "  "
        guard width > 2 * margin.count + 20 else { return [line] }
        var lines: [String] = []
        var rest = line
        while DisplayWidth.of(rest) > width {
            let head = rest.prefix(width)
            // A word that is longer than the line stays whole.
            guard let blank = head.lastIndex(of: " "), head[..<blank].contains(where: { $0 != " " }) else { break }
            lines.append(String(rest[..<blank]))
            rest = margin + rest[rest.index(after: blank)...]
        }
        return lines + [rest]
    }

    private func table(_ specs: [BuiltinSpec]) -> String {
        let names = specs.map(\.name)
        let width = names.map(\.count).max() ?? 0
        return specs.map { spec in
            let line = TextTable.fit(spec.name, width: width, .left) + "  " + spec.summary
            return TextTable.fit(line, width: min(line.count, self.width), .left)
        }.joined(separator: "\n")
    }
}
