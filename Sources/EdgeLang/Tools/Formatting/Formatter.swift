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

    /// A comment within a call may take a second pass to find its lines; more than a few are never needed.
    private static let mostPasses = 6

    /// The text in the style of the language.
    ///
    /// - Parameter file: What the spans of diagnostics call it.
    /// - Throws: `Failure` where the text has syntax errors.
    public func format(_ source: SourceFile, as file: FileID = FileID(0)) throws(Failure) -> String {
        let parsed = Parser.parse(source, as: file)
        guard parsed.isValid else { throw .syntax(parsed.diagnostics) }
        let shape = TreeShape.text(of: parsed.program)
        var text = Formatter.layOut(source, parsed.program, file, width: width)
        for _ in 1..<Formatter.mostPasses {
            let written = SourceFile(name: source.name, text: text)
            let result = Parser.parse(written, as: file)
            guard result.isValid, TreeShape.text(of: result.program) == shape else { throw .notFaithful }
            let again = Formatter.layOut(written, result.program, file, width: width)
            if again == text { return text }
            text = again
        }
        let result = Parser.parse(SourceFile(name: source.name, text: text), as: file)
        guard result.isValid, TreeShape.text(of: result.program) == shape else { throw .notFaithful }
        return text
    }

    private static func layOut(_ source: SourceFile, _ program: Program, _ file: FileID, width: Int) -> String {
        let tokens = LayoutTokens(source, Lexer.tokens(of: source, file: file).list)
        var builder = LayoutBuilder(tokens: tokens, outline: TreeOutline(program, tokens))
        return LayoutPrinter.print(builder.program(), width: width)
    }
}
