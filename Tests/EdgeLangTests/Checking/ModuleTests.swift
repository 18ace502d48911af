import Foundation
import PeerTesting
import Testing

@testable import EdgeLang

/// Modules: where they are found, that they are read and run once, and what is known of them before the run.
@Suite struct ModuleTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func write(_ files: [String: String]) throws {
        for (name, text) in files { try folder.write(name, text) }
    }

    private func run(_ name: String, _ interpreter: Interpreter) throws -> (String, [Diagnostic]) {
        var output = ""
        interpreter.writeOutput = { output += $0 }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(SourceFile(name: folder.path + "/" + name, bytes: Array(bytes)))
            return (output, [])
        } catch {
            return (output, error.diagnostics)
        }
    }

    @Test func aModuleIsFoundBesideTheFileThatImportsIt() throws {
        try write([
            "main.edge": "import \"./inner/a.edge\"\nprint(a.text)",
            "inner/a.edge": "import \"./b\"\nimport \"../c.edge\"\nexport let text = b.text + c.text",
            "inner/b.edge": "export let text = \"b\"", "c.edge": "export let text = \"c\"",
        ])
        let (output, found) = try run("main.edge", Interpreter())
        #expect(output == "bc\n" && found.isEmpty)
    }

    @Test func foldersOfTheLibraryAreSearchedInTheirOrder() throws {
        try write([
            "main.edge": "import \"std/x\"\nimport \"own/y\"\nprint(x.text, y.text)",
            "first/std/x.edge": "export let text = \"first\"", "second/std/x.edge": "export let text = \"second\"",
            "second/own/y.edge": "export let text = \"y\"",
        ])
        let interpreter = Interpreter()
        interpreter.modulePath = [folder.path + "/first", folder.path + "/second"]
        #expect(try run("main.edge", interpreter).0 == "first y\n")
    }

    @Test func aModuleRunsOnceHoweverOftenAndByWhateverPathItIsImported() throws {
        try write([
            "main.edge":
                "import \"./a.edge\"\nimport \"./b.edge\"\nimport \"./inner/../a.edge\" as again\nprint(a.n, again.n)",
            "a.edge": "print(\"runs\")\nexport let n = 1", "b.edge": "import \"./a.edge\"\nexport let n = a.n",
            "inner/x.edge": "",
        ])
        let (output, found) = try run("main.edge", Interpreter())
        #expect(output == "runs\n1 1\n" && !found.contains { $0.severity == .error })
    }

    @Test func aCircleOfModulesIsShown() throws {
        try write([
            "main.edge": "import \"./a.edge\"\nprint(a.n)", "a.edge": "import \"./b.edge\"\nexport let n = b.n",
            "b.edge": "import \"./a.edge\"\nexport let n = a.n",
        ])
        let (output, found) = try run("main.edge", Interpreter())
        #expect(output.isEmpty)
        #expect(found.map(\.code.rawValue) == ["E0326"])
        #expect(found[0].message.hasSuffix("./a.edge → ./b.edge → ./a.edge"))
    }

    @Test func errorsOfAModuleAndOfItsUserAreFoundInOneGo() throws {
        try write([
            "main.edge": "import \"./a.edge\"\nimport \"./missing.edge\" as m\nprint(a.n, upper(5), m.x)",
            "a.edge": "let x = \"a\" - 1\nexport let n = undeclared",
        ])
        let (output, found) = try run("main.edge", Interpreter())
        #expect(output.isEmpty)
        #expect(found.filter { $0.severity == .error }.map(\.code.rawValue) == ["E0260", "E0201", "E0326", "E0207"])
    }

    @Test func typesOfExportsAreKnown() throws {
        try write([
            "main.edge":
                "import \"./a.edge\"\nprint(upper(a.n))\nprint(a.twice(\"x\"), upper(a.twice(2)))\nprint(a.free - 1, a.changes - 1)",
            "a.edge":
                "export let n = 5\nexport fn twice(x: int) { x * 2 }\nexport let free = now()\nexport var changes = \"a\"",
        ])
        let found = try run("main.edge", Interpreter()).1.filter { $0.severity == .error }
        #expect(found.map(\.code.rawValue) == ["E0207", "E0207", "E0207", "E0210", "E0260"])
    }

    @Test func importsNeedThePermissionToReadThem() throws {
        try write([
            "main.edge": "import \"./a.edge\"\nprint(a.n)", "a.edge": "export let n = 1",
            "library/std/x.edge": "export let n = 2", "other.edge": "import \"std/x\"\nprint(x.n)",
            "none.edge": "import \"./no-such-file.edge\" as x\nprint(x.n)",
        ])
        let denying = Interpreter()
        denying.modulePath = [folder.path + "/library"]
        denying.authorize = Permissions(library: [folder.path + "/library"]).authorize
        let (_, found) = try run("main.edge", denying)
        #expect(found.map(\.code.rawValue) == ["E0329"])
        #expect(found[0].hint?.contains("--allow-read=") == true)
        // Whether a file is there is not told either.
        #expect(try run("none.edge", denying).1.map(\.code.rawValue) == ["E0329"])
        #expect(try run("other.edge", denying).0 == "2\n")
        let allowing = Interpreter()
        allowing.authorize = Permissions(read: .only([folder.path])).authorize
        #expect(try run("main.edge", allowing).0 == "1\n")
    }
}
