import Foundation
import PeerTesting
import Testing

/// Streams in the program: pipes, Ctrl-C, files.
@Suite struct StreamProgramTests {
    @Test func standardInputIsAStream() throws {
        for source in ["stdin()", "stream_lines(\"-\")"] {
            let result = try ProgramUnderTest.run(
                ["-e", "\(source) |> map(float) |> filter(x => x > 1) |> sum()"], standardInput: "1\n2.5\n4\n")
            #expect(result.standardOutput == "6.5\n", "\(result.standardError)")
        }
    }

    @Test func ctrlCEndsAStreamAndItsFileHoldsWhatCame() throws {
        let folder = try TemporaryDirectory()
        let script = try folder.write(
            "s.edge",
            """
            fn run() {
              defer { print("goodbye") }
              var n = 0
              try {
                every(5ms)
                  |> map(t => { n += 1; if n == 21 { print("running") }; {n: n, text: "x"} })
                  |> sink("out.csv")
              } catch e { print("caught") }
            }
            run()
            """)
        let terminal = try PseudoTerminal(ProgramUnderTest.path, [script], directory: folder.path)
        try terminal.expect("running")
        terminal.type("\u{3}")
        try terminal.expect("goodbye")
        #expect(try terminal.exitCode() == 130)
        #expect(!terminal.screen.contains("caught"))
        let lines = try folder.read("out.csv").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "n,text" && lines.last == "" && lines.count > 20)
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasSuffix(",x") })
    }

    @Test(arguments: ["for line in follow(\"none.log\") { }", "stdin() |> count()", "every(1h) |> drop(1) |> print()"])
    func whoWaitsHearsCtrlC(_ wait: String) throws {
        let folder = try TemporaryDirectory()
        let terminal = try PseudoTerminal(
            ProgramUnderTest.path, ["-e", "defer { print(\"done\") }\nprint(\"waiting\")\n\(wait)"],
            directory: folder.path)
        try terminal.expect("waiting")
        usleep(100_000)
        terminal.type("\u{3}")
        try terminal.expect("done")
        #expect(try terminal.exitCode() == 130)
    }

    @Test func outputReachesAPipeBeforeAWait() throws {
        for wait in ["sleep(60s)", "every(60s) |> drop(1) |> count()", "follow(\"none.log\") |> count()"] {
            let program = try RunningPeer(ProgramUnderTest.path, ["-e", "print(\"before\")\n\(wait)"], ready: "before")
            program.stop(abruptly: true)
        }
    }

    @Test(.enabled(if: MosquittoBroker.path != nil, "no mosquitto"))
    func aSubscriptionIsAStream() throws {
        let broker = try MosquittoBroker()
        let result = try ProgramUnderTest.run([
            "-e",
            """
            let broker = connect("mqtt://127.0.0.1:\(broker.port)")
            let readings = subscribe(broker, "plant/+", qos: 1, as: "json", capacity: 3)
            stream(1..=3) |> map(n => {n: n}) |> publish(broker, "plant/a", _, qos: 1)
            print(readings |> map(m => m.payload.n) |> timeout(5s) |> take(3) |> collect())
            let next = subscribe(broker, "more/#", qos: 1, as: "json", capacity: 3)
            for n in 0..10 { publish(broker, "more/a", n, qos: 1) }
            publish(broker, "more/b", -1, qos: 1)
            for m in next |> timeout(1s, then: "end") { print(m.topic, m.payload) }
            """,
        ])
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.hasPrefix("[1, 2, 3]\n"), "\(result.standardOutput)")
        #expect(result.standardOutput.hasSuffix("more/a 8\nmore/a 9\nmore/b -1\n"), "\(result.standardOutput)")
    }

    @Test func theExampleOfStreamsRuns() throws {
        let folder = try TemporaryDirectory()
        let result = try ProgramUnderTest.run([PackageRoot.file("examples/streams.edge")], directory: folder.path)
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.contains("3 lines could not be read"))
        #expect(try folder.read("out/minutes.csv").hasPrefix("minute,mean,highest\n"))
    }
}
