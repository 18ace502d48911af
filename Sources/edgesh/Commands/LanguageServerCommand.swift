import ArgumentParser
import EdgeRuntime

/// Serves an editor.
struct LanguageServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lsp", abstract: "Serve an editor over the Language Server Protocol.",
        discussion: "Speaks over standard input and output; an editor starts it. It runs no script.")

    /// Editors that let one choose pass this; there is no other way.
    @Flag(help: "Speak over standard input and output, which is what it does in any case.")
    var stdio = false

    func run() throws {
        StandardStreams.reserve()
        let path = Terminal.environment("EDGE_PATH") ?? ""
        let environment = RuntimeEnvironment(
            arguments: [], scriptFolder: nil, searchPath: path.split(separator: ":").map(String.init))
        let server = LanguageServer(channel: MessageChannel(), environment: environment)
        throw ExitCode(server.run() ? 0 : 1)
    }
}
