import Foundation
import PeerTesting
import Testing

/// A session with a person at a terminal: entries, and what becomes of them.
@Suite struct SessionTests {
    @Test func valuesAreShownAndRemembered() throws {
        let person = try Person()
        #expect(try person.enter("let x = 20 + 1").contains("21") == false)
        #expect(try person.enter("x * 2").contains("42"))
        #expect(try person.enter("_ + 1").contains("43"))
        #expect(try person.enter("\"text\"").contains("\"text\""))
        _ = try person.enter("[3, 1, 2]")
        // A line that begins with a pipe goes on with the last result.
        #expect(try person.enter("|> sort()").contains("[1, 2, 3]"))
        #expect(try person.enter("  ").contains("error") == false)
        person.type("\u{4}")
        #expect(try person.exitCode() == 0)
    }

    @Test func anEntryGoesOnOverLinesUntilItIsWhole() throws {
        let person = try Person()
        person.type("fn twice(x) {\n")
        try person.expect("...> ")
        person.type("x * 2\n")
        try person.expect("...> ")
        _ = try person.enter("}")
        #expect(try person.enter("twice(21)").contains("42"))
        // The arrow key gives it back as one entry, which can be run again.
        person.type("\u{1B}[A\u{1B}[A")
        try person.expect("fn twice(x) {")
        try person.expect("}")
        _ = try person.enter("")
        person.type("let half = (\n")
        try person.expect("...> ")
        // Ctrl-D says that nothing more will come.
        person.type("\u{4}")
        try person.expect("error")
        try person.expect("edgesh> ")
    }

    @Test func whatIsPastedRunsAsAScriptWould() throws {
        let person = try Person()
        let script =
            "fn sign(x) {\n\tif x > 0 {\n\t\t\"plus\"\n\t}\n\telse {\n\t\t\"minus\"\n\t}\n}\n# a comment\n\nsign(-1)\n"
        person.type("\u{1B}[200~" + script + "\u{1B}[201~")
        try person.expect("sign(-1)")
        #expect(try person.enter("").contains("\"minus\""))
        // Many lines at once, without the terminal's help: one entry after the other.
        person.type((0..<200).map { "let v\($0) = \($0)\n" }.joined() + "v0 + v199\n")
        try person.expect("\r199\r\n")
        try person.expect("edgesh> ")
        // The rest of a paste that is not whole is asked for.
        person.type("\u{1B}[200~[1,\n2\u{1B}[201~\n")
        try person.expect("...> ")
        #expect(try person.enter("]").contains("[1, 2]"))
    }

    @Test func ctrlCAtThePromptDropsTheEntry() throws {
        let person = try Person()
        person.type("let broken = (")
        try person.expect("(")
        person.type("\u{3}")
        try person.expect("edgesh> ")
        person.type("[1,\n")
        try person.expect("...> ")
        person.type("\u{3}")
        try person.expect("edgesh> ")
        // While history is searched as well.
        person.type("\u{12}")
        try person.expect("reverse-i-search")
        person.type("\u{3}")
        try person.expect("edgesh> ")
        #expect(try person.enter("40 + 2").contains("42"))
        #expect(try person.enter("broken").contains("E0201"))
    }

    @Test(arguments: ["while true {}", "sleep(60s)", "sort(xs) |> unique() |> reverse() |> len() |> sleep_for()"])
    func ctrlCEndsAnEvaluationAndKeepsTheSession(entry: String) throws {
        let person = try Person()
        _ = try person.enter(
            "let kept = 42\nlet xs = build(1000, i => i)\nfn sleep_for(n) { while true { sleep(1s) } }")
        person.type("print(\"running\"); \(entry)\n")
        try person.expect("\rrunning\r\n")
        person.type("\u{3}")
        try person.expect("Interrupted")
        try person.expect("edgesh> ")
        #expect(try person.enter("kept").contains("42"))
        person.type("\u{4}")
        #expect(try person.exitCode() == 0)
    }

    @Test func anErrorIsShownAgainstItsEntryAndKeepsTheSession() throws {
        let person = try Person()
        #expect(try person.enter("nonsense_name").contains("E0201"))
        let error = try person.enter("let y = 1 / 0")
        #expect(error.contains("error[") && error.contains("1 / 0\r\n") && error.contains("^"))
        #expect(try person.enter("fn deep(n) { deep(n + 1) + 1 }\ndeep(0)").contains("error["))
        #expect(try person.enter("build(2_000_000_000, i => i)").contains("error["))
        #expect(try person.enter("6 * 7").contains("42"))
    }

    @Test func memoryRunsOutWithoutTheSession() throws {
        let person = try Person(arguments: ["--max-memory", "64MB"])
        _ = try person.enter("fn grow() {\n  var xs = []\n  while true { xs = push(xs, [0, 1, 2, 3]) }\n}")
        #expect(try person.enter("grow()").contains("error["))
        _ = try person.enter(":reset")
        #expect(try person.enter("6 * 7").contains("42"))
    }

    @Test func resultsAreCutToTheScreenAndFollowItsSize() throws {
        let person = try Person()
        let table = try person.enter("build(10_000, i => {id: i, text: \"row \\(i)\"})")
        #expect(table.contains("9\u{202F}983 more rows of 10\u{202F}000"))
        #expect(table.split(separator: "\n").count < 25)
        person.resize(columns: 40, rows: 40)
        let wider = try person.enter("_")
        #expect(wider.contains("9\u{202F}967 more rows"))
        let list = try person.enter("list(0..100_000)")
        #expect(list.contains("more elements of 100\u{202F}000"))
        #expect(list.components(separatedBy: "\r\n").dropFirst().allSatisfy { $0.count <= 56 })
        // A line that is being typed survives.
        person.type("1000 +")
        try person.expect("1000 +")
        person.resize(columns: 100, rows: 30)
        // The prompt is drawn again for the new size, so that it says nothing of the result.
        person.type(" 1\n")
        try person.expect("1001")
    }

    @Test func longWorkShowsHowFarItIsAndLeavesNoTrace() throws {
        let person = try Person()
        _ = try person.enter("let load = build(20_000, i => sin(i / 24) * 10 + i % 7)")
        person.type("backtest(load, horizon: 24, folds: 60)\n")
        try person.expect("judging models")
        try person.expect("%")
        person.type("\u{3}")
        // The bar is taken away before anything else is shown.
        #expect(try person.expect("Interrupted").hasSuffix("\u{1B}[KInterrupted"))
        try person.expect("edgesh> ")
    }

    @Test func aTerminalThatCannotMoveItsCursorWillDo() throws {
        let person = try Person(environment: ["TERM": "dumb"])
        #expect(try person.enter("20 + 22").contains("42"))
        person.type("[1,\n")
        try person.expect("...> ")
        person.type("\u{3}")
        try person.expect("edgesh> ")
        #expect(try person.enter("nonsense").contains("\u{1B}") == false)
        person.type("\u{4}")
        #expect(try person.exitCode() == 0)
    }

    @Test func coloursAreForTerminalsWhoseUsersWantThem() throws {
        let person = try Person(environment: ["NO_COLOR": ""])
        #expect(try person.enter("nonsense").contains("\u{1B}[31m") || person.screen.contains("\u{1B}[1;31m"))
        let plain = try Person()
        #expect(try plain.enter("nonsense").contains("\u{1B}[31m") == false)
    }

    @Test func endedFromOutsideItLeavesTheTerminalAsItWas() throws {
        let person = try Person()
        #expect(person.isCooked == false)
        person.send(signal: SIGTERM)
        #expect(try person.exitCode() == 128 + SIGTERM)
        #expect(person.isCooked)
    }
}
