import EdgeLang
import EdgeRuntime
import Foundation
import PeerTesting
import Testing

@testable import edgesh

/// Parts of a session without a terminal: what is said to it, help, scripts of entries, history, results.
@Suite struct SessionPartsTests {
    // MARK: Commands

    @Test func commandsAndQuestionsAreToldFromCode() {
        #expect(SessionCommand(":time 1 + 1") == .command(.time, "1 + 1"))
        #expect(SessionCommand("  :q ") == .command(.quit, ""))
        #expect(SessionCommand(":tpye x") == .unknown(":tpye", suggestion: ":type"))
        #expect(SessionCommand(":hel") == .unknown(":hel", suggestion: ":help"))
        #expect(SessionCommand(":nothing") == .unknown(":nothing", suggestion: nil))
        #expect(SessionCommand("help") == .command(.help, ""))
        #expect(SessionCommand("?") == .command(.help, ""))
        #expect(SessionCommand("exit") == .command(.quit, ""))
        #expect(SessionCommand("help moving average") == .command(.help, "moving average"))
        #expect(SessionCommand("help \"moving average\"") == .command(.help, "\"moving average\""))
        #expect(SessionCommand("load?") == .command(.documentation, "load"))
        #expect(SessionCommand("help = 5") == nil)
        #expect(SessionCommand("help(5)") == nil)
        #expect(SessionCommand("1 + 1") == nil)
    }

    @Test func helpFindsByNameThenBySummaryThenByDetails() {
        let specs = Primitives.builtins()
        #expect(HelpSearch.find(["resample"], in: specs).first?.name == "resample")
        #expect(HelpSearch.find(["channels"], in: specs).map(\.name).contains("prune"))
        #expect(HelpSearch.find(["exponential", "smoothing"], in: specs).map(\.name).contains("forecast"))
        let text = HelpSearch.find(["csv"], in: specs).map(\.name)
        #expect(text.prefix(2).sorted() == ["read_csv", "write_csv"])
        #expect(HelpSearch.find(["zzzz"], in: specs).isEmpty)
    }

    // MARK: :save

    /// The script of some entries, all of which have a result.
    func saved(_ entries: [(code: String, hasResult: Bool)]) throws -> String {
        var script = SessionScript()
        for entry in entries { script.add(entry.code, hasResult: entry.hasResult) }
        let (text, problem) = script.text(modulePath: [], builtins: Primitives.chapters())
        #expect(problem == nil)
        return text
    }

    /// What a script prints.
    func output(_ script: String) throws -> String {
        let interpreter = Interpreter(builtins: Primitives.chapters())
        var printed = ""
        interpreter.writeOutput = { printed += $0 }
        _ = try interpreter.run(SourceFile(name: "s.edge", text: script))
        return printed
    }

    @Test func theLastResultGetsAName() throws {
        let script = try saved([
            ("let xs = [3, 1, 2]", false), ("xs", true), ("|> sort()", true), ("print(_[0] + _[1])", false),
            ("|> len()", true), ("let n = _ + 1", false), ("print(n, [1, 2] |> len(_))", false),
        ])
        #expect(try output(script) == "3\n4 2\n")
        #expect(script.contains("let result_1 = xs\nlet result_2 = result_1 |> sort()"))
    }

    @Test func aNameDeclaredAgainIsAssignedTo() throws {
        let script = try saved([
            ("let x = 1", false), ("let y = x + 1", false), ("let x = 10", false), ("var x = x + y", false),
            ("print(x)", false),
        ])
        #expect(script == "var x = 1\nlet y = x + 1\nx = 10\nx = x + y\nprint(x)\n")
        #expect(try output(script) == "12\n")
    }

