import ArgumentParser
import EdgeRuntime
import Glibc

/// The program.
@main
enum Program {
    static func main() {
        let commands = EdgeshCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        if let invocation = Invocation(plain: Array(CommandLine.arguments.dropFirst()), commands: commands) {
            exit(invocation.run().rawValue)
        }
        EdgeshCommand.main(PermissionOptions.expand(Array(CommandLine.arguments.dropFirst())))
    }
}

/// The command line of `edgesh`.
struct EdgeshCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edgesh",
        abstract: "Puts intelligence on edge devices.",
        usage: """
            edgesh FILE [ARGS ...]      run a script
            edgesh -e CODE [ARGS ...]   run code and print its value
            edgesh -                    run the script on standard input
            edgesh                      talk to it
            edgesh check FILE ...       say what is wrong with scripts, without running them
            edgesh fmt [FILE ...]       lay scripts out in the style of the language
            edgesh test [FILE ...]      run tests and the examples in doc comments
            edgesh doc [NAME | FILE]    show what a function or a module does
            edgesh explain CODE         tell more about an error
            edgesh lsp                  serve an editor
            """,
        discussion: """
            Options, before FILE:
              -e CODE               run this code and print its value
              --json                print values as JSON
              --max-memory SIZE     stop a script that holds more than this, as 512MB or 2GiB
              --max-time SECONDS    stop a script that runs longer than this
              --max-steps COUNT     stop a script after this many calls and turns of loops
              --max-depth COUNT     stop a script whose calls nest deeper than this
              --sandbox             let the script reach no file, host, program or environment variable
              --allow-read[=PATH], --allow-write[=PATH], --allow-net[=HOST[:PORT]], --allow-run[=PROGRAM], --allow-env[=NAME]
                                    a sandbox that lets it reach this; may be repeated, without a value everything

            Exit codes: 0; 64 the command line makes no sense; 65 the script does not compile; 70 it failed while it ran;
            130 interrupted.
            """,
        version: edgeshVersion,
        subcommands: [
            RunCommand.self, CheckCommand.self, FormatCommand.self, TestCommand.self, DocumentationCommand.self,
            ExplainCommand.self,
            LanguageServerCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
}
