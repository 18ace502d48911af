import ArgumentParser
import EdgeRuntime

/// The command line of `edgesh`.
@main
struct EdgeshCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edgesh", abstract: "Puts intelligence on edge devices.", version: edgeshVersion)
}
