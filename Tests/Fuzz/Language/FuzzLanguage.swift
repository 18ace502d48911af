import EdgeLang
import Fuzzing

/// Any bytes are a program that comes to an end, or diagnostics.
@main struct FuzzLanguage {
    static func main() {
        Fuzzer.run { bytes in
            let interpreter = Interpreter()
            interpreter.limits = Limits(callDepth: 500, memory: 64 << 20, steps: 20_000, seconds: 2)
            interpreter.writeOutput = { _ in }
            interpreter.authorize = { _ in throw RefusedAccess() }
            do throws(Interpreter.Failure) {
                let outcome = try interpreter.run(SourceFile(name: "fuzz.edge", bytes: bytes), mode: .expression)
                _ = interpreter.display(outcome.value)
            } catch {
                for diagnostic in error.diagnostics { _ = diagnostic.message }
            }
        }
    }
}

/// A fuzzer must not touch files.
private struct RefusedAccess: Error {}
