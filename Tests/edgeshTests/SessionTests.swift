import Foundation
import PeerTesting
import Testing

/// A session with a person at a terminal.
@Suite struct SessionTests {
    /// A session that keeps its history in a folder of the test.
    func session(_ home: TemporaryDirectory, environment: [String: String] = [:]) throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(
            ProgramUnderTest.path, [],
            environment: ["HOME": home.path, "XDG_STATE_HOME": home.path + "/state", "INPUTRC": "/dev/null"]
                .merging(environment) { _, new in new },
            directory: home.path)
        try terminal.expect("edgesh> ")
        return terminal
    }

    /// Types an entry and returns what is shown up to the next prompt.
    func enter(_ text: String, _ terminal: PseudoTerminal) throws -> String {
        terminal.type(text + "\n")
        return try terminal.expect("edgesh> ")
    }

    @Test func valuesAreShownAndRemembered() throws {
        let home = try TemporaryDirectory()
        let terminal = try session(home)
        #expect(try enter("let x = 20 + 1", terminal).contains("21") == false)
        #expect(try enter("x * 2", terminal).contains("42"))
        #expect(try enter("_ + 1", terminal).contains("43"))
        #expect(try enter("\"text\"", terminal).contains("\"text\""))
        terminal.type("\u{4}")
        #expect(try terminal.exitCode() == 0)
    }

    @Test func aLineThatBeginsWithAPipeGoesOnWithTheLastResult() throws {
        let terminal = try session(TemporaryDirectory())
        _ = try enter("[3, 1, 2]", terminal)
        #expect(
            try enter("|> sort", terminal).contains("[1, 2, 3]") || enter("|> sort()", terminal).contains("[1, 2, 3]"))
    }

    @Test func anEntryGoesOnOverLinesUntilItIsWhole() throws {
        let terminal = try session(TemporaryDirectory())
        terminal.type("fn twice(x) {\n")
        try terminal.expect("...> ")
        terminal.type("x * 2\n")
        try terminal.expect("...> ")
        _ = try enter("}", terminal)
        #expect(try enter("twice(21)", terminal).contains("42"))
    }

    @Test func ctrlCAtThePromptDropsTheEntry() throws {
        let terminal = try session(TemporaryDirectory())
        terminal.type("let broken = (")
        try terminal.expect("(")
        terminal.type("\u{3}")
        try terminal.expect("edgesh> ")
        terminal.type("[1,\n")
        try terminal.expect("...> ")
        terminal.type("\u{3}")
        try terminal.expect("edgesh> ")
        #expect(try enter("40 + 2", terminal).contains("42"))
    }

    @Test func ctrlCEndsAnEvaluationAndKeepsTheSession() throws {
        let terminal = try session(TemporaryDirectory())
        _ = try enter("let kept = 42", terminal)
        terminal.type("while true {}\n")
        try terminal.expect("while true {}")
        usleep(300_000)
        terminal.type("\u{3}")
        try terminal.expect("Interrupted")
        try terminal.expect("edgesh> ")
        #expect(try enter("kept", terminal).contains("42"))
        terminal.type("\u{4}")
        #expect(try terminal.exitCode() == 0)
    }

    @Test func anErrorKeepsTheSession() throws {
        let terminal = try session(TemporaryDirectory())
        #expect(try enter("nonsense_name", terminal).contains("E0201"))
        #expect(try enter("1 / 0", terminal).contains("error["))
        #expect(try enter("6 * 7", terminal).contains("42"))
    }

    @Test func historyOutlivesTheSession() throws {
        let home = try TemporaryDirectory()
        let first = try session(home)
        _ = try enter("111 + 222", first)
        first.type("\u{4}")
        _ = try first.exitCode()
        let path = home.path + "/state/edgesh/history"
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let second = try session(home)
        second.type("\u{1B}[A")
        try second.expect("111 + 222")
        #expect(try enter("", second).contains("333"))
    }

    @Test func aCorruptHistoryIsNoObstacle() throws {
        let home = try TemporaryDirectory()
        let folder = home.path + "/state/edgesh"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var bytes = Data((0..<50_000).map { _ in UInt8.random(in: 0...255) })
        bytes.append(contentsOf: Array("\n5 + 5\n".utf8))
        try bytes.write(to: URL(fileURLWithPath: folder + "/history"))
        let terminal = try session(home)
        terminal.type("\u{1B}[A")
        try terminal.expect("5 + 5")
        #expect(try enter("", terminal).contains("10"))
    }

    @Test func tabCompletesNamesLabelsFieldsAndPaths() throws {
        let home = try TemporaryDirectory()
        try home.write("measurements.csv", "a,b\n1,2\n")
        let terminal = try session(home)
        terminal.type("quantiz\t")
        try terminal.expect("quantize")
        terminal.type("\u{3}")
        try terminal.expect("edgesh> ")
        terminal.type("quantize(x, calib\t")
        try terminal.expect("calibrate: ")
        terminal.type("\u{3}")
        try terminal.expect("edgesh> ")
        _ = try enter("let record = {temperature: 5, pressure: 2}", terminal)
        terminal.type("record.temp\t")
        try terminal.expect("record.temperature")
        terminal.type("\u{3}")
        try terminal.expect("edgesh> ")
        terminal.type("read_csv(\"meas\t")
        try terminal.expect("measurements.csv")
    }

    @Test func helpShowsWhatIsDeclared() throws {
        let terminal = try session(TemporaryDirectory())
        let help = try enter("help quantize", terminal)
        #expect(help.contains("bits"))
        #expect(help.contains("Examples:"))
        #expect(try enter("load?", terminal).contains("EDGE_PATH"))
        #expect(try enter("help", terminal).contains("read_json"))
        #expect(try enter("help nothing_of_that_name", terminal).contains("nothing is called"))
        _ = try enter("fn clean(readings) { readings }", terminal)
        #expect(try enter("help clean", terminal).contains("readings"))
        #expect(try enter(":vars", terminal).contains("clean"))
    }

    @Test func colonCommands() throws {
        let terminal = try session(TemporaryDirectory())
        _ = try enter("let x = 1", terminal)
        #expect(try enter(":time 1 + 1", terminal).contains("s"))
        #expect(try enter(":nothing", terminal).contains("no command"))
        _ = try enter(":reset", terminal)
        #expect(try enter("x", terminal).contains("E0201"))
        terminal.type(":quit\n")
        #expect(try terminal.exitCode() == 0)
    }

    @Test func aTerminalThatCannotMoveItsCursorWillDo() throws {
        let terminal = try session(TemporaryDirectory(), environment: ["TERM": "dumb"])
        #expect(try enter("20 + 22", terminal).contains("42"))
        terminal.type("[1,\n")
        try terminal.expect("...> ")
        terminal.type("\u{3}")
        try terminal.expect("edgesh> ")
        terminal.type("\u{4}")
        #expect(try terminal.exitCode() == 0)
    }
}
