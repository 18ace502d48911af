import EdgeLang
import EdgeRuntime
import Foundation
import PeerTesting
import Testing

/// Modules of `stdlib/std` that use primitives of the runtime hold their own tests.
@Suite struct ReportModuleTests {
    @Test func testsOfTheModuleOfReportsHold() throws {
        let text = try String(contentsOfFile: PackageRoot.file("stdlib/std/report.edge"), encoding: .utf8)
        let folder = try TemporaryDirectory()
        // The tests write beside themselves.
        let source = SourceFile(name: "report.edge", text: text.replacing("\"out", with: "\"\(folder.path)/out"))
        let interpreter = Interpreter(builtins: Primitives.chapters())
        var count = 0
        try interpreter.runTests(source) { result in
            count += 1
            let shown = result.failure.map { DiagnosticRenderer(sources: interpreter.sources).render([$0]) }
            #expect(shown == nil, "\(result.name): \(shown ?? "")")
        }
        #expect(count == 4)
    }
}
