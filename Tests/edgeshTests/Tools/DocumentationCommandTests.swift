import PeerTesting
import Testing

/// `edgesh doc` and `edgesh explain` as a shell runs them.
@Suite struct DocumentationCommandTests {
    @Test func aPrimitiveIsDescribed() throws {
        let result = try ProgramUnderTest.run(["doc", "quantize"])
        #expect(result.standardOutput.hasPrefix("quantize("))
        #expect(result.standardOutput.contains("Examples:"))
        #expect(try ProgramUnderTest.run(["doc", "--markdown", "len"]).standardOutput.contains("```"))
        #expect(try ProgramUnderTest.run(["doc"]).standardOutput.contains("quantize"))
    }

    @Test func aModuleShowsWhatItExports() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write(
            "m.edge", "## A module.\n\n## Cleans.\nexport fn clean(xs, *, limit: int = 3) { xs }\nfn inner() {}\n")
        let text = try ProgramUnderTest.run(["doc", path]).standardOutput
        #expect(text.contains("clean(xs, *, limit: int = 3)\n\n  Cleans."))
        #expect(text.contains("  A module."))
        #expect(!text.contains("inner"))
        let result = try ProgramUnderTest.run(["doc", "m.edge", "--output", "out"], directory: folder.path)
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(try folder.read("out/m.md").contains("## clean\n\n```\nclean(xs, *, limit: int = 3)\n```\n\nCleans.\n"))
        #expect(try folder.read("out/index.md").contains("- [m.edge](m.md): A module."))
    }

    @Test func aModuleOfTheLibraryIsFoundByItsName() throws {
        #expect(try ProgramUnderTest.run(["doc", "std/plant"]).standardOutput.contains("snapshot(device, tags)"))
    }

    @Test func aMistypedNameIsSuggestedAgainst() throws {
        let result = try ProgramUnderTest.run(["doc", "quantizee"])
        #expect(result.exitCode == 64)
        #expect(result.standardError.contains("did you mean quantize?"))
    }

    @Test func codesAreListedSearchedAndSuggested() throws {
        #expect(try ProgramUnderTest.run(["explain", "e0203"]).standardOutput.hasPrefix("E0203: "))
        let all = try ProgramUnderTest.run(["explain"]).standardOutput
        #expect(all.contains("E0203  ") && all.contains("P0001  "))
        let found = try ProgramUnderTest.run(["explain", "overflow"])
        #expect(found.exitCode == 0 && found.standardOutput.contains("E0302"), "\(found.standardOutput)")
        let near = try ProgramUnderTest.run(["explain", "E02O3"])
        #expect(near.exitCode == 64)
        #expect(near.standardError.contains("did you mean E0203?"))
    }
}
