/// What `Parser.parse(_:in:options:)` makes of a text: a tree in any case, and what was wrong with it.
public struct ParseResult: Sendable {
    /// Nodes that could not be read are `.invalid`; run it only if no diagnostic is an error.
    public let program: Program
    public let diagnostics: [Diagnostic]
    /// Whether the text is the beginning of something longer: an open bracket, string or block, or an operator at the end.
    /// The prompt asks for another line then; everywhere else it is an error like any other.
    public let isIncomplete: Bool

    /// Whether the program may go on to the resolver and run.
    public var isValid: Bool { !diagnostics.contains { $0.severity == .error } }
}

/// How a text is to be read.
public struct ParserOptions: Sendable {
    /// At the prompt `_` standing alone is the last result, and a first line that begins with `|>` pipes it.
    public var isPrompt: Bool

    public init(isPrompt: Bool = false) {
        self.isPrompt = isPrompt
    }
}
