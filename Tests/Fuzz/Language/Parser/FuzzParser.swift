@testable import EdgeLang
import Fuzzing

/// Any bytes are a tree that the resolver and the formatter can read, or diagnostics that can be shown.
@main struct FuzzParser {
    static func main() {
        let options = ResolverOptions(builtins: BuiltinSignatures(CoreLibrary.builtins.map(\.signature)))
        let codes = Set(DiagnosticCatalogue.entries.map(\.code.rawValue))
        Fuzzer.run { bytes in
            let source = SourceFile(name: "fuzz.edge", bytes: bytes)
            var sources = SourceMap()
            let file = sources.add(source)
            for isPrompt in [false, true] {
                let result = Parser.parse(source, as: file, options: ParserOptions(isPrompt: isPrompt))
                precondition(!(result.isValid && result.isIncomplete), "a whole program asks for more")
                precondition(result.program.body.height <= Expression.maximumHeight, "the tree is too tall")
                var diagnostics = result.diagnostics
                if result.isValid {
                    diagnostics += Resolver.resolve(result.program, options: options).diagnostics
                    if !isPrompt { checkFormatting(source) }
                }
                for diagnostic in diagnostics {
                    precondition(diagnostic.span.start <= diagnostic.span.end && diagnostic.span.end <= bytes.count)
                    precondition(codes.contains(diagnostic.code.rawValue), "a code without an explanation")
                }
                _ = DiagnosticRenderer(sources: sources).render(Array(diagnostics.prefix(8)))
            }
        }
    }

    /// A valid text is formatted without a change of meaning, which the formatter itself compares.
    private static func checkFormatting(_ source: SourceFile) {
        do throws(Formatter.Failure) {
            _ = try Formatter(width: 60).format(source)
        } catch {
            preconditionFailure("the formatter fails: \(error)")
        }
    }
}
