import EdgeLang

/// What a person says to the session and not to the language: `:quit`, `help load`, `load?`.
enum SessionCommand: Equatable {
    /// A command with what stands behind it, without blanks at the ends.
    case command(Kind, String)
    /// There is no such command; another one may be meant.
    case unknown(String, suggestion: String?)

    /// What follows a command.
    enum Argument { case none, name, file, code }

    /// The commands by name.
    enum Kind: String, CaseIterable {
        case help = ":help"
        case documentation = ":doc"
        case variables = ":vars"
        case type = ":type"
        case time = ":time"
        case load = ":load"
        case save = ":save"
        case reset = ":reset"
        case quit = ":quit"

        init?(named name: String) {
            switch name {
            case ":q", ":exit": self = .quit
            default: self.init(rawValue: name)
            }
        }

        var argument: Argument {
            switch self {
            case .help, .documentation: .name
            case .type, .time: .code
            case .load, .save: .file
            case .variables, .reset, .quit: .none
            }
        }

        /// How it is written, and what it does.
        var usage: (form: String, effect: String) {
            switch self {
            case .help:
                (":help [WORDS]", "what there is, or what is found for words")
            case .documentation: (":doc NAME", "what a name stands for; also `NAME?`")
            case .variables: (":vars", "the variables with their values and sizes")
            case .type: (":type CODE", "the type of a value, or what a function takes")
            case .time: (":time [CODE]", "how long code, or the last entry, takes")
            case .load: (":load FILE", "runs a script; its variables stay")
            case .save: (":save FILE", "writes the entries that succeeded as a script")
            case .reset: (":reset", "forgets all variables and entries")
            case .quit: (":quit", "leaves, as Ctrl-D does")
            }
        }
    }

    /// nil where the entry is code.
    init?(_ entry: String) {
        let text = SessionCommand.trimmed(entry)
        if text.hasPrefix(":") {
            let end = text.firstIndex(where: \.isWhitespace) ?? text.endIndex
            let name = String(text[..<end])
            if let kind = Kind(named: name) {
                self = .command(kind, SessionCommand.trimmed(String(text[end...])))
            } else {
                let near = Spelling.closest(to: name, among: Kind.allCases.map(\.rawValue))
                self = .unknown(name, suggestion: near ?? SessionCommand.beginning(with: name))
            }
        } else if text == "exit" || text == "quit" || text == "exit()" || text == "quit()" {
            // What other shells understand; a variable of that name can still be part of an expression.
            self = .command(.quit, "")
        } else if text == "help" || text == "?" {
            self = .command(.help, "")
        } else if text.hasPrefix("help "), SessionCommand.isQuestion(String(text.dropFirst(5))) {
            self = .command(.help, SessionCommand.trimmed(String(text.dropFirst(5))))
        } else if text.hasSuffix("?"), SessionCommand.isName(String(text.dropLast())) {
            self = .command(.documentation, String(text.dropLast()))
        } else {
            return nil
        }
    }

    private static func beginning(with name: String) -> String? {
        let fitting = Kind.allCases.filter { $0.rawValue.hasPrefix(name) }
        return name.utf8.count > 1 && fitting.count == 1 ? fitting[0].rawValue : nil
    }

    /// Whether words behind `help` are words, and not code with a variable `help`.
    private static func isQuestion(_ text: String) -> Bool {
        let words = trimmed(text)
        guard let first = words.first, first != "=", first != "." else { return false }
        return words.allSatisfy { $0.isLetter || $0.isNumber || "_ \"'-.".contains($0) }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.first, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
