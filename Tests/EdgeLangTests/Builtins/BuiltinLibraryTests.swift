@testable import EdgeLang
import Testing

@Suite struct BuiltinLibraryTests {
    /// Counts how often a chapter was made.
    private final class Counter: @unchecked Sendable {
        var count = 0
    }

    private static func answer(_ name: String) -> BuiltinSpec {
        BuiltinSpec(name, "Gives 42.", returns: "42", examples: [Example("\(name)()", "42")]) { _ in 42 }
    }

    @Test func aChapterIsMadeWhenOneOfItsNamesIsUsed() throws {
        let counter = Counter()
        @Sendable func declared() -> [BuiltinSpec] {
            counter.count += 1
            return [Self.answer("answer"), Self.answer("reply")]
        }
        let counted = BuiltinChapter("answer reply", declared())
        let interpreter = Interpreter(builtins: CoreLibrary.chapters + [counted])
        _ = try interpreter.run(SourceFile(name: "a", text: "1 + 1"), mode: .expression)
        #expect(counter.count == 0)
        let outcome = try interpreter.run(SourceFile(name: "b", text: "answer() + reply()"), mode: .expression)
        #expect(counter.count == 1)
        #expect(interpreter.display(outcome.value) == "84")
    }

    @Test func noTwoFunctionsOfTheCoreLibraryShareAName() {
        let names = BuiltinLibrary(CoreLibrary.chapters).names
        #expect(Set(names).count == names.count)
    }

    @Test func everyChapterNamesItsFunctions() {
        for chapter in CoreLibrary.chapters { #expect(chapter.make().map(\.name) == chapter.names) }
    }

    @Test func aMisspeltNameIsComparedWithAllNamesWithoutMakingThem() {
        let interpreter = Interpreter()
        let found = interpreter.check(SourceFile(name: "a", text: "pirnt(1)"))
        #expect(found.first?.labels.first?.text.contains("print") == true)
    }
}
