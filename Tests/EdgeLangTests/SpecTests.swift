import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// Runs the spec files of the language: `Tests/Spec/**/*.edge` (see the README there).
@Suite struct SpecTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        /// Further files of the case, by name.
        var files: [(name: String, text: String)] = []
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
        /// Where the line is.
        let file: String
    }

    @Test(arguments: cases)
    func languageDoesWhatItsSpecSays(_ spec: Case) throws {
        let interpreter = Interpreter()
        interpreter.limits.memory = 64 << 20
        // A case that ends in an error of the run shows what the run does, also where the checker would have seen it coming.
        interpreter.checksTypes = !spec.errors.contains { $0.code.hasPrefix("E03") }
        var output = ""
        interpreter.writeOutput = { output += $0 }
        interpreter.writeWarning = { output += "warning: \($0)\n" }
        var main = Self.mainFile
        let folder = try spec.files.isEmpty ? nil : TemporaryDirectory()
        if let folder {
            for file in spec.files { try folder.write(file.name, file.text) }
            main = folder.file(main)
            interpreter.modulePath = [folder.file("library")]
        }
        var found: [Diagnostic] = []
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(SourceFile(name: main, text: spec.text), mode: .script)
        } catch {
            found = error.diagnostics.filter { $0.severity == .error }
        }
        let expected = spec.output.map { $0 + "\n" }.joined()
        #expect(output == expected)
        let shown = DiagnosticRenderer(sources: interpreter.sources).render(found)
        #expect(found.map(\.code.rawValue) == spec.errors.map(\.code), "\(shown)")
        for (diagnostic, error) in zip(found, spec.errors) {
            #expect(error.message.isEmpty || diagnostic.message.contains(error.message), "\(shown)")
            if let line = error.line {
                let file = interpreter.sources[diagnostic.span.file]
                #expect(file?.name.hasSuffix(error.file) == true, "\(shown)")
                #expect(file?.position(at: diagnostic.span.start).line == line, "\(shown)")
            }
            // What a script names itself with `fail(code:)` is not ours to explain.
            let isOurs = diagnostic.code.rawValue.wholeMatch(of: /E\d{4}/) != nil
            #expect(!isOurs || DiagnosticCatalogue.entry(for: diagnostic.code.rawValue) != nil)
        }
    }

    @Test func theSpecCoversTheLanguage() {
        #expect(Self.cases.count >= 400)
    }

    // MARK: Files

    private static let mainFile = "spec.edge"

    static let cases: [Case] = {
        let folder = PackageRoot.file("Tests/Spec")
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".edge") }.sorted().flatMap { file in
            let text = (try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)) ?? ""
            return sections(of: text, begunBy: "### ").compactMap { title, lines in
                title.map { makeCase("\(file): \($0)", lines) }
            }
        }
    }()

    /// Lines by the line with a mark that stands above them; those before the first have no title.
    private static func sections(
        of lines: [Substring], begunBy mark: String
    ) -> [(title: String?, lines: [Substring])] {
        lines.reduce(into: [(nil, [])]) { sections, line in
            if line.hasPrefix(mark) {
                sections.append((String(line.dropFirst(mark.count)), []))
            } else {
                sections[sections.count - 1].lines.append(line)
            }
        }
    }

    private static func sections(of text: String, begunBy mark: String) -> [(title: String?, lines: [Substring])] {
        sections(of: text.split(separator: "\n", omittingEmptySubsequences: false), begunBy: mark)
    }

    private static func makeCase(_ name: String, _ lines: [Substring]) -> Case {
        let parts = sections(of: lines, begunBy: "#### ")
        var result = Case(name: name, text: parts[0].lines.joined(separator: "\n"))
        for part in parts {
            if let file = part.title { result.files.append((file, part.lines.joined(separator: "\n"))) }
            for (index, line) in part.lines.enumerated() {
                readExpectation(in: line, number: index + 1, of: part.title ?? mainFile, into: &result)
            }
        }
        return result
    }

    private static func readExpectation(
        in line: Substring, number: Int, of file: String, into result: inout Case
    ) {
        if let range = line.range(of: "# expect error: ") {
            let words = line[range.upperBound...].split(separator: " ", maxSplits: 1)
            let isAlone = line[..<range.lowerBound].allSatisfy { $0 == " " }
            result.errors.append(
                ExpectedError(
                    code: String(words.first ?? ""),
                    message: words.count > 1 ? words[1].trimmingCharacters(in: .whitespaces) : "",
                    line: isAlone ? nil : number, file: file))
        } else if let range = line.range(of: "# expect:") {
            let text = line[range.upperBound...]
            result.output.append(String(text.first == " " ? text.dropFirst() : text))
        }
    }
}
