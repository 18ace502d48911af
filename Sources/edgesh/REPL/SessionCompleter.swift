import EdgeLang

/// Completes what is typed at the prompt: code, and what is said to the session.
final class SessionCompleter: LineCompleter {
    private let source: SessionSource
    private let code: CodeCompleter
    /// The lines of the entry before the one being typed.
    var pending = ""

    init(interpreter: Interpreter, searchFolders: [String]) {
        source = SessionSource(interpreter: interpreter, searchFolders: searchFolders)
        code = CodeCompleter(source: source)
    }

    func completions(line: String, cursor: Int) -> Completion {
        if pending.isEmpty, let completion = command(line, cursor) { return completion }
        let before = pending.isEmpty ? "" : pending + "\n"
        var completion = code.completions(in: before + line, at: before.utf8.count + cursor)
        completion.start = max(0, completion.start - before.utf8.count)
        return completion
    }

    /// The completion of a command or of what follows it; nil where code is typed.
    private func command(_ line: String, _ cursor: Int) -> Completion? {
        let typed = Array(Array(line.utf8).prefix(cursor))
        let isHelp = typed.starts(with: "help ".utf8)
        guard typed.first == UInt8(ascii: ":") || isHelp else { return nil }
        guard let blank = typed.firstIndex(of: 0x20) else {
            let commands = SessionCommand.Kind.allCases.map { kind in
                Completion.Candidate(kind.rawValue, .command, ending: kind.argument == .none ? "" : " ")
            }
            return CodeCompleter.matching(commands, typed, from: 0)
        }
        let name = String(decoding: typed[..<blank], as: UTF8.self)
        let start = (typed.lastIndex(of: 0x20) ?? blank) + 1
        switch isHelp ? .name : SessionCommand.Kind(named: name)?.argument {
        case .name:
            let names = (source.functions + source.variables).sorted()
            return CodeCompleter.matching(names.map { Completion.Candidate($0, .name) }, typed, from: start)
        case .file:
            let path = String(decoding: typed[(blank + 1)...], as: UTF8.self)
            let files = FileCandidates.entries(beginning: path).map { entry in
                Completion.Candidate(
                    entry.path + (entry.isFolder ? "/" : ""), entry.isFolder ? .folder : .file,
                    shown: entry.name + (entry.isFolder ? "/" : ""))
            }
            return CodeCompleter.matching(files, typed, from: blank + 1)
        case .code: return nil
        case Optional<SessionCommand.Argument>.none, .some(.none): return .none(at: cursor)
        }
    }
}
