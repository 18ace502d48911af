import EdgeData
import EdgeLang
import EdgeRuntime

/// What `edgesh test` shows, for people or for programs.
struct TestReport {
    let output: ToolOutput
    let printsJSON: Bool
    private(set) var passed = 0
    private(set) var failed = 0
    private var files: Set<String> = []
    private var brokenFiles = 0
    private let start = ContinuousClock.now

    init(output: ToolOutput, printsJSON: Bool) {
        self.output = output
        self.printsJSON = printsJSON
    }

    private func coloured(_ text: String, _ code: Int) -> String {
        output.hasColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// Shows one test.
    mutating func add(_ test: TestCase, _ path: String, _ outcome: TestCase.Outcome, seconds: Double) {
        let isFirst = files.insert(path).inserted
        var message: String?
        var diagnostics: [Diagnostic] = []
        if case .failed(let text, let found) = outcome.verdict {
            (message, diagnostics) = (text, found)
            failed += 1
        } else {
            passed += 1
        }
        if printsJSON {
            addJSON(test, path, outcome, seconds, message, diagnostics)
        } else {
            if isFirst { output.line(path) }
            let mark = message == nil ? coloured("✓", 32) : coloured("✗", 31)
            output.line("  \(mark) \(test.name) (\(ReadableValue.seconds(seconds)))")
            if let message {
                let rendered = DiagnosticRenderer(sources: outcome.sources, usesColor: output.hasColour).render(
                    diagnostics)
                let shown = diagnostics.isEmpty ? "\(path):\(test.line): \(message)" : rendered
                for line in shown.split(separator: "\n") { output.line("    \(line)") }
                if !outcome.output.isEmpty {
                    output.line("    it printed:")
                    for line in outcome.output.split(separator: "\n") { output.line("      \(line)") }
                }
            }
        }
        output.flush()
    }

    private func addJSON(
        _ test: TestCase, _ path: String, _ outcome: TestCase.Outcome, _ seconds: Double, _ message: String?,
        _ diagnostics: [Diagnostic]
    ) {
        let place = diagnostics.first.flatMap { outcome.sources[$0.span.file]?.position(at: $0.span.start) }
        writeJSON(
            .object([
                "file": .text(path), "name": .text(test.name), "kind": .text(test.isExample ? "example" : "test"),
                "line": .int(test.line), "status": .text(message == nil ? "passed" : "failed"),
                "seconds": .float(seconds), "message": message.map { .text($0) },
                "code": diagnostics.first.map { .text($0.code.rawValue) }, "failedLine": place.map { .int($0.line) },
                "notes": diagnostics.first.map { .list($0.notes.map { .text($0) }) },
                "output": message == nil ? nil : .text(outcome.output),
            ]))
    }

    /// Shows why a file cannot be tested.
    mutating func reject(_ path: String, _ diagnostics: [Diagnostic], _ sources: SourceMap) {
        brokenFiles += 1
        if printsJSON {
            for diagnostic in diagnostics where diagnostic.severity == .error {
                writeJSON(
                    .object([
                        "file": .text(path), "status": .text("broken"), "code": .text(diagnostic.code.rawValue),
                        "message": .text(diagnostic.message),
                    ]))
            }
        } else {
            output.show(diagnostics, sources)
        }
    }

    /// Shows the sum.
    mutating func summarize() {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        if printsJSON {
            return writeJSON(
                .object([
                    "passed": .int(passed), "failed": .int(failed), "broken": .int(brokenFiles),
                    "seconds": .float(seconds),
                ]))
        }
        if passed + failed > 0 { output.line("") }
        var parts = ["\(passed) passed", failed > 0 ? coloured("\(failed) failed", 31) : "0 failed"]
        if brokenFiles > 0 { parts.append("\(brokenFiles) \(brokenFiles == 1 ? "file does" : "files do") not compile") }
        let places = files.count == 1 ? "1 file" : "\(files.count) files"
        output.line("\(parts.joined(separator: ", ")) in \(places), \(ReadableValue.seconds(seconds))")
    }

    private func writeJSON(_ tree: DataTree) {
        if let text = try? JSONWriter(nonFinite: .null).write(tree) { output.line(text) }
    }
}
