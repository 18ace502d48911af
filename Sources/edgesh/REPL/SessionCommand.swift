/// What a person says to the session and not to the language: `:quit`, `help load`, `load?`.
enum SessionCommand: Equatable {
    case quit
    /// nil: what there is.
    case help(String?)
    case variables
    case reset
    /// nil: show the time of every entry from now on, or no longer.
    case time(String?)
    case unknown(String)

    /// nil where the entry is code.
    init?(_ entry: String) {
        let text = SessionCommand.trimmed(entry)
        if text.hasPrefix(":") {
            let end = text.firstIndex(of: " ") ?? text.endIndex
            let rest = SessionCommand.trimmed(String(text[end...]))
            switch text[..<end] {
            case ":quit", ":q", ":exit": self = .quit
            case ":help", ":doc": self = .help(rest.isEmpty ? nil : rest)
            case ":vars": self = .variables
            case ":reset": self = .reset
            case ":time": self = .time(rest.isEmpty ? nil : rest)
            case let other: self = .unknown(String(other))
            }
            return
        }
        if text == "help" {
            self = .help(nil)
        } else if text.hasPrefix("help "), SessionCommand.isName(SessionCommand.trimmed(String(text.dropFirst(5)))) {
            self = .help(SessionCommand.trimmed(String(text.dropFirst(5))))
        } else if text.hasSuffix("?"), SessionCommand.isName(String(text.dropLast())) {
            self = .help(String(text.dropLast()))
        } else {
            return nil
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.first, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    private static func trimmed(_ text: String) -> String {
        let blanks: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: blanks).reversed().drop(while: blanks).reversed())
    }
}
