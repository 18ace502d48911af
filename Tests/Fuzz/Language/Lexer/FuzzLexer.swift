@testable import EdgeLang
import Fuzzing

/// Any bytes are tokens: in order, within the text, brackets paired with one another, the end last.
@main struct FuzzLexer {
    static func main() {
        let codes = Set(DiagnosticCatalogue.entries.map(\.code.rawValue))
        Fuzzer.run { bytes in
            let source = SourceFile(name: "fuzz.edge", bytes: bytes)
            let (list, diagnostics) = Lexer.tokens(of: source, file: FileID(0))
            check(list, in: source)
            var sources = SourceMap()
            _ = sources.add(source)
            for diagnostic in diagnostics {
                precondition(diagnostic.span.start <= diagnostic.span.end && diagnostic.span.end <= bytes.count)
                precondition(codes.contains(diagnostic.code.rawValue), "a code without an explanation")
            }
            _ = DiagnosticRenderer(sources: sources).render(Array(diagnostics.prefix(8)))
        }
    }

    private static func check(_ list: TokenList, in source: SourceFile) {
        var end: UInt32 = 0
        for token in list.tokens {
            precondition(token.span.start >= end && token.span.end >= token.span.start, "tokens overlap")
            end = token.span.end
        }
        precondition(end <= source.bytes.count, "a token behind the end")
        precondition(list.tokens.last?.kind == .endOfFile && list.partners.count == list.tokens.count)
        for (index, partner) in list.partners.enumerated() where partner >= 0 {
            precondition(list.partners[Int(partner)] == Int32(index), "a bracket's partner has another")
        }
    }
}
