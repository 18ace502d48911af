import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// Every code of the catalogue that is found before the run, as people see it: `Tests/Golden/Diagnostics/E0203.edge` and `.txt`.
///
/// With `EDGESH_RECORD=1` in the environment the expected texts are written anew; look at the difference before committing.
@Suite struct GoldenTests {
    static let folder = PackageRoot.file("Tests/Golden/Diagnostics")

    /// Codes that no text in the repository can show: one needs more than 64 MiB, one a module.
    static let withoutFile: Set<String> = ["E0112", "E0216"]

    static let codes = (DiagnosticCatalogue.syntax + DiagnosticCatalogue.names).map(\.code.rawValue)
        .filter { !withoutFile.contains($0) }

    /// Codes of the checker, which needs the functions of the library as they are.
    static let checkedCodes = DiagnosticCatalogue.checks.map(\.code.rawValue)

    @Test(arguments: checkedCodes)
    func findingLooksAsRecorded(_ code: String) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(code).edge"))
        let interpreter = Interpreter()
        let found = interpreter.check(SourceFile(name: "pipeline.edge", bytes: Array(bytes)))
        #expect(found.contains { $0.code.rawValue == code })
        try Self.compare(DiagnosticRenderer(sources: interpreter.sources).render(found), code)
    }

    @Test(arguments: codes)
    func diagnosticLooksAsRecorded(_ code: String) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(code).edge"))
        let source = SourceFile(name: "pipeline.edge", bytes: Array(bytes))
        var sources = SourceMap()
        let diagnostics = Self.diagnostics(of: source, as: sources.add(source))
        #expect(diagnostics.contains { $0.code.rawValue == code })
        for diagnostic in diagnostics { #expect(DiagnosticCatalogue.entry(for: diagnostic.code.rawValue) != nil) }

        try Self.compare(DiagnosticRenderer(sources: sources).render(diagnostics), code)
    }

    /// Holds a text against the recorded one, or records it.
    private static func compare(_ shown: String, _ code: String) throws {
        let file = URL(fileURLWithPath: "\(folder)/\(code).txt")
        if ProcessInfo.processInfo.environment["EDGESH_RECORD"] == "1" { try Data(shown.utf8).write(to: file) }
        let expected = try String(decoding: Data(contentsOf: file), as: UTF8.self)
        #expect(shown == expected)
    }

    static func diagnostics(of source: SourceFile, as file: FileID) -> [Diagnostic] {
        let parsed = Parser.parse(source, as: file)
        guard parsed.isValid else { return parsed.diagnostics }
        return Resolver.resolve(parsed.program, options: ResolverOptions(builtins: .init(builtins))).diagnostics
    }

    private static let builtins = [
        Signature(name: "print", parameters: [ParameterSignature(name: "values", isRequired: false, isVariadic: true)]),
        Signature(name: "sum", parameters: [ParameterSignature(name: "list", types: [.list])]),
        Signature(name: "len", parameters: [ParameterSignature(name: "value")]),
        Signature(
            name: "each",
            parameters: [ParameterSignature(name: "list"), ParameterSignature(name: "function", types: [.function])]),
        Signature(name: "sleep", parameters: [ParameterSignature(name: "time", types: [.quantity(.time)])]),
        Signature(name: "load", parameters: [ParameterSignature(name: "path", types: [.string])]),
        Signature(
            name: "quantize",
            parameters: [
                ParameterSignature(name: "model", types: [.host("model")]),
                ParameterSignature(
                    name: "bits", isLabelOnly: true, isRequired: false, types: [.int, .string], range: 2...8,
                    choices: ["mixed"]),
                ParameterSignature(name: "calibrate", isLabelOnly: true, isRequired: false),
                ParameterSignature(
                    name: "scheme", isLabelOnly: true, isRequired: false, types: [.string],
                    choices: ["symmetric", "asymmetric"]),
            ]),
    ]

    @Test func aTextThatIsTooLongIsRefused() {
        let source = SourceFile(name: "t", bytes: Array(repeating: 0x20, count: SourceFile.maximumLength + 1))
        #expect(Parser.parse(source, as: FileID(0)).diagnostics.map(\.code) == ["E0112"])
    }

    @Test func aNameAModuleDoesNotExportIsReported() {
        let module = Parser.parse(SourceFile(name: "m", text: "export fn clean(x) { x }\nlet y = 1"), as: FileID(1))
        let interface = Resolver.resolve(module.program).resolution.interface
        let user = Parser.parse(
            SourceFile(name: "t", text: "import \"./m.edge\"\nm.claen(1)\nm.clean(1, 2)"), as: FileID(0))
        let found = Resolver.resolve(user.program, options: ResolverOptions(modules: ["./m.edge": interface]))
            .diagnostics
        #expect(found.map(\.code) == ["E0216", "E0205"])
        #expect(found[0].suggestion?.replacement == "clean")
    }

    @Test func everyCodeIsExplainedOnce() {
        let codes = DiagnosticCatalogue.entries.map(\.code.rawValue)
        #expect(Set(codes).count == codes.count)
        #expect(DiagnosticCatalogue.entry(for: "e0203")?.title == "unknown parameter")
        for entry in DiagnosticCatalogue.entries { #expect(entry.explanation.hasSuffix(".")) }
    }
}
