/// One interpreter: its built-in functions, its heap and its bindings. It is used from one thread at a time;
/// several can live in one process and share nothing.
public final class Interpreter {
    /// How a text is run.
    public enum Mode: Sendable {
        /// A file: it runs from top to bottom, its variables are its own.
        case script
        /// `-e`: like a script; the value of its last expression is the result.
        case expression
        /// An entry at the prompt: its variables stay for the next one, `_` is the last result.
        case entry
    }

    /// Why a run did not come to its end.
    public struct Failure: Error, Sendable {
        public enum Stage: Sendable {
            /// The text does not compile; nothing has run.
            case compile
            /// It failed while it ran.
            case run
            /// The user cancelled it.
            case cancelled
        }

        public let stage: Stage
        /// At least one of them is an error.
        public let diagnostics: [Diagnostic]
    }

    /// The outcome of a run.
    public struct Outcome {
        /// The value of the last expression, `null` where there is none. Valid until the next run.
        public let value: Value
        /// Whether the text ended in an expression, so that a prompt prints the value.
        public let endsInExpression: Bool
        /// Warnings found before the run.
        public let warnings: [Diagnostic]
    }

    /// The built-in functions, in the order they were registered.
    public let specs: BuiltinLibrary
    /// Everything that was read, for the spans of diagnostics.
    public internal(set) var sources = SourceMap()
    /// Stops a run from another thread or a signal handler.
    public let cancellation = Cancellation()

    /// What a run may use up.
    public var limits = Limits()
    /// Whether types are followed through a text before it runs (see `Checker`). Without it only names, calls and literals are
    /// checked.
    public var checksTypes = true
    /// Types of host objects that annotations may name, besides those that parameters of built-in functions take.
    public var hostTypes: [String] = []
    /// Folders in which `import "std/x"` looks for `std/x.edge`.
    public var modulePath: [String] = []
    /// Gets what the script prints.
    public var writeOutput: (String) -> Void = { print($0, terminator: "") }
    /// Hands what was printed to its reader; called before the script waits.
    public var flushOutput: () -> Void = {}
    /// Gets warnings, one line each without its line end.
    public var writeWarning: (String) -> Void = { _ in }
    /// Gets the warnings about a text, before it runs.
    public var reportWarnings: ([Diagnostic]) -> Void = { _ in }
    /// Gets the progress of long work: a fraction, if known, and a text.
    public var reportProgress: ((Double?, String) -> Void)?
    /// Throws where the script may not reach what it asks for. Nil allows everything.
    public var authorize: ((Access) throws -> Void)?

    let heap = Heap()
    private(set) var context: CallContext!
    private(set) var machine: Machine!
    var globalBoxes: [String: Value] = [:]
    var globalInfos: [GlobalInfo] = []
    var modules = ModuleTable()
    var tests: [(name: String, closure: Value)] = []
    /// The result of the last run, which must stay alive.
    var lastValue = Value.null
    /// The types of host objects that annotations may name.
    lazy var knownHostTypes = Array(
        Set(
            hostTypes
                + specs.flatMap { $0.parameters.flatMap(\.types) + $0.result.types }
                .filter { $0 != .elements }.compactMap(\.hostName))
    ).sorted()

    /// - Parameters:
    ///   - builtins: The functions scripts can call; a later one of the same name wins.
    ///   - seed: Determines all random numbers of the scripts.
    public init(builtins: [BuiltinChapter] = CoreLibrary.chapters, seed: UInt64 = 0) {
        specs = BuiltinLibrary(builtins)
        context = CallContext(heap: heap, interpreter: self, seed: seed)
        machine = Machine(
            heap: heap, interpreter: self, context: context, specs: specs, callDepth: limits.callDepth)
        context.machine = .passUnretained(machine)
    }

    deinit { heap.destroy() }

    /// Collect at every opportunity: finds values that are used without being held. For tests.
    var isStressed: Bool {
        get { heap.state.pointee.isStressed }
        set {
            heap.state.pointee.isStressed = newValue
            heap.state.pointee.threshold = newValue ? 0 : HeapState.smallestThreshold
        }
    }

    // MARK: Running

    /// Runs a text.
    ///
    /// - Throws: `Failure` with diagnostics, for texts that do not compile as well as for errors of the run.
    public func run(_ source: SourceFile, mode: Mode = .script) throws(Failure) -> Outcome {
        let prepared = try prepare(source, mode: mode, collectsTests: false)
        defer { if mode == .entry { declareGlobals(prepared.resolution) } }
        if !prepared.warnings.isEmpty { reportWarnings(prepared.warnings) }
        let value = try execute(prepared.unit)
        lastValue = value
        if mode == .entry, prepared.endsInExpression, !value.isNull {
            value.markShared()
            _ = globalBox("_")
            globalBoxes["_"]?.box.pointee.value = value
        }
        return Outcome(value: value, endsInExpression: prepared.endsInExpression, warnings: prepared.warnings)
    }

    /// Everything that is wrong with a text and with what it imports, without running it: errors and warnings.
    public func check(_ source: SourceFile, mode: Mode = .script) -> [Diagnostic] {
        let analysis = analyze(source, mode: mode)
        guard analysis.isValid else { return analysis.diagnostics }
        do throws(Failure) {
            return try prepare(source, mode: mode, collectsTests: true).warnings
        } catch {
            return error.diagnostics
        }
    }

