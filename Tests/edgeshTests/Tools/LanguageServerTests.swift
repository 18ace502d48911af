import Foundation
import PeerTesting
import Testing

/// `edgesh lsp`, driven by the client of pygls: messages and answers have to fit the protocol's types in lsprotocol.
@Suite(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct LanguageServerTests {
    /// One session in a folder of its own; positions are found by what stands there.
    final class Session {
        let folder: TemporaryDirectory
        private var steps: [[String: Any]] = []
        private var texts: [String: String] = [:]
        private(set) var answers: [Any] = []

        init() throws { folder = try TemporaryDirectory() }

        func uri(_ file: String) -> String { "file://" + folder.file(file) }

        func open(_ file: String, _ text: String, onDisk: Bool = false) throws {
            if onDisk { try folder.write(file, text) }
            texts[file] = text
            let document: [String: Any] = ["uri": uri(file), "languageId": "edge", "version": 1, "text": text]
            steps.append(["notify": "textDocument/didOpen", "params": ["textDocument": document]])
        }

        /// Where a text stands: line and column in UTF-16 units of its first character, or of the one `behind` it.
        func position(_ file: String, _ mark: String, behind: Bool = false, occurrence: Int = 0) throws -> [String: Int]
        {
            let text = try #require(texts[file])
            let place = try #require(text.ranges(of: mark).dropFirst(occurrence).first)
            let before = text[..<(behind ? place.upperBound : place.lowerBound)]
            let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
            return ["line": lines.count - 1, "character": lines.last?.utf16.count ?? 0]
        }

        func change(_ file: String, _ range: [String: Any]?, _ text: String) {
            var change: [String: Any] = ["text": text]
            if let range { change["range"] = range }
            let document: [String: Any] = ["uri": uri(file), "version": 2]
            let parameters: [String: Any] = ["textDocument": document, "contentChanges": [change]]
            steps.append(["notify": "textDocument/didChange", "params": parameters])
        }

        /// Adds a request and gives the number of its answer.
        @discardableResult
        func ask(_ method: String, _ file: String, _ position: [String: Int]? = nil, _ more: [String: Any] = [:]) -> Int
        {
            var parameters: [String: Any] = ["textDocument": ["uri": uri(file)]]
            if let position { parameters["position"] = position }
            steps.append(["request": "textDocument/\(method)", "params": parameters.merging(more) { $1 }])
            return steps.count - 1
        }

        func run() throws {
            let job: [String: Any] = ["program": ProgramUnderTest.path, "folder": folder.path, "steps": steps]
            let input = String(decoding: try JSONSerialization.data(withJSONObject: job), as: UTF8.self)
            let output = try PythonPeer.run([PackageRoot.file("Tests/Peers/lsp_session.py")], standardInput: input)
            answers = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [Any])
        }

        func answer(_ number: Int) -> [String: Any] { answers[number] as? [String: Any] ?? [:] }

        func list(_ number: Int) -> [[String: Any]] { answers[number] as? [[String: Any]] ?? [] }

        func labels(_ number: Int) -> [String] {
            (answer(number)["items"] as? [[String: Any]] ?? []).compactMap { $0["label"] as? String }
        }

        func diagnostics(_ file: String) -> [[String: Any]] {
            let all = (answers.last as? [String: Any])?["diagnostics"] as? [String: Any]
            return all?[uri(file)] as? [[String: Any]] ?? []
        }

        var exitCode: Int? { (answers.last as? [String: Any])?["exit"] as? Int }

        /// `line:character-character`, to compare with.
        static func place(_ range: Any?) -> String {
            let range = range as? [String: [String: Int]] ?? [:]
            let (start, end) = (range["start"] ?? [:], range["end"] ?? [:])
            return "\(start["line"] ?? -1):\(start["character"] ?? -1)-\(end["character"] ?? -1)"
        }
    }

    private static let script = """
        ## Twice a number.
        fn double(value, *, factor: int = 2) { value * factor }

        let größe = double(21, factor: 3)
        let text = "😀 \\(größe)" + str(größe)
        let data = {name: "pump", temp: 61.5}
        test "it" { expect(double(1) == 2) }

        """

    @Test func mistakesAreShownAndGoAway() throws {
        let session = try Session()
        try session.open("a.edge", "let x = \"😀\" + 1KiB + 5ms\nprint(y)\n")
        session.ask("documentSymbol", "a.edge")
        try session.open("b.edge", "print(missing)\n")
        let start = ["line": 0, "character": 6]
        session.change("b.edge", ["start": start, "end": ["line": 0, "character": 13]], "\"ok\"")
        session.ask("documentSymbol", "b.edge")
        try session.run()
        let found = session.diagnostics("a.edge")
        let unknown = try #require(found.first { $0["code"] as? String == "E0201" })
        #expect(Session.place(unknown["range"]) == "1:6-7")
        #expect(unknown["severity"] as? Int == 1)
        #expect(session.diagnostics("b.edge").isEmpty)
        #expect(session.exitCode == 0)
    }

    @Test func hoverTellsOfFunctionsVariablesPrimitivesAndLabels() throws {
        let session = try Session()
        try session.open("a.edge", Self.script)
        let function = session.ask("hover", "a.edge", try session.position("a.edge", "double(21"))
        let variable = session.ask("hover", "a.edge", try session.position("a.edge", "größe)\""))
        let primitive = session.ask("hover", "a.edge", try session.position("a.edge", "str("))
        let label = session.ask("hover", "a.edge", try session.position("a.edge", "factor: 3"))
        let nothing = session.ask("hover", "a.edge", try session.position("a.edge", "61.5"))
        try session.run()
        func text(_ number: Int) -> String {
            (session.answer(number)["contents"] as? [String: String])?["value"] ?? ""
        }
        #expect(text(function).contains("fn double(value, *, factor: int = 2)"))
        #expect(text(function).contains("Twice a number."))
        #expect(text(variable).contains("let größe"))
        #expect(Session.place(session.answer(variable)["range"]) == "4:17-22")
        #expect(text(primitive).contains("str("))
        #expect(text(label).contains("factor: int = 2"))
        #expect(session.answers[nothing] is NSNull)
    }

    @Test func completionKnowsNamesLabelsFieldsUnitsAndModules() throws {
        let session = try Session()
        try session.folder.write("lib/tools.edge", "## Cleans.\nexport fn clean(xs) { xs }\nfn inner() {}\n")
        try session.open(
            "a.edge", Self.script + "double(1, fa)\ndata.na\nlet wait = 5m\nimport \"./lib/to\"\nquantize(x, bi)\n")
        try session.open("m.edge", "import \"./lib/tools\" as tools\ntools.\n")
        func ask(_ file: String, _ mark: String) throws -> Int {
            session.ask("completion", file, try session.position(file, mark, behind: true))
        }
        let label = try ask("a.edge", "double(1, fa")
        let field = try ask("a.edge", "data.na")
        let unit = try ask("a.edge", "wait = 5m")
        let path = try ask("a.edge", "\"./lib/to")
        let builtin = try ask("a.edge", "quantize(x, bi")
        let member = try ask("m.edge", "tools.")
        let comment = session.ask("completion", "a.edge", ["line": 0, "character": 8])
        try session.run()
        #expect(session.labels(label).contains("factor:"))
        #expect(session.labels(label).contains("größe"))
        #expect(session.labels(label).contains("double"))
        #expect(session.labels(label).contains("filter"))
        #expect(session.labels(field) == ["name", "temp"])
        #expect(session.labels(unit).contains("ms") && session.labels(unit).contains("min"))
        #expect(!session.labels(unit).contains("KiB"))
        #expect(session.labels(path) == ["./lib/tools"])
        #expect(session.labels(builtin).contains("bits:"))
        #expect(session.labels(member) == ["clean"])
        #expect(session.labels(comment).isEmpty)
    }

    @Test func signaturesShowWhichArgumentIsGiven() throws {
        let session = try Session()
        try session.open("a.edge", Self.script + "double(1, factor: \n")
        let first = session.ask("signatureHelp", "a.edge", try session.position("a.edge", "double(21", behind: true))
        let second = session.ask(
            "signatureHelp", "a.edge", try session.position("a.edge", "double(1, factor: ", behind: true))
        try session.run()
        #expect(session.answer(first)["activeParameter"] as? Int == 0)
        #expect(session.answer(second)["activeParameter"] as? Int == 1)
        let signatures = session.answer(second)["signatures"] as? [[String: Any]]
        #expect(signatures?.first?["label"] as? String == "double(value, *, factor: int = 2)")
    }

    @Test func definitionsAndReferencesCrossFiles() throws {
        let session = try Session()
        try session.open("lib.edge", "export fn clean(xs, *, limit = 1) { xs }\nlet y = clean([])\n", onDisk: true)
        let text = "import \"./lib\" as lib\nlet z = lib.clean([1], limit: 2)\nlib.clean([])\n"
        try session.open("main.edge", text, onDisk: true)
        let member = session.ask("definition", "main.edge", try session.position("main.edge", "clean"))
        let module = session.ask("definition", "main.edge", try session.position("main.edge", "lib.clean"))
        let label = session.ask("definition", "main.edge", try session.position("main.edge", "limit"))
        let uses = session.ask(
            "references", "lib.edge", try session.position("lib.edge", "clean"),
            ["context": ["includeDeclaration": true]])
        let renamed = session.ask(
            "rename", "lib.edge", try session.position("lib.edge", "clean"), ["newName": "tidy"])
        try session.run()
        #expect(session.answer(member)["uri"] as? String == session.uri("lib.edge"))
        #expect(Session.place(session.answer(member)["range"]) == "0:10-15")
        #expect(session.answer(module)["uri"] as? String == session.uri("lib.edge"))
        #expect(Session.place(session.answer(label)["range"]) == "0:23-28")
        #expect(
            session.list(uses).map { Session.place($0["range"]) } == ["0:10-15", "1:8-13", "1:12-17", "2:4-9"])
        let changes = session.answer(renamed)["changes"] as? [String: [[String: Any]]]
        #expect(changes?[session.uri("lib.edge")]?.count == 2)
        #expect(changes?[session.uri("main.edge")]?.count == 2)
    }

    @Test func renamingKeepsToItsScope() throws {
        let session = try Session()
        let text = """
            let x = 1
            fn f(x, {temp}) { x + temp }
            let g = "ü😀 \\(x)" + str(x)
            f(x: 2)

            """
        try session.open("a.edge", text)
        let outer = session.ask("rename", "a.edge", try session.position("a.edge", "x"), ["newName": "größe"])
        let parameter = session.ask("rename", "a.edge", try session.position("a.edge", "x, {"), ["newName": "value"])
        let shorthand = session.ask("rename", "a.edge", try session.position("a.edge", "temp}"), ["newName": "t"])
        let refusals = [
            session.ask("rename", "a.edge", try session.position("a.edge", "str("), ["newName": "text"]),
            session.ask("rename", "a.edge", try session.position("a.edge", "x"), ["newName": "a b"]),
            session.ask("rename", "a.edge", try session.position("a.edge", "x"), ["newName": "while"]),
            session.ask("rename", "a.edge", try session.position("a.edge", "x"), ["newName": "g"]),
            session.ask("rename", "a.edge", try session.position("a.edge", "x"), ["newName": "str"]),
            session.ask("rename", "a.edge", try session.position("a.edge", "x, {"), ["newName": "temp"]),
        ]
        try session.run()
        func edits(_ number: Int) -> [String] {
            let changes = session.answer(number)["changes"] as? [String: [[String: Any]]]
            return (changes?[session.uri("a.edge")] ?? []).map {
                "\(Session.place($0["range"])) \($0["newText"] as? String ?? "")"
            }
        }
        #expect(edits(outer) == ["0:4-5 größe", "2:15-16 größe", "2:25-26 größe"])
        #expect(edits(parameter) == ["1:5-6 value", "1:18-19 value", "3:2-3 value"])
        #expect(edits(shorthand) == ["1:9-13 temp: t", "1:22-26 t"])
        for refusal in refusals { #expect(session.answer(refusal)["error"] != nil, "\(session.answer(refusal))") }
        #expect((session.answer(refusals[0])["error"] as? String)?.contains("built in") == true)
    }

    @Test func theOutlineAndTheStyleComeFromTheText() throws {
        let session = try Session()
        try session.open("a.edge", Self.script)
        try session.open("b.edge", "let  a=\"😀\"\n")
        try session.open("c.edge", "let = 1\n")
        let options: [String: Any] = ["options": ["tabSize": 2, "insertSpaces": true]]
        let outline = session.ask("documentSymbol", "a.edge")
        let formatted = session.ask("formatting", "b.edge", nil, options)
        let refused = session.ask("formatting", "c.edge", nil, options)
        try session.run()
        #expect(
            session.list(outline).compactMap { $0["name"] as? String } == [
                "double", "größe", "text", "data", "test \"it\"",
            ])
        #expect(session.list(formatted).first?["newText"] as? String == "let a = \"😀\"\n")
        #expect(session.answer(refused)["error"] != nil)
    }
}
