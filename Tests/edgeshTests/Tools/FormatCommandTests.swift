import Foundation
import PeerTesting
import Testing

/// `edgesh fmt` as a shell runs it.
@Suite struct FormatCommandTests {
    @Test func filesAreReplacedAndKeepTheirMode() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("a.edge", "let  x=1\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: path)
        try folder.write("sub/b.edge", "f( 1 )\n")
        try folder.write("sub/good.edge", "f(1)\n")
        try folder.write("sub/other.txt", "f( 1 )\n")
        let result = try ProgramUnderTest.run(["fmt", "."], directory: folder.path)
        #expect(result.exitCode == 0)
        #expect(result.standardOutput == "a.edge\nsub/b.edge\n")
        #expect(try folder.read("a.edge") == "let x = 1\n")
        #expect(try folder.read("sub/other.txt") == "f( 1 )\n")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o750)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.edge", "sub"])
        #expect(try ProgramUnderTest.run(["fmt", folder.path]).standardOutput.isEmpty)
    }

    @Test func aLinkStaysALink() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("real/a.edge", "f( 1 )\n")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link.edge"), withDestinationPath: path)
        #expect(try ProgramUnderTest.run(["fmt", folder.file("link.edge")]).exitCode == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.edge")) == path)
        #expect(try folder.read("real/a.edge") == "f(1)\n")
    }

    @Test func checkNamesFilesAndChangesNothing() throws {
        let folder = try TemporaryDirectory()
        try folder.write("a.edge", "f( 1 )\n")
        try folder.write("b.edge", "f(1)\n")
        let result = try ProgramUnderTest.run(["fmt", "--check"], directory: folder.path)
        #expect(result.exitCode == 1)
        #expect(result.standardOutput == "a.edge\n")
        #expect(try folder.read("a.edge") == "f( 1 )\n")
    }

    @Test func aFileThatDoesNotParseIsLeftAloneAndTheOthersAreNot() throws {
        let folder = try TemporaryDirectory()
        try folder.write("a.edge", "let = 5\n")
        try folder.write("b.edge", "f( 1 )\n")
        let result = try ProgramUnderTest.run(["fmt", "a.edge", "b.edge", "missing.edge"], directory: folder.path)
        #expect(result.exitCode == 65)
        #expect(result.standardError.contains("a.edge:1:"))
        #expect(result.standardError.contains("missing.edge"))
        #expect(try folder.read("a.edge") == "let = 5\n")
        #expect(try folder.read("b.edge") == "f(1)\n")
    }

    @Test func standardInputGoesToStandardOutput() throws {
        let result = try ProgramUnderTest.run(["fmt", "-"], standardInput: "[1,2]|>f")
        #expect(result.standardOutput == "[1, 2] |> f\n")
        let broken = try ProgramUnderTest.run(["fmt", "-"], standardInput: "(")
        #expect(broken.exitCode == 65)
        #expect(broken.standardOutput.isEmpty)
        #expect(try ProgramUnderTest.run(["fmt", "--check", "-"], standardInput: "f( 1 )").exitCode == 1)
    }
}
