import EdgeLang
import EdgeRuntime

/// What a script did.
struct ScriptRun {
    /// The last value, as the prompt would show it; nil where the script failed.
    var value: String?
    var output = ""
    var warnings: [String] = []
    /// Code, message and hint of what ended it.
    var code = ""
    var message = ""
    var hint = ""

    init(_ text: String, memory: Int? = nil, denying isDenied: @escaping (Access) -> Bool = { _ in false }) {
        struct Denied: Error {}
        let interpreter = Interpreter(builtins: Primitives.chapters())
        if let memory { interpreter.limits.memory = memory }
        var output = ""
        var warnings: [String] = []
        interpreter.writeOutput = { output += $0 }
        interpreter.writeWarning = { warnings.append($0) }
        interpreter.authorize = { if isDenied($0) { throw Denied() } }
        do {
            let outcome = try interpreter.run(SourceFile(name: "test", text: text), mode: .expression)
            value = interpreter.literal(outcome.value)
        } catch {
            let diagnostic = error.diagnostics.first
            code = diagnostic?.code.rawValue ?? ""
            message = diagnostic?.message ?? ""
            hint = diagnostic?.hint ?? ""
        }
        self.output = output
        self.warnings = warnings
    }
}
