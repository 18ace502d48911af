/// A message about a program: what is wrong, where, and what to do about it.
///
/// Text, hint and suggestion are separate, so that the terminal, the JSON form and an editor can each show them their
/// way. The same type carries errors found before the run and errors of the run; only the latter have a `trace`.
public struct Diagnostic: Error, Hashable, Sendable {
    public enum Severity: String, Sendable {
        case error, warning, note
    }

    /// A place in the text and what is to be said about it.
    public struct Label: Hashable, Sendable {
        public let span: Span
        /// May be empty: then the place is only underlined.
        public let text: String

        public init(_ span: Span, _ text: String = "") {
            self.span = span
            self.text = text
        }
    }

    /// An edit that would mend the program: replace the text of the span.
    public struct Suggestion: Hashable, Sendable {
        public let span: Span
        public let replacement: String

        public init(span: Span, replacement: String) {
            self.span = span
            self.replacement = replacement
        }
    }

    /// One call that was under way when a run-time error arose.
    public struct TraceFrame: Hashable, Sendable {
        /// The function's name as the script calls it; `nil` at a file's top level.
        public let function: String?
        /// Where in that function the run had arrived.
        public let span: Span

        public init(function: String?, span: Span) {
            self.function = function
            self.span = span
        }
    }

    public var severity: Severity
    public var code: DiagnosticCode
    /// One sentence, no full stop; names of the program in back quotes.
    public var message: String
    /// The place that is wrong first, then places that explain it.
    public var labels: [Label]
    /// What to do about it, as a sentence a reader can follow.
    public var hint: String?
    /// A mechanical mend, where there is one.
    public var suggestion: Suggestion?
    /// Further facts, a line each: `parameters: model, bits (2...8 or "mixed")`.
    public var notes: [String]
    /// The calls under way, innermost first; empty for what is found before the run.
    public var trace: [TraceFrame]

    public init(
        _ severity: Severity = .error, code: DiagnosticCode, _ message: String, labels: [Label] = [],
        hint: String? = nil, suggestion: Suggestion? = nil, notes: [String] = [], trace: [TraceFrame] = []
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.labels = labels
        self.hint = hint
        self.suggestion = suggestion
        self.notes = notes
        self.trace = trace
    }

    /// The place that is wrong.
    public var span: Span { labels.first?.span ?? .none }
}
