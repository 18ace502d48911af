/// A word of the text with its place.
public struct Token: Sendable {
    /// What a literal's text stands for.
    public enum Value: Sendable {
        case none
        /// The magnitude; whether a sign before it makes it fit is for the parser to say.
        case integer(UInt64)
        case float(Double)
        case quantity(QuantityLiteral)
        /// An identifier's or keyword's name, or a string's text with its escapes resolved.
        case text(String)
        case bytes([UInt8])
    }

    public let kind: TokenKind
    public let span: Span
    public internal(set) var value: Value
    /// Whether it is the first of its line.
    public let isFirstOnLine: Bool
    /// Whether white space or a comment stands before it.
    public let hasSpaceBefore: Bool

    /// The text of an identifier, keyword or string.
    var text: String {
        if case .text(let text) = value { text } else { "" }
    }
}
