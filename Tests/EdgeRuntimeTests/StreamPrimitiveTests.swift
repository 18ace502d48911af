import Foundation
import PeerTesting
import Testing

/// Streams from and to files, as scripts see them.
@Suite struct StreamPrimitiveTests {
    @Test func linesBecomeRowsOfATable() throws {
        let folder = try TemporaryDirectory()
        try folder.write("in.txt", "pump 4\nfan 7\nbroken\n")
        let run = ScriptRun(
            """
            let dead = channel()
            let count = stream_lines("\(folder.path)/in.txt")
              |> map(l => { let [name, n] = split(l, " "); {name: name, load: int(n)} }, on_error: "dead_letter", dead_letters: dead)
              |> sink("\(folder.path)/out.csv")
            close(dead)
            print(count, dead |> map(letter => letter.element) |> collect())
            """)
        #expect(run.output == "2 [\"broken\"]\n", "\(run.message)")
        #expect(try folder.read("out.csv") == "name,load\npump,4\nfan,7\n")
    }

    @Test func anErrorLeavesTheOldFileAndNamesTheStage() throws {
        let folder = try TemporaryDirectory()
        try folder.write("out.txt", "old\n")
        let run = ScriptRun("stream([1, 0]) |> map(x => 10 // x) |> sink(\"\(folder.path)/out.txt\")")
        #expect(run.code == "E0303")
        #expect(try folder.read("out.txt") == "old\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.txt"])
    }

    @Test func aLiveStreamIsAddedToItsFileAsItComes() throws {
        let folder = try TemporaryDirectory()
        try folder.write("ticks.jsonl", "{\"n\": -1}\n")
        let run = ScriptRun(
            """
            let path = "\(folder.path)/ticks.jsonl"
            every(5ms) |> take(3) |> map(t => { print(len(read_lines(path)) >= 1); {n: t.index} }) |> sink(path)
            """)
        #expect(run.output == "true\ntrue\ntrue\n" && run.value == "3", "\(run.message)")
        #expect(try folder.read("ticks.jsonl").split(separator: "\n").count == 4)
    }

    @Test func aListIsASinksSourceToo() throws {
        let folder = try TemporaryDirectory()
        let run = ScriptRun("sink([\"a\", 1, [2]], \"\(folder.path)/out.txt\")")
        #expect(run.value == "3", "\(run.message)")
        #expect(try folder.read("out.txt") == "a\n1\n[2]\n")
    }

    @Test func aFileIsFollowedWhileItGrows() throws {
        let folder = try TemporaryDirectory()
        let run = ScriptRun(
            """
            let path = "\(folder.path)/a.log"
            write_text(path, "old\\n")
            for line in follow(path) |> timeout(5s) |> merge(every(2ms) |> take(3) |> map(t => { write_text(path, "n\\n", append: true); null }))
              |> filter(l => l != null) |> take(3) { print(line) }
            """)
        #expect(run.output == "n\nn\nn\n", "\(run.code) \(run.message)")
    }

    @Test func filesAreAskedFor() {
        for code in ["stream_lines(\"x\")", "follow(\"x\")", "sink([1], \"x\")"] {
            let run = ScriptRun(code, denying: { _ in true })
            #expect(run.value == nil && !run.message.isEmpty, "\(code)")
        }
    }

    @Test func theHeapDoesNotGrowWithTheFile() throws {
        let folder = try TemporaryDirectory()
        try folder.write("big.txt", String(repeating: "a line of text that is read and counted\n", count: 200_000))
        let run = ScriptRun("stream_lines(\"\(folder.path)/big.txt\") |> map(l => len(l)) |> sum()", memory: 12 << 20)
        #expect(run.value == "7800000", "\(run.message)")
    }

    @Test func aSubscriptionThatIsNoneIsNoStream() {
        let run = ScriptRun("let plant = serve(\"modbus-tcp://127.0.0.1:0\")\nstream(plant)")
        #expect(run.code == "E0314")
    }
}
