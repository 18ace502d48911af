import Foundation

/// What a program did.
public struct ProgramResult: Sendable {
    public let standardOutput: String
    public let standardError: String
    /// The exit code; 128 + the signal's number where a signal ended it, as a shell counts.
    public let exitCode: Int32
    /// It ran longer than it was given and was killed.
    public let timedOut: Bool
}

/// Another program, run to its end with all it writes.
public enum Subprocess {
    /// Runs a program and waits for it.
    ///
    /// The output goes through files, so a program that fills a pipe cannot wait for us while we wait for it.
    public static func run(
        _ executable: String, _ arguments: [String], standardInput: String = "", directory: String? = nil,
        environment: [String: String] = [:], timeout seconds: Double = 120
    ) throws -> ProgramResult {
        let folder = try TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        let input = try folder.write("stdin", standardInput)
        let output = try folder.write("stdout", "")
        let error = try folder.write("stderr", "")
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: input))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: error))
        try process.run()
        let timedOut = waitOrKill(process, seconds: seconds)
        return ProgramResult(
            standardOutput: try folder.read("stdout"), standardError: try folder.read("stderr"),
            exitCode: process.terminationReason == .uncaughtSignal
                ? 128 + process.terminationStatus : process.terminationStatus,
            timedOut: timedOut)
    }

    private static func waitOrKill(_ process: Process, seconds: Double) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while process.isRunning && Date() < end { usleep(2_000) }
        guard process.isRunning else { return false }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return true
    }
}
