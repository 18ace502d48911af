import ArgumentParser
import EdgeRuntime

/// The command line of `edgesh`.
@main
struct EdgeshCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edgesh",
        abstract: "Puts intelligence on edge devices.",
        usage: """
            edgesh FILE [ARGS ...]      run a script
            edgesh -e CODE [ARGS ...]   run code and print its value
            edgesh -                    run the script on standard input
            edgesh                      talk to it
            edgesh explain CODE         tell more about an error
            """,
        version: edgeshVersion,
        subcommands: [RunCommand.self, ExplainCommand.self, DocumentationCommand.self],
        defaultSubcommand: RunCommand.self)
}
