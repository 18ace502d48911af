import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// The modules of `stdlib/std` that need nothing but the language hold their own tests.
@Suite struct StandardLibraryTests {
    @Test(arguments: ["lists", "text", "statistics"])
    func testsOfAModuleHold(_ name: String) throws {
        let path = PackageRoot.file("stdlib/std/\(name).edge")
        let source = SourceFile(name: path, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        let interpreter = Interpreter()
        var count = 0
        do throws(Interpreter.Failure) {
            try interpreter.runTests(source) { result in
                count += 1
                let shown = result.failure.map { DiagnosticRenderer(sources: interpreter.sources).render([$0]) }
                #expect(shown == nil, "\(result.name): \(shown ?? "")")
            }
        } catch {
            Issue.record("\(DiagnosticRenderer(sources: interpreter.sources).render(error.diagnostics))")
        }
        #expect(count >= 5)
    }
}
