import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// Runs the spec files of the language: `Tests/Spec/**/*.edge` (see the README there).
@Suite struct SpecTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        /// The lines it prints, joined.
        var output: [String] = []
        var errors: [ExpectedError] = []

        var testDescription: String { name }
    }

    struct ExpectedError: Sendable {
        let code: String
        /// A part of the message.
        let message: String
        /// Counted from one; nil where the expectation stands on a line of its own.
        let line: Int?
    }

    @Test(arguments: cases)
    func languageDoesWhatItsSpecSays(_ spec: Case) {
        let interpreter = Interpreter()
        var output = ""
        interpreter.writeOutput = { output += $0 }
        var found: [Diagnostic] = []
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(SourceFile(name: "spec.edge", text: spec.text), mode: .script)
        } catch {
            found = error.diagnostics.filter { $0.severity == .error }
        }
        let expected = spec.output.map { $0 + "\n" }.joined()
        #expect(output == expected)
        let shown = DiagnosticRenderer(sources: interpreter.sources).render(found)
        #expect(found.map(\.code.rawValue) == spec.errors.map(\.code), "\(shown)")
        for (diagnostic, error) in zip(found, spec.errors) {
            #expect(error.message.isEmpty || diagnostic.message.contains(error.message), "\(shown)")
            if let line = error.line, let file = interpreter.sources[diagnostic.span.file] {
                #expect(file.position(at: diagnostic.span.start).line == line, "\(shown)")
            }
            #expect(DiagnosticCatalogue.entry(for: diagnostic.code.rawValue) != nil)
        }
    }

    @Test func theSpecCoversTheLanguage() {
        #expect(Self.cases.count >= 120)
    }

    // MARK: Files

    static let cases: [Case] = {
        let folder = PackageRoot.file("Tests/Spec")
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".edge") }.sorted().flatMap { file in
            let text = (try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)) ?? ""
            return cases(in: text, file: file)
        }
    }()

    private static func cases(in text: String, file: String) -> [Case] {
        var cases: [Case] = []
        var title: String?
        var lines: [String] = []
        func finish() {
            if let title { cases.append(makeCase("\(file): \(title)", lines)) }
            lines = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("### ") {
                finish()
                title = String(line.dropFirst(4))
            } else {
                lines.append(String(line))
            }
        }
        finish()
        return cases
    }

    private static func makeCase(_ name: String, _ lines: [String]) -> Case {
        var result = Case(name: name, text: lines.joined(separator: "\n"))
        for (index, line) in lines.enumerated() {
            if let range = line.range(of: "# expect error: ") {
                let words = line[range.upperBound...].split(separator: " ", maxSplits: 1)
                let isAlone = line[..<range.lowerBound].allSatisfy { $0 == " " }
                result.errors.append(
                    ExpectedError(
                        code: String(words.first ?? ""),
                        message: words.count > 1 ? words[1].trimmingCharacters(in: .whitespaces) : "",
                        line: isAlone ? nil : index + 1))
            } else if let range = line.range(of: "# expect:") {
                let text = line[range.upperBound...]
                result.output.append(String(text.first == " " ? text.dropFirst() : text))
            }
        }
        return result
    }
}
