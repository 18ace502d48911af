import Testing

@testable import EdgeLang

/// What tools read out of doc comments and declarations.
@Suite struct DocumentationTests {
    private func module(_ text: String) -> ModuleDocumentation {
        let source = SourceFile(name: "m.edge", text: text)
        return ModuleDocumentation(Parser.parse(source, as: FileID(0)).program, source)
    }

    @Test func aModuleTellsWhatItExports() {
        let found = module(
            """
            ## What it is for.

            ## Cleans.
            ## Twice.
            export fn clean(readings, [a, b], *, window: duration = 5s, unit: string? = null) -> list | null { a }
            fn helper() {}
            ## How many.
            export let count: int = 3
            export let twice = x => x * 2
            """)
        #expect(found.documentation == "What it is for.")
        #expect(
            found.exports.map(\.signature) == [
                "clean(readings, [a, b], *, window: duration = 5s, unit: string? = null) -> list?", "count: int",
                "twice(x)",
            ])
        #expect(found.exports[0].documentation == "Cleans.\nTwice.")
        #expect(found.entries.count == 4)
    }

    @Test func examplesStandInFencesOrAreIndented() {
        let text = """
            Text.

                let a = 1
                a # -> 1

                a + 1 # -> 2
            More text.
                not code: it goes on from the line above

            ```edge
            fail("x", code: "E") # error E
            ```

            ```text
            no example
            ```
            ```
            print(1); print(2)
            # prints 1
            # prints 2
            ```
            """
        let examples = DocumentationExample.all(in: text)
        #expect(examples.count == 3)
        #expect(examples[0].line == 2)
        #expect(examples[0].entries.map(\.value) == ["1", "2"])
        #expect(examples[0].entries[1].line == 4)
        #expect(examples[1].entries.map(\.errorCode) == ["E"])
        #expect(examples[2].entries.map(\.output) == [["1", "2"]])
    }
}