    /// Everything that is known of a text without running it: errors, warnings, its variables with their uses, and types.
    ///
    /// What a text imports is read once by an interpreter and then taken for known: an editor whose files change makes a new
    /// interpreter for each look.
    public func inspect(_ source: SourceFile, mode: Mode = .script) -> CheckResult {
        let analysis = analyze(source, mode: mode, forEditor: true)
        return CheckResult(analysis, analysis.diagnostics)
    }

    /// What became of a `test` block.
    public struct TestResult: Sendable {
        public let name: String
        /// Why it failed; nil if it did not.
        public let failure: Diagnostic?
    }

    /// Runs a text and then its `test` blocks, each on its own.
    ///
    /// - Parameters:
    ///   - only: The place of the one test to run, counted from zero; nil runs all.
    ///   - report: Called behind each test.
    /// - Throws: `Failure` if the text itself does not come to its end.
    public func runTests(
        _ source: SourceFile, only: Int? = nil, report: (TestResult) -> Void
    ) throws(Failure) {
        tests = []
        defer { tests = [] }
        let prepared = try prepare(source, mode: .script, collectsTests: true)
        _ = try execute(prepared.unit)
        for (position, test) in tests.enumerated() where only == nil || only == position {
            machine.begin(limits)
            do {
                var nothing = Value.null
                _ = try machine.call(test.closure, &nothing, 0)
                report(TestResult(name: test.name, failure: nil))
            } catch {
                let failure = RuntimeError.wrapping(error)
                if failure.diagnostic.code == .cancelled {
                    throw Failure(stage: .cancelled, diagnostics: [failure.diagnostic])
                }
                report(TestResult(name: test.name, failure: failure.diagnostic))
            }
        }
    }

    private func execute(_ unit: CodeUnit) throws(Failure) -> Value {
        machine.begin(limits)
        do {
            let main = unit.main
            return try machine.enter(main, main.pointee.staticClosure.cell, machine.stack)
        } catch {
            let failure = RuntimeError.wrapping(error)
            let stage: Failure.Stage = failure.diagnostic.code == .cancelled ? .cancelled : .run
            throw Failure(stage: stage, diagnostics: [failure.diagnostic])
        }
    }

    func registerTest(_ name: String, _ closure: Value) { tests.append((name, closure)) }

    // MARK: Bindings of the prompt

    /// The variables that entries at the prompt have declared.
    public var globals: [GlobalInfo] { globalInfos }

    /// The value of a variable that an entry at the prompt has declared.
    public func global(named name: String) -> Value? {
        guard let box = globalBoxes[name] else { return nil }
        let value = box.box.pointee.value
        return value.isAbsent ? nil : value
    }

    /// Forgets all variables of the prompt.
    public func reset() {
        globalBoxes = [:]
        globalInfos = []
        lastValue = .null
    }

    func globalBox(_ name: String) -> Value {
        if let box = globalBoxes[name] { return box }
        let box = heap.makeBox(name == "_" ? .null : .absent)
        globalBoxes[name] = box
        return box
    }

    /// Remembers what an entry declared, as far as it came.
    private func declareGlobals(_ resolution: Resolution) {
        for global in resolution.declaredGlobals where self.global(named: global.name) != nil {
            globalInfos.removeAll { $0.name == global.name }
            globalInfos.append(global)
        }
    }

    // MARK: Showing values

    /// The function of that name.
    public func spec(named name: String) -> BuiltinSpec? { specs[name] }

    /// The names that may follow a dot behind this value, for completion.
    public func fieldNames(of value: Value) -> [String] { machine.fieldNames(value) }

    /// A value as people read it: strings as they are, lists and records as literals, host objects as they like.
    /// With a width, long lists and records are cut.
    public func display(_ value: Value, _ options: DisplayOptions = DisplayOptions()) -> String {
        text(of: value, options, asLiteral: false)
    }

    /// A value as the prompt shows it: like `display`, but strings as they would be written in code.
    public func literal(_ value: Value, _ options: DisplayOptions = DisplayOptions()) -> String {
        text(of: value, options, asLiteral: value.isString)
    }

    private func text(of value: Value, _ options: DisplayOptions, asLiteral: Bool) -> String {
        var text = TextBuilder(cut: options.width, options: options)
        do throws(RuntimeError) {
            try text.append(value, nested: asLiteral, heap: heap)
        } catch {
            text.append(" … (\(error.diagnostic.message))")
        }
        return text.text
    }

    /// A value as JSON.
    public func json(_ value: Value) throws -> String { JSONText.text(try context.plain(value)) }

    /// A value outside of the heap.
    public func plain(_ value: Value) throws -> PlainValue { try context.plain(value) }

    /// The calls under way when an error arose, as a list of texts.
    func traceValue(_ diagnostic: Diagnostic) -> Value {
        let list = heap.makeList(capacity: diagnostic.trace.count)
        for frame in diagnostic.trace {
            var text = frame.function ?? "top level"
            if let file = sources[frame.span.file] {
                let position = file.position(at: frame.span.start)
                text += " (\(file.name):\(position.line):\(position.column))"
            }
            heap.append(heap.makeString(text), to: list)
        }
        return list
    }

    /// What a collection must not free.
    func markRoots() {
        for box in globalBoxes.values { heap.mark(box) }
        for test in tests { heap.mark(test.closure) }
        for value in modules.values { heap.mark(value) }
        heap.mark(lastValue)
    }
}
