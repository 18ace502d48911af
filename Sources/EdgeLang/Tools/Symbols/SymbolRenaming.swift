/// Gives a variable another name, everywhere it is meant and nowhere else.
public struct SymbolRenaming: Sendable {
    /// A stretch of text and what is to stand there.
    public struct Edit: Hashable, Sendable {
        public let span: Span
        public let text: String
    }

    /// Why it cannot be done, as a sentence without a full stop.
    public struct Refusal: Error, Sendable {
        public let message: String
    }

    /// What to change in the text that declares the symbol.
    ///
    /// - Throws: `Refusal` where the name is none, or something would come to mean something else.
    public static func edits(
        renaming symbol: Symbol, to name: String, in source: SourceFile, _ index: SymbolIndex
    ) throws(Refusal) -> [Edit] {
        try checkName(name)
        if name == symbol.name { return [] }
        var edits = index.references(to: symbol).map { Edit(span: $0, text: name) }
        if symbol.importPath != nil, symbol.span.start < symbol.span.end, isString(symbol.span, source) {
            edits.append(Edit(span: symbol.span.after, text: " as \(name)"))
        } else {
            edits.append(Edit(span: symbol.span, text: symbol.isShorthand ? "\(symbol.name): \(name)" : name))
        }
        try checkMeaning(symbol, name, edits, source, index)
        return edits.sorted { $0.span.start < $1.span.start }
    }

    /// Refuses what is no name.
    public static func checkName(_ name: String) throws(Refusal) {
        let source = SourceFile(name: "", text: name)
        let tokens = Lexer.tokens(of: source, file: .none)
        guard tokens.diagnostics.isEmpty, tokens.list.tokens.count == 2, name != "_",
            Int(tokens.list.tokens[0].span.end) == name.utf8.count, tokens.list.tokens[0].span.start == 0
        else { throw Refusal(message: "`\(name)` is not a name: names consist of letters, digits and `_`") }
        if tokens.list.tokens[0].kind.isKeyword { throw Refusal(message: "`\(name)` is a word of the language") }
        guard tokens.list.tokens[0].kind == .identifier else {
            throw Refusal(message: "`\(name)` is not a name: names consist of letters, digits and `_`")
        }
    }

    /// The text with edits made.
    public static func apply(_ edits: [Edit], to source: SourceFile) -> SourceFile {
        var bytes = source.bytes
        for edit in edits.sorted(by: { $0.span.start > $1.span.start }) {
            bytes.replaceSubrange(Int(edit.span.start)..<Int(edit.span.end), with: Array(edit.text.utf8))
        }
        return SourceFile(name: source.name, bytes: bytes)
    }

    /// Makes the edits and looks whether every name still means what it meant.
    private static func checkMeaning(
        _ symbol: Symbol, _ name: String, _ edits: [Edit], _ source: SourceFile, _ index: SymbolIndex
    ) throws(Refusal) {
        if let other = index.scopes[symbol.scope].symbols.compactMap({ index.symbols[$0] }).first(where: {
            $0.name == name && $0.id != symbol.id
        }) {
            let line = source.position(at: other.span.start).line
            throw Refusal(message: "`\(name)` is declared in the same block already, in line \(line)")
        }
        let file = FileID(0)
        let before = SymbolIndex(Parser.parse(source, as: file).program)
        let after = SymbolIndex(Parser.parse(apply(edits, to: source), as: file).program)
        guard before.uses.count == after.uses.count, before.labels.count == after.labels.count else {
            throw Refusal(message: "the text would not read as before")
        }
        for (old, new) in zip(before.uses, after.uses) where old.target != new.target {
            let line = source.position(at: old.span.start).line
            throw Refusal(message: "`\(old.name)` in line \(line) would mean something else")
        }
        for (old, new) in zip(before.labels, after.labels) where old.callee != new.callee {
            if case .outside = old.callee, case .outside = new.callee { continue }
            throw Refusal(
                message: "a call in line \(source.position(at: old.span.start).line) would mean something else")
        }
    }

    private static func isString(_ span: Span, _ source: SourceFile) -> Bool {
        source.bytes[Int(span.start)] == UInt8(ascii: "\"")
            || source.bytes[Int(span.start)] == UInt8(ascii: "r")
                && Int(span.start) + 1 < source.bytes.count && source.bytes[Int(span.start) + 1] == UInt8(ascii: "\"")
    }
}
