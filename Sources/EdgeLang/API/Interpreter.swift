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
    public let specs: [BuiltinSpec]
    /// Everything that was read, for the spans of diagnostics.
    public private(set) var sources = SourceMap()
    /// Stops a run from another thread or a signal handler.
    public let cancellation = Cancellation()

    /// What a run may use up.
    public var limits = Limits()
    /// Gets what the script prints.
    public var writeOutput: (String) -> Void = { print($0, terminator: "") }
    /// Gets warnings, one line each without its line end.
    public var writeWarning: (String) -> Void = { _ in }
    /// Gets the progress of long work: a fraction, if known, and a text.
    public var reportProgress: ((Double?, String) -> Void)?
    /// Throws where the script may not reach what it asks for. Nil allows everything.
    public var authorize: ((Access) throws -> Void)?

    let heap = Heap()
    private(set) var context: CallContext!
    private(set) var machine: Machine!

    /// - Parameters:
    ///   - builtins: The functions scripts can call; a later one of the same name wins.
    ///   - seed: Determines all random numbers of the scripts.
    public init(builtins: [BuiltinSpec] = CoreLibrary.builtins, seed: UInt64 = 0) {
        specs = builtins
        context = CallContext(heap: heap, interpreter: self, seed: seed)
        machine = Machine(heap: heap, interpreter: self)
    }

    deinit { heap.destroy() }

    /// Runs a text.
    ///
    /// - Throws: `Failure` with diagnostics, for texts that do not compile as well as for errors of the run.
    public func run(_ source: SourceFile, mode: Mode = .script) throws(Failure) -> Outcome {
        throw Failure(stage: .compile, diagnostics: [])
    }

    /// Everything that is wrong with a text, without running it.
    public func check(_ source: SourceFile, mode: Mode = .script) -> [Diagnostic] { [] }

    /// The function of that name.
    public func spec(named name: String) -> BuiltinSpec? { specs.last { $0.name == name } }

    /// The variables that entries at the prompt have declared.
    public var globals: [GlobalInfo] { [] }
    /// The value of a variable that an entry at the prompt has declared.
    public func global(named name: String) -> Value? { nil }
    /// Forgets all variables of the prompt and what it was told.
    public func reset() {}

    /// The names that may follow a dot behind this value, for completion.
    public func fieldNames(of value: Value) -> [String] { [] }

    /// A value as people read it: strings as they are, lists and records as literals, host objects as they like.
    public func display(_ value: Value, _ options: DisplayOptions = DisplayOptions()) -> String { "" }

    /// A value as JSON.
    public func json(_ value: Value) throws -> String { "" }

    /// A value outside of the heap.
    public func plain(_ value: Value) throws -> PlainValue { try context.plain(value) }
}
