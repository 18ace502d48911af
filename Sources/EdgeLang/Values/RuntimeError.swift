/// An error of a running program: a diagnostic on its way to a `catch` or to the end of the run.
///
/// Whoever throws it says what is wrong; the VM adds where (the span of the instruction and the calls under way) when it catches it.
public final class RuntimeError: Error, @unchecked Sendable {
    /// What is wrong. The VM fills in labels and trace before a script or the caller of the interpreter can see it.
    public private(set) var diagnostic: Diagnostic
    var isLocated = false
    private var isInStage = false

    public init(_ diagnostic: Diagnostic) {
        self.diagnostic = diagnostic
        isLocated = diagnostic.span != .none
    }

    /// An error with a stable code, a sentence without full stop, and what to do about it.
    public convenience init(
        _ code: DiagnosticCode, _ message: String, hint: String? = nil, notes: [String] = []
    ) {
        self.init(Diagnostic(code: code, message, hint: hint, notes: notes))
    }

    /// Whether a `catch` may handle it: a cancellation or an exhausted limit of time or steps ends the run.
    var isFatal: Bool {
        diagnostic.code == .cancelled || diagnostic.code == .timeLimit || diagnostic.code == .stepLimit
    }

    /// Says where it arose, once.
    func locate(_ span: Span, trace: [Diagnostic.TraceFrame]) {
        if isLocated { return }
        isLocated = true
        diagnostic.labels.insert(Diagnostic.Label(span), at: 0)
        diagnostic.trace = trace
    }

    /// Names the stage of a stream in which it arose; the innermost one counts.
    func add(stage span: Span, _ text: String) {
        if isInStage { return }
        isInStage = true
        if span != .none, span != diagnostic.span { diagnostic.labels.append(Diagnostic.Label(span, text)) }
    }

    /// Says that it arose in a stage of a stream, and not in the sink that it was found in.
    func move(toStage span: Span, _ text: String) {
        if isInStage || span == .none { return }
        isInStage = true
        let sink = diagnostic.span
        if sink == span { return }
        diagnostic.labels[0] = Diagnostic.Label(span)
        diagnostic.labels.append(Diagnostic.Label(sink, text))
    }
}

/// An error of another part of the program that a script may see with its own code and text.
///
/// Errors that do not conform reach the script with their description as the message.
public protocol ScriptVisibleError: Error {
    /// `E04xx` files and data, `E05xx` models and tensors.
    var scriptCode: DiagnosticCode { get }
    /// One sentence, no full stop.
    var scriptMessage: String { get }
    /// What to do about it.
    var scriptHint: String? { get }
}

extension RuntimeError {
    /// Any error as one of a running program.
    static func wrapping(_ error: any Error) -> RuntimeError {
        if let error = error as? RuntimeError { return error }
        if let error = error as? any ScriptVisibleError {
            return RuntimeError(error.scriptCode, error.scriptMessage, hint: error.scriptHint)
        }
        if let error = error as? Diagnostic { return RuntimeError(error) }
        return RuntimeError(.foreign, String(describing: error))
    }
}
