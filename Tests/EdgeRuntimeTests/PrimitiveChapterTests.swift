@testable import EdgeRuntime
import EdgeLang
import Testing

@Suite struct PrimitiveChapterTests {
    @Test func noTwoPrimitivesShareAName() {
        let names = BuiltinLibrary(Primitives.chapters()).names
        let repeated = Dictionary(grouping: names) { $0 }.filter { $1.count > 1 }.keys
        #expect(repeated.isEmpty, "a later declaration hides an earlier one")
    }

    @Test func everyPrimitiveIsDeclaredUnderItsName() {
        let library = BuiltinLibrary(Primitives.chapters())
        for name in library.names { #expect(library[name]?.name == name) }
    }
}
