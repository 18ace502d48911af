import ArgumentParser
import EdgeLang
import EdgeRuntime

/// Tells more about an error than its message has room for.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "explain", abstract: "Tell more about an error.")

    @ArgumentParser.Argument(help: "The code that stands behind the word error: E0203.")
    var code: String

    func run() throws {
        guard let entry = ErrorCatalogue.entry(for: code) else {
            throw ValidationError("There is no error with the code \(code).")
        }
        print("\(entry.code.rawValue): \(entry.title)\n\n\(entry.explanation)")
    }
}
