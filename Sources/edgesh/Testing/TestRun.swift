import EdgeData
import EdgeLang
import EdgeRuntime

/// One call of `edgesh test`: finds tests and examples, and runs each in an interpreter of its own.
struct TestRun {
    let filter: String?
    var report: TestReport
    private(set) var isInterrupted = false
    private var hasBrokenFiles = false

    init(filter: String?, report: TestReport) {
        self.filter = filter
        self.report = report
    }

    /// Runs what is in a file, or in all files of a folder.
    mutating func test(at path: String) {
        do {
            for file in try ScriptFiles.find(at: path) where !isInterrupted { try testFile(file) }
        } catch {
            report.output.warn(error.message)
            hasBrokenFiles = true
        }
    }

    /// Shows the sum.
    ///
    /// - Returns: what the program exits with.
    mutating func finish() -> Int32 {
        report.summarize()
        if isInterrupted { return ExitStatus.interrupted.rawValue }
        if hasBrokenFiles { return ExitStatus.doesNotCompile.rawValue }
        return report.failed > 0 ? 1 : 0
    }

    private mutating func testFile(_ path: String) throws(DataError) {
        let source = SourceFile(name: path, bytes: try FileContents.read(path, limit: SourceFile.maximumLength))
        let parsed = Parser.parse(source, as: FileID(0))
        guard parsed.isValid else {
            var sources = SourceMap()
            _ = sources.add(source)
            return reject(path, parsed.diagnostics, sources)
        }
        let tests = TestCase.all(in: parsed.program, source)
        guard !tests.isEmpty else { return }
        // Names, labels and literals: the same for all tests of the file.
        let checker = TestInterpreter(path)
        let diagnostics = checker.interpreter.check(source)
        guard !diagnostics.contains(where: { $0.severity == .error }) else {
            return reject(path, diagnostics, checker.interpreter.sources)
        }
        for test in tests where filter.map({ test.name.contains($0) }) ?? true {
            if Interrupts.isPending { isInterrupted = true }
            guard !isInterrupted else { return }
            let clock = ContinuousClock()
            let start = clock.now
            let outcome = test.run(source)
            if case .interrupted = outcome.verdict {
                isInterrupted = true
                return
            }
            report.add(test, path, outcome, seconds: (clock.now - start) / .seconds(1))
        }
    }

    private mutating func reject(_ path: String, _ diagnostics: [Diagnostic], _ sources: SourceMap) {
        hasBrokenFiles = true
        report.reject(path, diagnostics, sources)
    }
}
