/// Reads tokens into a tree: recursive descent for statements, precedence climbing for operators.
///
/// Three promises hold for every input. It returns: each loop takes a token or ends. It does not overflow the stack: nesting
/// is counted (`maximumNesting`), and chains that grow the tree without recursion are cut at
/// `Expression.maximumHeight`. It goes on after an error: a statement that cannot be read is dropped up to the next
/// statement, and the brackets the lexer has paired keep that from running away.
public struct Parser {
    /// How deeply expressions, blocks and patterns may nest in the text.
    public static let maximumNesting = 200
    /// After so many errors the rest is not reported.
    static let maximumErrors = 50

    /// An opening bracket the parser is inside of.
    struct OpenBracket {
        let token: Int
        /// Whether a newline ends a statement here: in blocks, not in parentheses, lists and records.
        let newlinesEnd: Bool
    }

    /// The stage of a pipe being read.
    struct PipeStage {
        /// The variable that holds the piped value if `_` is used.
        let declaration: Declaration
        var uses = 0
    }

    let source: SourceFile
    let file: FileID
    let options: ParserOptions
    let list: TokenList
    var position = 0
    var diagnostics: [Diagnostic] = []
    var brackets: [OpenBracket] = []
    var pipeStages: [PipeStage] = []
    /// How many brackets are open where the guard of a match arm stands: its end, `=>`, is not a closure's arrow.
    var bracketsAtGuard: Int?
    var nesting = 0
    /// Whether an error says that the text ends too early, before any other error.
    var endsTooEarly = false
    /// Set when reading on makes no sense: all that is left is skipped.
    var isAbandoned = false

    var nameCount = 0
    var bindingCount = 0
    var callCount = 0
    var functionCount = 1
    var blockCount = 1

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - source: the text.
    ///   - file: what spans are to call it.
    ///   - options: whether it was typed at the prompt.
    public static func parse(_ source: SourceFile, as file: FileID, options: ParserOptions = .init()) -> ParseResult {
        let (list, lexing) = Lexer.tokens(of: source, file: file)
        var parser = Parser(source: source, file: file, options: options, list: list)
        let statements = parser.parseTopLevel()
        let body = Block(
            id: BlockID(0), statements: statements, span: Span(file: file, start: 0, end: source.bytes.count))
        let program = Program(
            file: file, body: body, documentation: list.fileDocumentation, nameCount: parser.nameCount,
            bindingCount: parser.bindingCount, callCount: parser.callCount, functionCount: parser.functionCount,
            blockCount: parser.blockCount)
        // Reports in the order of the text, whoever made them.
        let own = Self.withoutConsequences(of: lexing, parser.diagnostics, in: source)
        let all = (lexing + own).sorted { $0.span.start < $1.span.start }
        let mayGoOn = list.endsInsideString ? lexing.count == 1 : lexing.isEmpty && parser.endsTooEarly
        return ParseResult(program: program, diagnostics: Self.limited(all), isIncomplete: mayGoOn)
    }

    private init(source: SourceFile, file: FileID, options: ParserOptions, list: TokenList) {
        self.source = source
        self.file = file
        self.options = options
        self.list = list
    }

    /// Where a string is never closed, what stands behind its quote on that line is not what was meant: that the parser expected
    /// something else there would only confuse.
    private static func withoutConsequences(
        of lexing: [Diagnostic], _ parsing: [Diagnostic], in source: SourceFile
    ) -> [Diagnostic] {
        let quotes = lexing.filter { $0.code == "E0103" }.map { Int($0.span.start) }.sorted()
        if quotes.isEmpty { return parsing }
        var next = 0
        var endOfLine = -1
        return parsing.sorted { $0.span.start < $1.span.start }.filter { report in
            let start = Int(report.span.start)
            while next < quotes.count, quotes[next] <= start {
                endOfLine =
                    source.bytes[quotes[next]...].firstIndex(of: UInt8(ascii: "\n")) ?? source.bytes.count
                next += 1
            }
            return start > endOfLine || !["E0120", "E0122", "E0123"].contains(report.code)
        }
    }

    private static func limited(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        guard diagnostics.count > maximumErrors else { return diagnostics }
        let last = diagnostics[maximumErrors].span
        return diagnostics.prefix(maximumErrors) + [.tooManyErrors(last, limit: maximumErrors)]
    }

    // MARK: Identifiers

    mutating func useName(_ name: String, _ span: Span) -> NameUse {
        defer { nameCount += 1 }
        return NameUse(id: NameID(nameCount), name: name, span: span)
    }

    mutating func declare(_ name: String, _ span: Span) -> Declaration {
        defer { bindingCount += 1 }
        return Declaration(id: BindingID(bindingCount), name: name, span: span)
    }

    mutating func nextCall() -> CallID {
        defer { callCount += 1 }
        return CallID(callCount)
    }

    mutating func nextFunction() -> FunctionID {
        defer { functionCount += 1 }
        return FunctionID(functionCount)
    }

    mutating func makeBlock(_ statements: [Statement], _ span: Span) -> Block {
        defer { blockCount += 1 }
        return Block(id: BlockID(blockCount), statements: statements, span: span)
    }
}

/// Thrown where a statement cannot be read on; the report has been made.
struct ParseFailure: Error {}
