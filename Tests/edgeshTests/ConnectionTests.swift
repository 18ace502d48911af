import Foundation
import PeerTesting
import Testing

/// Connections and shadows as scripts use them, in programs that are interrupted and killed. A warning makes a program write what
/// it has printed, which otherwise waits for more.
@Suite struct ConnectionTests {
    @Test func theModbusExampleReadsWritesAndIsRefused() throws {
        let result = try ProgramUnderTest.run([PackageRoot.file("examples/modbus.edge")])
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(
            result.standardOutput == """
                flow 71.5 °C, return 68.25 °C, pressure 1.8 bar
                the device has set point 75 and pump true
                flags 163
                N0007: the boiler/1 answered a read of input/100 (unit 1) with exception 2, illegal data address
                N0007: the boiler/1 answered a read of holding/3 (unit 1) with exception 4, server device failure
                N0009: 70000 does not fit u16 at `holding/0`
                8 requests, 8 answers, 0 reconnects

                """)
    }

    @Test func theShadowExampleShowsWhatIsLeftToDo() throws {
        let result = try ProgramUnderTest.run([PackageRoot.file("examples/shadow.edge")])
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(
            result.standardOutput == """
                to do: {mode: {night: true}, speed: 3}
                to do: {mode: {night: true}}
                too late: ["/speed"]
                S0004: the shadow of `fan` has version 4, not 3
                version 4: desired {mode: {night: true}, speed: 4}, reported {mode: {night: false}, serial: "F-7", speed: 3, temperature: 41.5}

                """)
    }

    @Test func ctrlCEndsEveryWait() throws {
        let port = try RunningPeer.freePort()
        let waits = [
            "print(\"go\"); connect(\"modbus-tcp://127.0.0.1:\(port)\", wait: true, timeout: 60s)",
            "print(\"go\"); connect(\"mqtt://127.0.0.1:\(port)\", wait: true, timeout: 60s)",
        ]
        for code in waits {
            let terminal = try PseudoTerminal(ProgramUnderTest.path, ["-e", code])
            try terminal.expect("go")
            usleep(100_000)
            terminal.type("\u{3}")
            #expect(try terminal.exitCode(seconds: 10) == 130)
        }
    }

    @Test func anAcknowledgedWriteSurvivesAKill() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("plant.db")
        let script = try folder.write(
            "write.edge",
            """
            let plant = shadow("\(path)")
            var count = 0
            while true {
              count += 1
              desire(plant, "fan", {count: count, twin: {count: count}})
              print(count)
              warn("that was written")
            }
            """)
        for _ in 0..<3 {
            let writer = try RunningPeer(ProgramUnderTest.path, [script], ready: "5")
            var acknowledged = 5
            for _ in 0..<10 {
                if let line = try writer.readLine(seconds: 20), let number = Int(line) { acknowledged = number }
            }
            writer.stop(abruptly: true)
            let read = try ProgramUnderTest.run([
                "--json", "-e", "state(shadow(\"\(path)\"), \"fan\").desired",
            ])
            #expect(read.exitCode == 0, "\(read.standardError)")
            struct Desired: Decodable {
                struct Twin: Decodable { var count: Int }
                var count: Int
                var twin: Twin
            }
            let desired = try JSONDecoder().decode(Desired.self, from: Data(read.standardOutput.utf8))
            #expect(desired.count >= acknowledged)
            #expect(desired.count == desired.twin.count)
        }
    }

    @Test func twoProgramsShareAShadow() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("plant.db")
        let script = try folder.write(
            "raise.edge",
            """
            let plant = shadow("\(path)", timeout: 60s)
            var done = 0
            while done < 25 {
              let seen = state(plant, "fan", timeout: 60s)
              let count = get(seen.desired, "count", 0)
              try {
                desire(plant, "fan", {count: count + 1}, version: seen.version, timeout: 60s)
                done += 1
              } catch e { expect(e.code == "S0004") }
            }
            """)
        let results = try await withThrowingTaskGroup(of: ProgramResult.self) { group in
            for _ in 0..<2 { group.addTask { try ProgramUnderTest.run([script]) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.allSatisfy { $0.exitCode == 0 }, "\(results.map(\.standardError))")
        let total = try ProgramUnderTest.run(["-e", "state(shadow(\"\(path)\"), \"fan\").desired.count"])
        #expect(total.standardOutput == "50\n")
    }

    @Test(.enabled(if: PythonPeer.isPresent && MosquittoBroker.path != nil, "no Python with peers, or no mosquitto"))
    func messagesComeAndGoAndAWillIsCarriedOut() throws {
        let broker = try MosquittoBroker()
        let listener = try RunningPeer(
            PythonPeer.python, [PackageRoot.file("Tests/Peers/mqtt_listen.py"), "\(broker.port)", "paho", "state", "1"])
        defer { listener.stop() }
        let echo = try ProgramUnderTest.run([
            "-e",
            """
            let broker = connect("mqtt://127.0.0.1:\(broker.port)", version: "5")
            let echo = subscribe(broker, "plant/+", qos: 1, as: "json")
            publish(broker, "plant/a", {t: 21.5, list: [1, 2]}, qos: 1)
            publish(broker, "plant/b", "no json", qos: 1)
            let first = receive(echo, timeout: 5s)
            let second = receive(echo, timeout: 5s)
            print(first.topic, first.payload, first.qos, first.retain, first.problem)
            print(second.payload, str(second.bytes), second.problem != null, receive(echo, timeout: 10ms))
            close(echo)
            try { receive(echo) } catch e { print(e.code) }
            """,
        ])
        #expect(echo.exitCode == 0, "\(echo.standardError)")
        #expect(
            echo.standardOutput.hasPrefix("plant/a {t: 21.5, list: [1, 2]} 1 false null\n"), "\(echo.standardOutput)")
        #expect(echo.standardOutput.hasSuffix("true null\nN0010\n"), "\(echo.standardOutput)")

        let code = """
            let broker = connect("mqtt://127.0.0.1:\(broker.port)", will: {topic: "state", payload: "gone", qos: 1})
            print("up")
            warn("now")

            """
        // A program that says goodbye leaves no will; one that is killed does.
        #expect(try ProgramUnderTest.run(["-e", code + "close(broker)"]).exitCode == 0)
        let killed = try RunningPeer(ProgramUnderTest.path, ["-e", code + "sleep(60s)"], ready: "up")
        killed.stop(abruptly: true)
        let line = try #require(try listener.readLine(seconds: 20))
        #expect(line.contains("\"676f6e65\""))
        #expect(try listener.readLine(seconds: 0.3) == nil)
    }
}
