import ArgumentParser
import EdgeLang

/// Runs a script, a line of code, standard input or a session.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a script, code, or a session.", shouldDisplay: false)

    @Option(name: .customShort("e"), help: ArgumentHelp("Run this code and print its value.", valueName: "code"))
    var code: String?

    @Flag(help: "Print values as JSON.")
    var json = false

    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Sandbox") var permissions: PermissionOptions

    @ArgumentParser.Argument(
        parsing: .captureForPassthrough, help: "The script, - for standard input, and what it finds in args().",
        completion: .file(extensions: ["edge"]))
    var arguments: [String] = []

    func validate() throws {
        if code == nil, let first = arguments.first, first.hasPrefix("-"), first != "-" {
            throw ValidationError("Unknown option '\(first)'")
        }
    }

    func run() throws {
        var invocation = Invocation(code: code, arguments: arguments)
        invocation.printsJSON = json
        invocation.limits = limits.limits
        invocation.permissions = permissions.permissions
        throw ExitCode(invocation.run().rawValue)
    }
}
