import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// Every code of the catalogue as people see it: `Tests/Golden/Diagnostics/E0203.edge` and `.txt`.
///
/// Codes that are found before the run are asked of parser and resolver, with functions made up for the purpose; those of the run
/// come of a run.
///
/// With `EDGESH_RECORD=1` in the environment the expected texts are written anew; look at the difference before committing.
@Suite struct GoldenTests {
    static let folder = PackageRoot.file("Tests/Golden/Diagnostics")

    /// Codes that no text in the repository can show: they need more than 64 MiB, a module, a key pressed, an error of the host, a
    /// sandbox, or thousands of elements. Tests of their own reach them.
    static let withoutFile: Set<String> = ["E0112", "E0216", "E0311", "E0328", "E0329", "E0331"]

    static let codes = codes(of: DiagnosticCatalogue.syntax + DiagnosticCatalogue.names)
    static let codesOfTheRun = codes(of: DiagnosticCatalogue.run)

    private static func codes(of entries: [DiagnosticCatalogue.Entry]) -> [String] {
        entries.map(\.code.rawValue).filter { !withoutFile.contains($0) }
    }

    private static func source(_ code: String) throws -> SourceFile {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(code).edge"))
        return SourceFile(name: "pipeline.edge", bytes: Array(bytes))
    }

    /// Codes of the checker, which needs the functions of the library as they are.
    static let checkedCodes = DiagnosticCatalogue.checks.map(\.code.rawValue)

    @Test(arguments: checkedCodes)
    func findingLooksAsRecorded(_ code: String) throws {
        let interpreter = Interpreter()
        let found = interpreter.check(try Self.source(code))
        #expect(found.contains { $0.code.rawValue == code })
        try Self.compare(DiagnosticRenderer(sources: interpreter.sources).render(found), code)
    }

    @Test(arguments: codes)
    func diagnosticLooksAsRecorded(_ code: String) throws {
        let source = try Self.source(code)
        var sources = SourceMap()
        let diagnostics = Self.diagnostics(of: source, as: sources.add(source))
        #expect(diagnostics.contains { $0.code.rawValue == code })
        for diagnostic in diagnostics { #expect(DiagnosticCatalogue.entry(for: diagnostic.code.rawValue) != nil) }
        try Self.compare(DiagnosticRenderer(sources: sources).render(diagnostics), code)
    }

    @Test(arguments: codesOfTheRun)
    func errorOfTheRunLooksAsRecorded(_ code: String) throws {
        let interpreter = Interpreter()
        interpreter.writeOutput = { _ in }
        interpreter.limits = Limits(callDepth: 200, memory: 64 << 20, steps: 2_000_000)
        if code == "E0310" { interpreter.limits.seconds = 0.05 }
        let source = try Self.source(code)
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(source)
            Issue.record("the run should fail")
        } catch {
            #expect(error.diagnostics.map(\.code.rawValue) == [code])
            try Self.compare(DiagnosticRenderer(sources: interpreter.sources).render(error.diagnostics), code)
        }
    }

    @Test func anErrorOfTheHostKeepsItsText() {
        struct Broken: Error, CustomStringConvertible {
            let description = "the bus is gone"
        }
        let read = BuiltinSpec("read_bus", "Reads.", returns: "a value", examples: []) { _ -> Int in throw Broken() }
        let interpreter = Interpreter(builtins: CoreLibrary.chapters + [BuiltinChapter([read])])
        #expect(output(of: "read_bus()", interpreter) == "E0328 the bus is gone")
    }

    @Test func whatIsDeniedCannotBeImported() throws {
        let folder = try TemporaryDirectory()
        try folder.write("tools.edge", "export let a = 1")
        let interpreter = Interpreter()
        interpreter.authorize = { _ in throw RuntimeError(.denied, "reading files is not allowed") }
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(SourceFile(name: folder.file("main.edge"), text: "import \"./tools.edge\""))
            Issue.record("the import should fail")
        } catch {
            #expect(error.diagnostics.first?.message == "reading files is not allowed")
        }
    }

    @Test func aPatternOfThousandsOfElementsIsRefused() {
        let names = (0..<5_000).map { "a\($0)" }.joined(separator: ", ")
        #expect(value(of: "let [\(names)] = []").hasPrefix("E0331"))
    }

    private static func compare(_ shown: String, _ code: String) throws {
        let file = URL(fileURLWithPath: "\(Self.folder)/\(code).txt")
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
