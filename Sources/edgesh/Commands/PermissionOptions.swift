import ArgumentParser
import EdgeData
import EdgeLang

/// What a script may reach: `--sandbox` and the grants.
struct PermissionOptions: ParsableArguments {
    @Flag(help: "Let the script reach nothing but what the --allow options grant; each of them implies it.")
    var sandbox = false

    @Option(help: ArgumentHelp("Let it read this file or folder; without a value all.", valueName: "path"))
    var allowRead: [String] = []

    @Option(help: ArgumentHelp("Let it write this file or folder; without a value all.", valueName: "path"))
    var allowWrite: [String] = []

    @Option(help: ArgumentHelp("Let it reach this host; without a value all.", valueName: "host[:port]"))
    var allowNet: [String] = []

    @Option(help: ArgumentHelp("Let it run this program; without a value all.", valueName: "program"))
    var allowRun: [String] = []

    @Option(help: ArgumentHelp("Let it read this environment variable; without a value all.", valueName: "name"))
    var allowEnv: [String] = []

    /// What the script may reach; nil where nothing is forbidden.
    var permissions: Permissions? {
        let grants = [allowRead, allowWrite, allowNet, allowRun, allowEnv]
        guard sandbox || grants.contains(where: { !$0.isEmpty }) else { return nil }
        return Permissions(
            read: Permissions.Grant(options: allowRead), write: Permissions.Grant(options: allowWrite),
            network: Permissions.Grant(options: allowNet), run: Permissions.Grant(options: allowRun),
            environment: Permissions.Grant(options: allowEnv),
            library: StandardLibrary.folder.map { [$0] } ?? [])
    }

    func validate() throws {
        for (option, values) in [
            ("--allow-read", allowRead), ("--allow-write", allowWrite), ("--allow-net", allowNet),
            ("--allow-run", allowRun), ("--allow-env", allowEnv),
        ] where values.contains("") {
            throw ValidationError("\(option) needs something behind its =, or no = at all to allow everything.")
        }
    }

    /// The command line with `--allow-read` written as `--allow-read=*`: the value of a grant is always glued to it, and what
    /// stands behind a bare one is no value. Only what stands before the script's name is looked at.
    static func expand(_ arguments: [String]) -> [String] {
        let grants: Set = ["--allow-read", "--allow-write", "--allow-net", "--allow-run", "--allow-env"]
        let withValue: Set = ["-e", "--max-memory", "--max-time", "--max-steps", "--max-depth"]
        var result = arguments
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            if grants.contains(argument) {
                result[index] = argument + "=*"
            } else if withValue.contains(argument) {
                index += 1
            } else if argument == "-" || argument == "--" || (!argument.hasPrefix("-") && index > 0)
                || !argument.hasPrefix("-") && !subcommands.contains(argument)
            {
                break
            }
            index += 1
        }
        return result
    }

    /// Commands behind which options may stand.
    private static let subcommands: Set = ["run", "test"]
}
