import ArgumentParser
import EdgeLang

/// What a script may use up.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Stop a script that holds more than this, as 512MB or 2GiB.", valueName: "size"))
    var maxMemory: SizeOption?

    @Option(help: ArgumentHelp("Stop a script that runs longer than this many seconds.", valueName: "seconds"))
    var maxTime: Double?

    @Option(help: ArgumentHelp("Stop a script after this many calls and turns of loops.", valueName: "count"))
    var maxSteps: Int?

    @Option(help: ArgumentHelp("Stop a script whose calls nest deeper than this.", valueName: "count"))
    var maxDepth: Int?

    var limits: Limits {
        var limits = Limits()
        if let maxMemory { limits.memory = maxMemory.bytes }
        if let maxDepth { limits.callDepth = maxDepth }
        limits.seconds = maxTime
        limits.steps = maxSteps
        return limits
    }

    func validate() throws {
        if let maxTime, !(maxTime > 0) { throw ValidationError("--max-time needs a number above 0.") }
        if let maxSteps, maxSteps < 1 { throw ValidationError("--max-steps needs a number above 0.") }
        if let maxDepth, !(1...1_000_000).contains(maxDepth) {
            throw ValidationError("--max-depth needs a number from 1 to 1000000.")
        }
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
