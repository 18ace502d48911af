import EdgeLang

/// A `test` block, or an example in a doc comment.
struct TestCase {
    enum Verdict {
        case passed
        case failed(String, [Diagnostic])
        case interrupted
    }

    struct Outcome {
        let verdict: Verdict
        /// What it printed.
        let output: String
        let sources: SourceMap
    }

    private enum Kind {
        /// Its place among the tests of the file.
        case test(Int)
        case example(DocumentationExample)
    }

    let name: String
    /// Where it stands, counted from one.
    let line: Int
    private let kind: Kind

    var isExample: Bool {
        if case .example = kind { true } else { false }
    }

    /// What a file has to test: its `test` blocks, then the examples in the comments of the file and of what it declares.
    static func all(in program: EdgeLang.Program, _ source: SourceFile) -> [TestCase] {
        var cases: [TestCase] = []
        for statement in program.body.statements {
            guard case .test(let name, _) = statement.kind else { continue }
            let line = source.position(at: statement.span.start).line
            cases.append(TestCase(name: name, line: line, kind: .test(cases.count)))
        }
        let module = ModuleDocumentation(program, source)
        func add(_ documentation: String?, _ name: String, above line: Int?) {
            guard let documentation else { return }
            let count = documentation.split(separator: "\n", omittingEmptySubsequences: false).count
            // A comment stands directly above its declaration; that of the file begins it.
            let first = line.map { $0 - count } ?? Self.firstDocumentationLine(source)
            for example in DocumentationExample.all(in: documentation) {
                cases.append(
                    TestCase(name: "example of \(name)", line: first + example.line, kind: .example(example)))
            }
        }
        let file = source.name.split(separator: "/").last.map(String.init) ?? source.name
        add(module.documentation, file, above: nil)
        var seen: Set<UInt32> = []
        for entry in module.entries {
            let line = source.position(at: entry.span.start).line
            // A pattern declares several names under one comment.
            guard seen.insert(UInt32(line)).inserted else { continue }
            add(entry.documentation, entry.name, above: line)
        }
        return cases
    }

    private static func firstDocumentationLine(_ source: SourceFile) -> Int {
        let lines = source.lineStarts.indices.first { line in
            let range = source.range(ofLine: line)
            return source.bytes[range].starts(with: [0x23, 0x23])
                && !source.bytes[range].starts(with: [0x23, 0x23, 0x23])
        }
        return (lines ?? 0) + 1
    }

    // MARK: Running

    /// Runs it in an interpreter of its own.
    func run(_ source: SourceFile) -> Outcome {
        let running = TestInterpreter(source.name)
        let verdict: Verdict
        switch kind {
        case .test(let position): verdict = runTest(position, source, running)
        case .example(let example): verdict = runExample(example, source, running)
        }
        return Outcome(verdict: verdict, output: running.takeOutput(), sources: running.interpreter.sources)
    }

    private func runTest(_ position: Int, _ source: SourceFile, _ running: TestInterpreter) -> Verdict {
        var verdict = Verdict.failed("the top level ended before the test was reached", [])
        do throws(Interpreter.Failure) {
            try running.interpreter.runTests(source, only: position) { result in
                verdict = result.failure.map { .failed($0.message, [$0]) } ?? .passed
            }
        } catch {
            return Self.verdict(of: error)
        }
        return verdict
    }

    /// Types the file in, as at the prompt, and then the example, so that it sees what the file declares.
    private func runExample(_ example: DocumentationExample, _ source: SourceFile, _ running: TestInterpreter)
        -> Verdict
    {
        let interpreter = running.interpreter
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(source, mode: .entry)
        } catch {
            return Self.verdict(of: error)
        }
        _ = running.takeOutput()
        for entry in example.entries {
            var printed = ""
            do throws(Interpreter.Failure) {
                // Empty lines before it give it the line numbers of the file.
                let lines = String(repeating: "\n", count: max(0, line - 1 + entry.line - example.line))
                let outcome = try interpreter.run(
                    SourceFile(name: source.name, text: lines + entry.code), mode: .entry)
                printed = running.takeOutput()
                if let code = entry.errorCode {
                    return .failed("`\(Self.first(entry))` should end with error \(code)", [])
                }
                if let value = entry.value {
                    let found = interpreter.literal(outcome.value)
                    if found != value {
                        return .failed("`\(Self.first(entry))` gives \(found) instead of \(value)", [])
                    }
                }
            } catch {
                if case .cancelled = error.stage { return .interrupted }
                let code = error.diagnostics.first { $0.severity == .error }?.code.rawValue
                guard let expected = entry.errorCode, expected == code else { return Self.verdict(of: error) }
                printed = running.takeOutput()
            }
            let expected = entry.output.map { $0 + "\n" }.joined()
            if !entry.output.isEmpty, printed != expected {
                return .failed(
                    "`\(Self.first(entry))` prints \(Interpreter.shown(printed)) instead of \(Interpreter.shown(expected))",
                    [])
            }
        }
        return .passed
    }

    private static func verdict(of failure: Interpreter.Failure) -> Verdict {
        if case .cancelled = failure.stage { return .interrupted }
        let errors = failure.diagnostics.filter { $0.severity == .error }
        return .failed(errors.first?.message ?? "it failed", errors)
    }

    /// The line that an entry ends with, without its mark.
    private static func first(_ entry: DocumentationExample.Entry) -> String {
        let last = entry.code.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) } ?? ""
        for mark in [" # ->", " # error"] {
            if let start = last.ranges(of: mark).last?.lowerBound { return String(last[..<start]) }
        }
        return String(last)
    }
}

extension Interpreter {
    /// Output in one line, as messages show it.
    fileprivate static func shown(_ text: String) -> String {
        text.isEmpty ? "nothing" : text.split(separator: "\n").joined(separator: " ⏎ ")
    }
}
