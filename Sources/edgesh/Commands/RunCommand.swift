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

    @Option(help: ArgumentHelp("Stop a script that holds more than this, as 512MB or 2GiB.", valueName: "size"))
    var maxMemory: SizeOption?

    @Option(help: ArgumentHelp("Stop a script that runs longer than this many seconds.", valueName: "seconds"))
    var maxTime: Double?

    @Option(help: ArgumentHelp("Stop a script after this many calls and turns of loops.", valueName: "count"))
    var maxSteps: Int?

    @ArgumentParser.Argument(
        parsing: .captureForPassthrough, help: "The script, - for standard input, and what it finds in args().",
        completion: .file(extensions: ["edge"]))
    var arguments: [String] = []

    func validate() throws {
        if let maxTime, !(maxTime > 0) { throw ValidationError("--max-time needs a number above 0.") }
        if let maxSteps, maxSteps < 1 { throw ValidationError("--max-steps needs a number above 0.") }
        if code == nil, let first = arguments.first, first.hasPrefix("-"), first != "-" {
            throw ValidationError("Unknown option '\(first)'")
        }
    }

    func run() throws {
        var invocation = Invocation(code: code, arguments: arguments)
        invocation.printsJSON = json
        if let maxMemory { invocation.limits.memory = maxMemory.bytes }
        invocation.limits.seconds = maxTime
        invocation.limits.steps = maxSteps
        throw ExitCode(invocation.run().rawValue)
    }
}

/// A size on the command line, written as in the language: `512MB`.
struct SizeOption: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let count = Double(digits), let unit = Unit.named(String(argument.dropFirst(digits.count))),
            unit.dimension == .size, let bytes = Int(exactly: (count * unit.factor).rounded()), bytes > 0
        else { return nil }
        self.bytes = bytes
    }
}
