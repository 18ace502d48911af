import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// What holds for every program: formatting keeps its meaning and all comments, and doing it twice changes nothing. `TreeText`,
/// the parser tests' own way to write a tree, is the judge of meaning, not what the formatter itself compares with.
@Suite struct FormatterPropertyTests {
    struct Program: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String

        var testDescription: String { name }
    }

    /// All programs of the repository that can be read: examples, library, spec cases and the reference of the language.
    static let programs: [Program] = {
        var programs = SpecTests.cases.map { Program(name: $0.name, text: $0.text) }
        programs += LanguageReferenceTests.examples.map { Program(name: "language.md:\($0.line)", text: $0.text) }
        for folder in ["examples", "stdlib", "Tests/Fuzz/corpus/language"] {
            let files = FileManager.default.enumerator(atPath: PackageRoot.file(folder))?.compactMap { $0 as? String }
            for file in (files ?? []).sorted() where file.hasSuffix(".edge") {
                let path = PackageRoot.file("\(folder)/\(file)")
                programs.append(
                    Program(name: "\(folder)/\(file)", text: (try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
                )
            }
        }
        return programs.filter { parse($0.text).isValid }
    }()

    static func parse(_ text: String) -> ParseResult {
        Parser.parse(SourceFile(name: "t", text: text), as: FileID(0))
    }

    /// The comments outside of strings, in order.
    static func comments(_ text: String) -> [String] {
        let source = SourceFile(name: "t", text: text)
        let tokens = LayoutTokens(source, Lexer.tokens(of: source, file: FileID(0)).list)
        return (0..<tokens.count).flatMap { index in
            tokens.leading[index].map(\.text) + (tokens.trailing[index].map { [$0] } ?? [])
        }
    }

    /// Formats a program and says what is wrong with the result.
    static func fault(_ text: String, width: Int) -> String? {
        let once: String
        do {
            once = try EdgeLang.Formatter(width: width).format(SourceFile(name: "t", text: text))
        } catch {
            return "\(error)"
        }
        if TreeText.of(parse(once).program) != TreeText.of(parse(text).program) {
            return "means something else:\n\(once)"
        }
        if comments(once).sorted() != comments(text).sorted() { return "comments differ:\n\(once)" }
        let twice = try? EdgeLang.Formatter(width: width).format(SourceFile(name: "t", text: once))
        if twice != once { return "changes again:\n" + difference(once, twice ?? "") }
        if once.contains(" \n") && !text.contains("\"\"\"") { return "white space at the end of a line:\n\(once)" }
        return nil
    }

    /// The lines that differ, with those just before.
    private static func difference(_ a: String, _ b: String) -> String {
        let (a, b) = (a.split(separator: "\n"), b.split(separator: "\n"))
        let same = zip(a, b).prefix { $0 == $1 }.count
        let start = max(0, same - 3)
        return a[start...].prefix(12).joined(separator: "\n") + "\n--- to:\n"
            + b[start...].prefix(12).joined(separator: "\n")
    }

    @Test func thereArePrograms() {
        #expect(Self.programs.count > 150)
    }

    @Test(arguments: [100, 40, 1])
    func formattingKeepsMeaningAndCommentsAndIsDoneOnce(width: Int) {
        for program in Self.programs {
            let fault = Self.fault(program.text, width: width)
            #expect(fault == nil, "\(program.name): \(fault ?? "")")
        }
    }

    /// A comment may stand behind every token that a line may end behind.
    @Test(arguments: [" # note\n", "\n# note\n", "\n\n## note\n\n"])
    func commentsAreKeptWhereverTheyStand(_ comment: String) {
        var count = 0
        // One place in six, another one in each program: all of them take minutes on a slow machine.
        for (position, program) in Self.programs.enumerated() where program.text.utf8.count < 300 {
            let bytes = Array(program.text.utf8)
            let source = SourceFile(name: "t", bytes: bytes)
            let tokens = LayoutTokens(source, Lexer.tokens(of: source, file: FileID(0)).list)
            for index in stride(from: position % 6, to: tokens.count, by: 6) where tokens.trailing[index] == nil {
                let end = tokens[index].range.upperBound
                let text = String(decoding: bytes[..<end] + Array(comment.utf8) + bytes[end...], as: UTF8.self)
                guard Self.parse(text).isValid else { continue }
                count += 1
                let fault = Self.fault(text, width: 60)
                #expect(fault == nil, "\(program.name): \(fault ?? "")\n--- from:\n\(text)")
                if fault != nil { return }
            }
        }
        #expect(count > 300)
    }
}
