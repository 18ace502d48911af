@testable import EdgeLang
import Fuzzing

/// Any bytes are a program that comes to an end, or diagnostics. Every eighth program runs a second time with a collection at
/// each safepoint, and must print the same.
@main struct FuzzRun {
    /// Declared once: declaring them costs more than most runs. What waits or tells the time is left out.
    private static let builtins = [
        BuiltinChapter(CoreLibrary.builtins.filter { !["sleep", "now", "clock"].contains($0.name) })
    ]

    private static let explained = Set(DiagnosticCatalogue.entries.map(\.code.rawValue))

    static func main() {
        Fuzzer.run { bytes in
            let first = run(bytes, isStressed: false)
            guard bytes.count % 8 == 0, bytes.count < 1024, !first.isLimited else { return }
            let second = run(bytes, isStressed: true)
            precondition(second.isLimited || first.output == second.output, "a collection changed the program")
        }
    }

    private static func run(_ bytes: [UInt8], isStressed: Bool) -> (output: String, isLimited: Bool) {
        let interpreter = Interpreter(builtins: builtins)
        interpreter.isStressed = isStressed
        interpreter.limits = Limits(callDepth: 300, memory: 4 << 20, steps: isStressed ? 2_000 : 4_000, seconds: 2)
        interpreter.authorize = { _ in throw RefusedAccess() }
        var output = ""
        interpreter.writeOutput = { if output.utf8.count < 4096 { output += $0 } }
        do throws(Interpreter.Failure) {
            let outcome = try interpreter.run(SourceFile(name: "fuzz.edge", bytes: bytes), mode: .expression)
            output += interpreter.display(outcome.value)
            return (output, false)
        } catch {
            let codes = error.diagnostics.map(\.code.rawValue)
            // A running script names errors as it likes.
            precondition(error.stage == .run || explained.isSuperset(of: codes), "a code without an explanation")
            output += codes.joined()
            return (output, codes.contains { ["E0308", "E0309", "E0310"].contains($0) })
        }
    }
}

/// A fuzzer must not touch files.
private struct RefusedAccess: Error {}
