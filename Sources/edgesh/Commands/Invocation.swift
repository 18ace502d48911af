import EdgeData
import EdgeLang
import EdgeRuntime
import Glibc

/// What one call of the program is to run: a script, a line of code, standard input or a session.
struct Invocation {
    /// The code behind `-e`.
    var code: String?
    /// The script, and what it finds in `args()`; with `-e` the latter alone.
    var arguments: [String]
    var printsJSON = false
    var limits = Limits()
    /// What the script may reach; nil where nothing is forbidden.
    var permissions: Permissions?

    init(code: String?, arguments: [String]) {
        self.code = code
        self.arguments = arguments
    }

    /// A command line without options, commands or mistakes: `FILE [ARGS…]`, `-e CODE`, `-`, or nothing. Nil for any other.
    ///
    /// These are what scripts call thousands of times. Reading them here saves the three milliseconds that the general reader of
    /// command lines needs, which sees all others.
    init?(plain arguments: [String], commands: [String]) {
        switch arguments.first {
        case nil:
            self.init(code: nil, arguments: [])
        case "-e":
            guard arguments.count == 2 else { return nil }
            self.init(code: arguments[1], arguments: [])
        case "-":
            self.init(code: nil, arguments: arguments)
        case let first?:
            guard !first.hasPrefix("-"), first != "help", !commands.contains(first) else { return nil }
            self.init(code: nil, arguments: arguments)
        }
    }

    /// Runs it to its end.
    func run() -> ExitStatus {
        StandardStreams.reserve()
        Interrupts.install()
        // A session goes on after a run that took too long.
        let isSession = code == nil && arguments.isEmpty && Terminal.isTerminal(STDIN_FILENO)
        if let seconds = limits.seconds, !isSession { LastResort.end(after: seconds) }
        return execute()
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
        let shell = Shell(environment: environment, limits: limits, printsJSON: printsJSON)
        if let permissions { shell.interpreter.authorize = permissions.authorize }
        return shell
    }
}
