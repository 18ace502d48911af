import ArgumentParser
import EdgeData
import EdgeLang
import EdgeRuntime
import Glibc

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
        parsing: .captureForPassthrough, help: "The script, - for standard input, and what it finds in args().")
    var arguments: [String] = []

    func validate() throws {
        if let maxTime, !(maxTime > 0) { throw ValidationError("--max-time needs a number above 0.") }
        if let maxSteps, maxSteps < 1 { throw ValidationError("--max-steps needs a number above 0.") }
        if code == nil, let first = arguments.first, first.hasPrefix("-"), first != "-" {
            throw ValidationError("Unknown option '\(first)'")
        }
    }

    func run() throws {
        StandardStreams.reserve()
        Interrupts.install()
        throw ExitCode(execute().rawValue)
    }

    private func execute() -> ExitStatus {
        if let code {
            let shell = makeShell(arguments: arguments, scriptFolder: nil)
            let source = SourceFile(name: "<command line>", text: code)
            return shell.finish(shell.run(source, mode: .expression, echo: true))
        }
        guard let script = arguments.first else {
            if Terminal.isTerminal(STDIN_FILENO) {
                return Session(shell: makeShell(arguments: [], scriptFolder: nil)).run()
            }
            return runInput()
        }
        return script == "-" ? runInput() : runFile(script)
    }

    private func runFile(_ path: String) -> ExitStatus {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
        let shell = makeShell(arguments: Array(arguments.dropFirst()), scriptFolder: folder)
        do {
            let bytes = try FileContents.read(path, limit: SourceFile.maximumLength)
            return shell.finish(shell.run(SourceFile(name: path, bytes: bytes), mode: .script, echo: false))
        } catch {
            shell.warn(error.message)
            return .doesNotCompile
        }
    }

    private func runInput() -> ExitStatus {
        let shell = makeShell(arguments: Array(arguments.dropFirst()), scriptFolder: nil)
        guard let bytes = StandardStreams.readAllInput(limit: SourceFile.maximumLength) else {
            if Interrupts.isPending { return .interrupted }
            shell.warn("cannot read standard input: \(String(cString: strerror(errno)).lowercased())")
            return .doesNotCompile
        }
        guard bytes.count <= SourceFile.maximumLength else {
            shell.warn("standard input is longer than any script: more than \(SourceFile.maximumLength) bytes")
            return .doesNotCompile
        }
        return shell.finish(shell.run(SourceFile(name: "<stdin>", bytes: bytes), mode: .script, echo: false))
    }

    private func makeShell(arguments: [String], scriptFolder: String?) -> Shell {
        let path = Terminal.environment("EDGE_PATH") ?? ""
        let environment = RuntimeEnvironment(
            arguments: arguments, scriptFolder: scriptFolder, searchPath: path.split(separator: ":").map(String.init))
        var limits = Limits()
        if let maxMemory { limits.memory = maxMemory.bytes }
        limits.seconds = maxTime
        limits.steps = maxSteps
        return Shell(environment: environment, limits: limits, printsJSON: json)
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
