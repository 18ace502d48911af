import Foundation

/// The `edgesh` that was built together with the tests.
public enum ProgramUnderTest {
    /// The full path of the program, which the build puts beside the test bundle; `EDGESH` overrides it.
    public static let path: String =
        ProcessInfo.processInfo.environment["EDGESH"] ?? besideTheTests("edgesh")

    /// The full path of a program that was built together with the tests.
    public static func besideTheTests(_ name: String) -> String {
        URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent().appendingPathComponent(name)
            .path
    }

    /// Runs the program as a user would from a shell.
    public static func run(
        _ arguments: [String], standardInput: String = "", directory: String? = nil,
        environment: [String: String] = [:], timeout seconds: Double = 120
    ) throws -> ProgramResult {
        try Subprocess.run(
            path, arguments, standardInput: standardInput, directory: directory,
            environment: ["EDGESH_SHARED_DATA": SharedData.path, "NO_COLOR": "1"].merging(environment) { _, new in new
            },
            timeout: seconds)
    }
}
