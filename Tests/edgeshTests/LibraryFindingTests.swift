import Foundation
import PeerTesting
import Testing

/// Where the program finds modules: its own library beside it once it is installed, and those of `EDGE_PATH`.
@Suite struct LibraryFindingTests {
    private static let script = "import \"std/vibration\" as v\nprint(v != null, len(protocols()) > 5)\n"

    @Test func anInstalledProgramFindsItsLibrary() throws {
        let folder = try TemporaryDirectory()
        let manager = FileManager.default
        for name in ["prefix/bin", "prefix/share/edgesh", "elsewhere"] {
            try manager.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        let program = folder.file("prefix/bin/edgesh")
        try manager.copyItem(atPath: ProgramUnderTest.path, toPath: program)
        try manager.copyItem(atPath: PackageRoot.file("stdlib"), toPath: folder.file("prefix/share/edgesh/stdlib"))
        let result = try Subprocess.run(
            program, ["-"], standardInput: Self.script, directory: folder.file("elsewhere"), timeout: 60)
        #expect(result.standardOutput == "true true\n", "\(result.standardError)")
        // Without it the error says what is missing.
        try manager.removeItem(atPath: folder.file("prefix/share"))
        let missing = try Subprocess.run(
            program, ["-"], standardInput: Self.script, directory: folder.file("elsewhere"), timeout: 60)
        #expect(missing.exitCode == 65 && missing.standardError.contains("there is no module `std/vibration`"))
    }

    @Test func aProgramInTheBuildFolderFindsTheLibraryOfItsCheckout() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run(["-"], standardInput: Self.script, directory: folder.path)
        #expect(result.standardOutput == "true true\n", "\(result.standardError)")
    }

    @Test func foldersOfTheSearchPathComeBeforeTheLibrary() throws {
        let folder = try TemporaryDirectory()
        try folder.write("one/tools.edge", "export let name = \"one\"")
        try folder.write("two/tools.edge", "export let name = \"two\"")
        try folder.write("two/std/vibration.edge", "export let name = \"mine\"")
        let result = try ProgramUnderTest.run(
            ["-"], standardInput: "import \"tools\"\nimport \"std/vibration\" as v\nprint(tools.name, v.name)\n",
            environment: ["EDGE_PATH": "\(folder.path)/one:\(folder.path)/two"])
        #expect(result.standardOutput == "one mine\n", "\(result.standardError)")
    }
}
