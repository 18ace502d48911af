/// What a script may reach outside of the interpreter, as `--sandbox` and the `--allow-…` options say.
///
/// Paths are resolved before they are compared, those of the grants when they are made, those of the script at each access. Hosts are
/// compared as they are written. Computing, printing, the time and random numbers need no permission.
public struct Permissions: Sendable {
    /// What of one kind is allowed.
    public enum Grant: Sendable {
        case nothing
        case everything
        /// Files and folders with all below them; `host` or `host:port`; programs by name or path; names of variables.
        case only([String])

        /// What a list of options says: no option, one without a value (`*`), or values.
        public init(options: [String]) {
            self = options.isEmpty ? .nothing : (options.contains("*") ? .everything : .only(options))
        }
    }

    private let read: Grant
    private let write: Grant
    private let network: Grant
    private let run: Grant
    private let environment: Grant

    /// - Parameters:
    ///   - read: Folders and files that may be read.
    ///   - write: Folders and files that may be written and made.
    ///   - network: Hosts, or hosts with their ports, to connect to and to listen at.
    ///   - run: Programs that may be run, by their names along `PATH` or by their paths.
    ///   - environment: Environment variables that may be read.
    ///   - library: Folders that may always be read: edgesh's own library.
    public init(
        read: Grant = .nothing, write: Grant = .nothing, network: Grant = .nothing, run: Grant = .nothing,
        environment: Grant = .nothing, library: [String] = []
    ) {
        self.read = Permissions.resolved(read, adding: library)
        self.write = Permissions.resolved(write)
        self.network = network
        self.run = run
        self.environment = environment
    }

    private static func resolved(_ grant: Grant, adding others: [String] = []) -> Grant {
        switch grant {
        case .everything: .everything
        case .nothing: .only(others.compactMap { ResolvedPath.of($0) })
        case .only(let paths): .only((paths + others).compactMap { ResolvedPath.of($0) })
        }
    }

    /// Throws `E0329`, which names the option that would allow it, unless the access is allowed.
    public func authorize(_ access: Access) throws {
        switch access {
        case .readFile(let path): try authorize(path, read, "reading", "--allow-read")
        case .writeFile(let path): try authorize(path, write, "writing", "--allow-write")
        case .network(let host, let port): try authorize(host: host, port: port)
        case .runProgram(let program): try authorize(program: program)
        case .environment(let name):
            if case .everything = environment { return }
            if case .only(let names) = environment, names.contains(name) { return }
            throw Permissions.denied("reading the environment variable `\(name)`", "--allow-env=\(name)")
        }
    }

    private func authorize(_ path: String, _ grant: Grant, _ verb: String, _ option: String) throws {
        if case .everything = grant { return }
        guard let place = ResolvedPath.of(path) else {
            throw Permissions.denied("\(verb) `\(path)`, which is no path of a file,", option)
        }
        if case .only(let places) = grant, places.contains(where: { ResolvedPath.lies(place, in: $0) }) { return }
        // Where a link leads is nothing that a script may learn: the option is named with the path as it is written.
        throw Permissions.denied("\(verb) `\(path)`", "\(option)=\(path)")
    }

    private func authorize(host: String, port: Int) throws {
        let name = host.lowercased()
        let shown = name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)"
        if case .everything = network { return }
        if case .only(let hosts) = network,
            hosts.map({ $0.lowercased() }).contains(where: { $0 == name || $0 == "[\(name)]" || $0 == shown })
        {
            return
        }
        throw Permissions.denied("using the network to `\(shown)`", "--allow-net=\(shown)")
    }

    private func authorize(program: String) throws {
        switch run {
        case .everything: return
        case .nothing: break
        case .only(let programs):
            // A name stands for the program that is found under it; a path for the file it leads to.
            let isAllowed = programs.contains { granted in
                granted == program || granted.contains("/") && ResolvedPath.of(granted) == ResolvedPath.of(program)
            }
            if isAllowed { return }
        }
        throw Permissions.denied("running `\(program)`", "--allow-run=\(program)")
    }

    private static func denied(_ what: String, _ option: String) -> RuntimeError {
        RuntimeError(
            .denied, "\(what) is not allowed in the sandbox", hint: "allow it with `\(option)`")
    }
}
