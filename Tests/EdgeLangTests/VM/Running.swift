@testable import EdgeLang

/// Runs a text without the checker, so that errors of the run are seen, and gives what it printed, or its first error as `code message`.
func output(of text: String, limits: Limits = Limits()) -> String {
    let interpreter = Interpreter()
    interpreter.checksTypes = false
    interpreter.limits = limits
    return output(of: text, interpreter)
}

func output(of text: String, _ interpreter: Interpreter) -> String {
    var printed = ""
    interpreter.writeOutput = { printed += $0 }
    do throws(Interpreter.Failure) {
        _ = try interpreter.run(SourceFile(name: "test.edge", text: text))
    } catch {
        let first = error.diagnostics.first { $0.severity == .error }
        printed += first.map { "\($0.code.rawValue) \($0.message)" } ?? ""
    }
    return printed
}

/// The value of a text's last expression as it prints, or its first error.
func value(of text: String) -> String {
    let interpreter = Interpreter()
    interpreter.checksTypes = false
    do throws(Interpreter.Failure) {
        let outcome = try interpreter.run(SourceFile(name: "test.edge", text: text), mode: .expression)
        return interpreter.display(outcome.value)
    } catch {
        let first = error.diagnostics.first { $0.severity == .error }
        return first.map { "\($0.code.rawValue) \($0.message)" } ?? ""
    }
}
