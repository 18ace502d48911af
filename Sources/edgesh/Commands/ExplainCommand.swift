import ArgumentParser
import EdgeLang
import EdgeRuntime

/// Tells more about an error than its message has room for.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tell more about an error.",
        discussion: "Without a code, lists them all. Words find the codes whose explanations have them.")

    @ArgumentParser.Argument(help: "The code that stands behind the word error, as E0203, or words to look for.")
    var code: [String] = []

    func run() throws {
        let entries = DiagnosticCatalogue.entries + ErrorCatalogue.entries
        guard let first = code.first else { return list(entries) }
        if code.count == 1, let entry = ErrorCatalogue.entry(for: first) {
            print("\(entry.code.rawValue): \(entry.title)\n\n\(entry.explanation)")
            return
        }
        let words = code.map { $0.lowercased() }
        let isCode = code.count == 1 && first.contains(where: \.isNumber)
        let found = entries.filter { entry in
            let text = "\(entry.title) \(entry.explanation)".lowercased()
            return !isCode && words.allSatisfy(text.contains)
        }
        guard found.isEmpty else { return list(found) }
        let near = Spelling.closest(to: first.uppercased(), among: entries.map(\.code.rawValue))
        throw ValidationError(
            "There is no error with the code \(code.joined(separator: " "))"
                + (near.map { "; did you mean \($0)?" } ?? ".") + " `edgesh explain` lists all codes.")
    }

    private func list(_ entries: [DiagnosticCatalogue.Entry]) {
        for entry in entries { print("\(entry.code.rawValue)  \(entry.title)") }
    }
}
