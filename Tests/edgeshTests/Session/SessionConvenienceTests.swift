import Foundation
import PeerTesting
import Testing

/// What makes a session fit for every day: history, completion, help, commands.
@Suite struct SessionConvenienceTests {
    @Test func historyOutlivesTheSession() throws {
        let home = try TemporaryDirectory()
        let first = try Person(home: home)
        _ = try first.enter("111 + 222")
        // What begins with a blank is not kept.
        _ = try first.enter(" 5 + 5")
        first.type("\u{4}")
        _ = try first.exitCode()
        let path = home.path + "/state/edgesh/history"
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        // Two sessions side by side lose nothing of each other.
        let (second, third) = (try Person(home: home), try Person(home: home))
        second.type("\u{1B}[A")
        try second.expect("111 + 222")
        #expect(try second.enter("").contains("333"))
        _ = try second.enter("let second = 2")
        _ = try third.enter("let third = 3")
        _ = try second.enter("let again = 4")
        #expect(try home.read("state/edgesh/history") == "111 + 222\nlet second = 2\nlet third = 3\nlet again = 4\n")
    }

    @Test func aCorruptHistoryIsNoObstacle() throws {
        let home = try TemporaryDirectory()
        var bytes = (0..<50_000).map { _ in UInt8.random(in: 0...255) }
        bytes.append(contentsOf: Array("\n5 + 5\n".utf8))
        try home.write("state/edgesh/history", bytes: bytes)
        let person = try Person(home: home)
        person.type("\u{1B}[A")
        try person.expect("5 + 5")
        #expect(try person.enter("").contains("10"))
    }

    @Test func tabCompletesNamesLabelsFieldsAndPaths() throws {
        let home = try TemporaryDirectory()
        try home.write("measurements.csv", "a,b\n1,2\n")
        let person = try Person(home: home)
        /// Types keys, waits for a text, and drops the line.
        func complete(_ keys: String, _ text: String) throws {
            person.type(keys)
            try person.expect(text)
            person.type("\u{3}")
            try person.expect("^C")
            try person.expect("edgesh> ")
        }
        try complete("quantiz\t", "quantize")
        try complete("quantize(x, calib\t", "calibrate: ")
        try complete("prune(x, criterion: \"ba\t", "batch_norm\"")
        _ = try person.enter("let record = {temperature: 5, pressure: {limit: 7}}")
        try complete("record.temp\t", "record.temperature")
        try complete("record.pressure.l\t", "record.pressure.limit")
        try complete("read_csv(\"meas\t", "measurements.csv\"")
        // Two Tabs list what there is.
        try complete("5m\t\t", "min")
        try complete("device(\"cortex-m\t\t", "cortex-m7")
        try complete("import \"std/vi\t", "std/vibration\"")
        // In the middle of a line, and in the second line of an entry.
        try complete("prune(m, crit, 1)\u{1B}[D\u{1B}[D\u{1B}[D\u{1B}[D\t", "erion: ")
        person.type("prune(\n")
        try person.expect("...> ")
        try complete("crit\t", "criterion: ")
        try complete(":res\t", ":reset")
        try complete("help resam\t", "resample")
    }

    @Test func completionRunsNothing() throws {
        let person = try Person()
        _ = try person.enter("fn loud() { print(\"called\") }")
        _ = try person.enter("let r = {f: loud, g: 1}")
        person.type("r.\t\t")
        try person.expect("f")
        person.type("f\t().\t\t\u{3}")
        try person.expect("edgesh> ")
        #expect(!person.screen.contains("called\r\n"))
    }

    @Test func helpShowsWhatIsDeclared() throws {
        let person = try Person()
        let help = try person.enter("help quantize")
        #expect(help.contains("bits") && help.contains("Examples:") && help.contains("See also:"))
        #expect(try person.enter("load?").contains("EDGE_PATH"))
        let overview = try person.enter("help")
        #expect(overview.contains("read_json") && overview.contains(":save FILE"))
        #expect(try person.enter("help nothing_of_that_name").contains("nothing is called"))
        #expect(try person.enter("help resampel").contains("did you mean resample?"))
        #expect(try person.enter("help exponential smoothing").contains("forecast"))
        #expect(try person.enter("help \"write csv\"").contains("write_csv  Writes"))
        #expect(try person.enter("help Forecasting").contains("backtest  "))
        _ = try person.enter("## Drops bad readings.\nfn clean(readings) { readings }")
        let own = try person.enter(":doc clean")
        #expect(own.contains("fn clean(readings)") && own.contains("Drops bad readings."))
    }

    @Test func colonCommands() throws {
        let person = try Person()
        #expect(try person.enter(":vars").contains("no variables"))
        #expect(try person.enter(":time").contains("nothing was run yet"))
        _ = try person.enter("let xs = [1, 2, 3]")
        let time = try person.enter(":time sum(xs)")
        #expect(time.contains("\r6\r\n") && time.contains("s of processor time"))
        #expect(try person.enter(":time").contains("s of processor time"))
        let variables = try person.enter(":vars")
        #expect(variables.contains("xs") && variables.contains("list") && variables.contains("[1, 2, 3]"))
        #expect(try person.enter(":type xs").contains("list of int, 3 elements"))
        #expect(try person.enter(":type load").contains("load(path: string, *, signature: string?) -> model | record"))
        #expect(try person.enter(":nothing").contains("no command"))
        #expect(try person.enter(":vasr").contains("did you mean :vars?"))
        #expect(try person.enter(":load").contains("needs a file"))
        #expect(try person.enter(":load missing.edge").contains("no such file"))
        _ = try person.enter(":reset")
        #expect(try person.enter("xs").contains("E0201"))
        person.type(":quit\n")
        #expect(try person.exitCode() == 0)
    }

    @Test func entriesAreSavedAsAScriptThatRunsAndIsLoadedAgain() throws {
        let person = try Person()
        _ = try person.enter("let base = 20")
        _ = try person.enter("nonsense")
        _ = try person.enter("base + 1")
        _ = try person.enter("let answer = _ * 2")
        _ = try person.enter("print(\"answer \\(answer)\")")
        #expect(try person.enter(":save work.edge").contains("Saved to work.edge."))
        let script = try ProgramUnderTest.run([person.home.file("work.edge")])
        #expect(script.standardOutput == "answer 42\n")
        #expect(script.exitCode == 0)
        _ = try person.enter(":reset")
        #expect(try person.enter(":load work.edge").contains("answer 42"))
        #expect(try person.enter("base + answer").contains("62"))
        try person.home.write("broken.edge", "let a = 1\nlet b = a +\n")
        #expect(try person.enter(":load broken.edge").contains("broken.edge:"))
    }
}