    @Test func whatAScriptCannotSayIsSaid() {
        var script = SessionScript()
        script.add("fn f() { 1 }", hasResult: false)
        script.add("fn f() { 2 }", hasResult: false)
        #expect(
            script.text(modulePath: [], builtins: Primitives.chapters()).problem?.contains("declared twice") == true)
    }

    // MARK: History

    @Test func historyKeepsEntriesOfSeveralLinesAndOfSeveralSessions() throws {
        let home = try TemporaryDirectory()
        let (first, second) = (HistoryFile(path: home.file("s/h")), HistoryFile(path: home.file("s/h")))
        first.append("fn f() {\n  \"a\\nb\"\n}")
        second.append("2 + 2")
        first.append("3 + 3")
        #expect(HistoryFile(path: home.file("s/h")).load() == ["fn f() {\n  \"a\\nb\"\n}", "2 + 2", "3 + 3"])
    }

    @Test func aHalfWrittenEntryDoesNotSwallowTheNext() throws {
        let home = try TemporaryDirectory()
        try home.write("h", "1 + 1\n2 +")
        HistoryFile(path: home.file("h")).append("3 + 3")
        #expect(HistoryFile(path: home.file("h")).load() == ["1 + 1", "2 +", "3 + 3"])
    }

    @Test func aLongHistoryIsMadeShortAndKeepsTheNewest() throws {
        let home = try TemporaryDirectory()
        let line = String(repeating: "x", count: 300)
        try home.write("h", (0..<6000).map { "\(line)\($0)\n" }.joined())
        let history = HistoryFile(path: home.file("h"))
        #expect(history.load().last == "\(line)5999")
        let size = try FileManager.default.attributesOfItem(atPath: home.file("h"))[.size] as? Int
        #expect((size ?? .max) < 1 << 20)
        history.append("newest")
        let again = history.load()
        #expect(again.last == "newest" && again.dropLast().last == "\(line)5999")
        #expect(again.count <= HistoryFile.maximumEntries)
    }

    @Test func sessionsThatWriteAtOnceLoseNothing() async throws {
        let home = try TemporaryDirectory()
        // Long enough to be made short again while others write.
        try home.write("h", (0..<4200).map { "old \($0)\n" }.joined())
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let history = HistoryFile(path: home.file("h"))
                    for number in 0..<50 {
                        if number % 10 == 0 { _ = history.load() }
                        history.append("writer \(writer) \(number)")
                    }
                }
            }
        }
        let kept = HistoryFile(path: home.file("h")).load().filter { $0.hasPrefix("writer") }
        #expect(kept.count == 200)
    }

    @Test func controlCharactersOfAHostileHistoryAreLeftOut() throws {
        let home = try TemporaryDirectory()
        try home.write("h", "\u{1B}]0;title\u{7}\nok\n\u{9B}31m\n\\\n")
        #expect(HistoryFile(path: home.file("h")).load() == ["ok"])
        #expect(HistoryFile(path: "/dev/zero").load().isEmpty)
        #expect(HistoryFile(path: home.path).load().isEmpty)
    }

    // MARK: Results

    /// What a session with a screen of some size shows of a value.
    func shown(_ code: String, columns: Int = 60, rows: Int = 24) throws -> [String] {
        let interpreter = Interpreter(builtins: Primitives.chapters())
        let value = try interpreter.run(SourceFile(name: "t", text: code), mode: .expression).value
        let text = ResultText(interpreter, screen: .init(columns: columns, rows: rows), colour: false, isEntry: true)
        return text.describe(value).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func longListsAreCutWithACount() throws {
        let lines = try shown("list(0..1_000_000)")
        #expect(lines.first?.hasPrefix("[0, 1, 2,") == true)
        #expect(lines.last?.contains("more elements of 1\u{202F}000\u{202F}000; `print(_)` shows all") == true)
        #expect(lines.count <= 13)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 70 })
        #expect(try shown("[1, 2, 3]") == ["[1, 2, 3]"])
        #expect(try shown("[]") == ["[]"])
    }

    @Test func tablesAreCutToTheScreen() throws {
        let lines = try shown("build(10_000, i => {id: i, name: \"温度計\", text: \"\\(i)-\" |> repeat(60)})")
        #expect(lines.count == 24 - 4)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 60 })
        #expect(lines.last?.contains("9\u{202F}983 more rows of 10\u{202F}000") == true)
        #expect(try shown("build(18, i => {id: i})").count == 20)
    }

    @Test func wideCharactersKeepColumnsAligned() throws {
        let lines = try shown("[{name: \"温度\", value: 1}, {name: \"pump\", value: 22}]")
        #expect(lines == ["name  value", "────  ─────", "温度      1", "pump     22"])
    }

    @Test func nestedRecordsAreIndented() throws {
        let lines = try shown(
            """
            {name: "pump", limits: {low: 1, high: 5, note: "a long note that does not fit beside the name of its field"},
             rows: build(20, i => {i: i, sign: if i % 2 == 0 { "even" } else { "odd" }})}
            """)
        #expect(lines[0] == "name    pump")
        #expect(lines.contains { $0.hasPrefix("  low   1") })
        #expect(lines.contains("rows    20 records"))
        #expect(lines.contains("  … 15 more rows"))
    }

    @Test func longTextsAreCut() throws {
        let lines = try shown("repeat(\"ab\", 1_000_000)")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("\"abab") && lines[0].hasSuffix("\"") && lines[0].count < 800)
        #expect(lines[1].contains("more bytes of 2\u{202F}000\u{202F}000"))
        #expect(try shown("\"a\\nb\"") == ["\"a\\nb\""])
    }

    @Test func everythingIsShownWhereThereIsNoScreen() throws {
        let interpreter = Interpreter(builtins: Primitives.chapters())
        let value = try interpreter.run(
            SourceFile(name: "t", text: "build(500, i => {id: i})"), mode: .expression
        ).value
        let text = ResultText(interpreter, screen: nil, colour: false, isEntry: false).describe(value)
        #expect(text.split(separator: "\n").count == 502)
    }

    @Test func typesNameTheirParts() throws {
        let interpreter = Interpreter(builtins: Primitives.chapters())
        let types = ValueDescription(interpreter: interpreter)
        func type(_ code: String) throws -> String {
            types.type(try interpreter.run(SourceFile(name: "t", text: code), mode: .expression).value)
        }
        #expect(try type("[1, 2, 3]") == "list of int, 3 elements")
        #expect(try type("[1, \"a\"]") == "list of int | string, 2 elements")
        #expect(try type("{a: 1, b: [5ms]}") == "record {a: int, b: list of duration}")
        #expect(try type("(x, y) => x") == "function(x, y)")
        #expect(try type("5ms") == "duration")
    }
}
