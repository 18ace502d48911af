import EdgeLang
import Foundation
import PeerTesting
import Testing

/// What comes with the program for editors and shells.
@Suite struct EditorTests {
    private func json(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: PackageRoot.file("editors/\(name)")))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func patterns(_ value: Any) -> [String] {
        if let record = value as? [String: Any] {
            return record.flatMap { key, value in
                ["match", "begin", "end"].contains(key) ? [value as? String ?? ""] : patterns(value)
            }
        }
        return (value as? [Any])?.flatMap { patterns($0) } ?? []
    }

    @Test func theGrammarKnowsTheWordsAndUnitsOfTheLexer() throws {
        let grammar = try json("vscode/syntaxes/edge.tmLanguage.json")
        let all = patterns(grammar)
        var words: Set<String> = []
        for pattern in all where pattern.hasPrefix("\\b(") && pattern.hasSuffix(")\\b") && !pattern.contains("[") {
            words.formUnion(pattern.dropFirst(3).dropLast(3).split(separator: "|").map(String.init))
        }
        #expect(words == Set(TokenKind.reservedWords))
        let units = try #require(all.first { $0.contains("|KiB|") }).split(separator: "(").last?.dropLast(3)
        #expect(Set(units?.split(separator: "|").map(String.init) ?? []) == Set(Unit.all.map(\.name)))
        for pattern in all { #expect(throws: Never.self) { try NSRegularExpression(pattern: pattern) } }
    }

    @Test func vimKnowsTheSameWordsAndUnits() throws {
        let text = try String(contentsOfFile: PackageRoot.file("editors/vim/syntax/edge.vim"), encoding: .utf8)
        let lines = text.split(separator: "\n")
        let words = lines.filter { $0.hasPrefix("syntax keyword") }.flatMap { $0.split(separator: " ").dropFirst(3) }
        #expect(Set(words.map(String.init)).subtracting(["export"]) == Set(TokenKind.reservedWords))
        let line = try #require(lines.first { $0.contains("edgeQuantity \"") })
        let units = line.components(separatedBy: "\\%(ns").last?.dropLast(5).components(separatedBy: "\\|") ?? []
        #expect(Set(["ns"] + units.dropFirst()) == Set(Unit.all.map(\.name)))
    }

    @Test func theExtensionNamesFilesThatAreThere() throws {
        let package = try json("vscode/package.json")
        let contributes = try #require(package["contributes"] as? [String: Any])
        let grammars = try #require(contributes["grammars"] as? [[String: String]])
        let languages = try #require(contributes["languages"] as? [[String: Any]])
        let files = [package["main"], grammars[0]["path"], languages[0]["configuration"]].compactMap { $0 as? String }
        #expect(files.count == 3)
        for file in files {
            #expect(FileManager.default.fileExists(atPath: PackageRoot.file("editors/vscode/\(file)")))
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func shellsGetCompletions(shell: String) throws {
        let script = try ProgramUnderTest.run(["--generate-completion-script", shell])
        #expect(script.exitCode == 0)
        for word in ["fmt", "lsp", "check", "edge"] { #expect(script.standardOutput.contains(word)) }
        guard shell == "bash" else { return }
        let checked = try Subprocess.run("/bin/bash", ["-n"], standardInput: script.standardOutput)
        #expect(checked.exitCode == 0, "\(checked.standardError)")
        let folder = try TemporaryDirectory()
        try folder.write("plant.edge", "")
        try folder.write("plant.txt", "")
        try folder.write("c.bash", script.standardOutput)
        let complete = """
            shopt -s extglob; source ./c.bash
            COMP_WORDS=(edgesh fmt pl); COMP_CWORD=2; COMP_LINE='edgesh fmt pl'; COMP_POINT=13
            $(complete -p edgesh | sed 's/.*-F \\([^ ]*\\) .*/\\1/') edgesh pl fmt; echo "${COMPREPLY[@]}"
            """
        let offered = try Subprocess.run("/bin/bash", ["-c", complete], directory: folder.path)
        #expect(offered.standardOutput.contains("plant.edge"), "\(offered.standardError)")
        #expect(!offered.standardOutput.contains("plant.txt"))
    }
}
