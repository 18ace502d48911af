import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// Runs every example of `docs/language.md` (a fenced `edge` block) as a person would type it at the prompt.
@Suite struct LanguageReferenceTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let line: Int
        let text: String

        var testDescription: String { "line \(line)" }
    }

    /// Lines typed together, and what is to come of them.
    private struct Entry {
        var text = ""
        var value: String?
        var error: String?
        var output: [String] = []

        var hasExpectation: Bool { value != nil || error != nil || !output.isEmpty }
    }

    static let examples: [Example] = {
        let text = (try? String(contentsOfFile: PackageRoot.file("docs/language.md"), encoding: .utf8)) ?? ""
        var examples: [Example] = []
        var current: [Substring]?
        var start = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line == "```edge" {
                (current, start) = ([], index + 1)
            } else if line == "```", let lines = current {
                examples.append(Example(line: start, text: lines.joined(separator: "\n")))
                current = nil
            } else {
                current?.append(line)
            }
        }
        return examples
    }()

    @Test func theReferenceHasExamples() {
        #expect(Self.examples.count >= 20)
    }

    @Test(arguments: examples)
    func exampleDoesWhatTheReferenceSays(_ example: Example) {
        let interpreter = Interpreter()
        var output = ""
        interpreter.writeOutput = { output += $0 }
        for entry in Self.entries(of: example.text) {
            output = ""
            let source = SourceFile(name: "example", text: entry.text)
            do throws(Interpreter.Failure) {
                let outcome = try interpreter.run(source, mode: .entry)
                #expect(entry.error == nil, "\(entry.text)")
                if let value = entry.value {
                    let quotes = outcome.value.isString ? "\"" : ""
                    #expect(quotes + interpreter.display(outcome.value) + quotes == value, "\(entry.text)")
                }
                if !entry.output.isEmpty {
                    #expect(output == entry.output.map { $0 + "\n" }.joined(), "\(entry.text)")
                }
            } catch {
                let shown = DiagnosticRenderer(sources: interpreter.sources).render(error.diagnostics)
                #expect(error.diagnostics.first?.code.rawValue == entry.error, "\(shown)")
            }
        }
    }

    private static func entries(of text: String) -> [Entry] {
        var entries: [Entry] = []
        var entry = Entry()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# prints ") {
                if entry.text.isEmpty, let last = entries.popLast() { entry = last }
                entry.output.append(String(line.dropFirst(9)))
                continue
            }
            if entry.hasExpectation {
                entries.append(entry)
                entry = Entry()
            }
            entry.text += line + "\n"
            if let range = line.range(of: " # -> ") { entry.value = String(line[range.upperBound...]) }
            if let range = line.range(of: " # error ") { entry.error = String(line[range.upperBound...]) }
        }
        if !entry.text.allSatisfy(\.isWhitespace) || entry.hasExpectation { entries.append(entry) }
        return entries
    }
}
