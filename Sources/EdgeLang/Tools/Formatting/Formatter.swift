/// Lays a program out in the one style of the language.
///
/// The result means what the source means: it is read again and compared before it is given out. Formatting it once more changes
/// nothing.
public struct Formatter: Sendable {
    /// Why a text is left as it is.
    public enum Failure: Error {
        /// It cannot be read; at least one of these is an error.
        case syntax([Diagnostic])
        /// The result would not have meant the same: a fault of the formatter.
        case notFaithful
    }

    /// How many columns a line should have at most.
    public static let defaultWidth = 100

    public var width: Int

    public init(width: Int = Formatter.defaultWidth) { self.width = width }

    /// The text in the style of the language.
    ///
    /// - Parameter file: What the spans of diagnostics call it.
    /// - Throws: `Failure` where the text has syntax errors.
    public func format(_ source: SourceFile, as file: FileID = FileID(0)) throws(Failure) -> String {
        let parsed = Parser.parse(source, as: file)
        guard parsed.isValid else { throw .syntax(parsed.diagnostics) }
        let (list, _) = Lexer.tokens(of: source, file: file)
        let tokens = LayoutTokens(source, list)
        var builder = LayoutBuilder(tokens: tokens, outline: TreeOutline(parsed.program, tokens))
        let text = LayoutPrinter.print(builder.program(), width: width)

        let result = Parser.parse(SourceFile(name: source.name, text: text), as: file)
        guard result.isValid, TreeShape.text(of: result.program) == TreeShape.text(of: parsed.program) else {
            throw .notFaithful
        }
        return text
    }
}
