/// A whole text as tokens; the last one is always `.endOfFile`.
public struct TokenList: Sendable {
    public internal(set) var tokens: [Token] = []
    /// For an opening bracket the index of the one that closes it and the other way round; -1 where there is none.
    public internal(set) var partners: [Int32] = []
    /// Doc comments by the index of the token they stand above.
    public internal(set) var documentation: [Int: String] = [:]
    /// The doc comment at the top of the file.
    public internal(set) var fileDocumentation: String?
    /// Whether the text ends within a string that may go on in the next line.
    public internal(set) var endsInsideString = false
}
