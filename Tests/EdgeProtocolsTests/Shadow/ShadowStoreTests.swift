import EdgeData
import Foundation
import PeerTesting
import Testing

@testable import EdgeProtocols

@Suite struct ShadowStoreTests {
    private let wait = Wait(seconds: 30)

    private func json(_ text: String) throws -> DataTree { try JSONReader.read(Array(text.utf8)) }

    @Test func whatIsDesiredAndNotReportedIsTheDelta() throws {
        let store = try ShadowStore(":memory:", wait)
        _ = try store.update(
            "pump", .desired, json(#"{"fan": {"speed": 3, "on": true}, "setpoint": 21, "list": [1, 2]}"#), wait)
        _ = try store.update(
            "pump", .reported, json(#"{"fan": {"speed": 1, "on": true}, "setpoint": 21.0, "extra": 1}"#), wait)
        var state = try store.state("pump", wait)
        #expect(state.version == 2)
        #expect(state.delta == (try json(#"{"fan": {"speed": 3}, "list": [1, 2]}"#)))
        _ = try store.update("pump", .reported, json(#"{"fan": {"speed": 3}, "list": [1.0, 2]}"#), wait)
        state = try store.state("pump", wait)
        #expect(state.delta == .record([]))
        _ = try store.update("pump", .desired, json(#"{"fan": null}"#), wait)
        #expect(try store.state("pump", wait).desired == json(#"{"list": [1, 2], "setpoint": 21}"#))
        #expect(try store.devices(wait) == ["pump"])
    }

    @Test func anOlderWriteChangesNothingAndSaysSo() throws {
        let store = try ShadowStore(":memory:", wait)
        _ = try store.update("d", .reported, json(#"{"a": 1, "b": 1}"#), time: 100, wait)
        let late = try store.update("d", .reported, json(#"{"a": 2, "c": 2}"#), time: 50, wait)
        #expect(late.stale == ["/a"])
        #expect(try store.state("d", wait).reported == json(#"{"a": 1, "b": 1, "c": 2}"#))
        let nothing = try store.update("d", .reported, json(#"{"a": 3}"#), time: 60, wait)
        #expect(nothing.version == late.version)
        // Without a time a write is after all others, even where their clock runs ahead.
        _ = try store.update("d", .reported, json(#"{"z": 1}"#), time: .max - 10, wait)
        _ = try store.update("d", .reported, json(#"{"z": 2}"#), wait)
        #expect(try store.state("d", wait).reported["z"] == .int(2))
    }

    @Test func aVersionThatHasMovedOnIsAConflict() throws {
        let store = try ShadowStore(":memory:", wait)
        _ = try store.update("d", .desired, json(#"{"a": 1}"#), expecting: 0, wait)
        let error = #expect(throws: ShadowError.self) {
            try store.update("d", .desired, json(#"{"a": 2}"#), expecting: 0, wait)
        }
        #expect(error?.code == "S0004")
        #expect(try store.state("d", wait).desired == json(#"{"a": 1}"#))
    }

    @Test func whatAShadowCannotHoldIsRefusedAsAWhole() throws {
        let store = try ShadowStore(":memory:", wait)
        var deep = DataTree.int(1)
        for _ in 0..<40 { deep = .record([.init(name: "n", value: deep)]) }
        let many = DataTree.record((0..<10_001).map { .init(name: "k\($0)", value: .int(1)) })
        for document in [DataTree.int(1), deep, many, .record([.init(name: "x", value: .float(.nan))])] {
            #expect(throws: (any Error).self) { try store.update("d", .desired, document, wait) }
        }
        #expect(throws: ShadowError.self) { try store.update("", .desired, .record([]), wait) }
        #expect(try store.state("d", wait).version == 0)
    }

    @Test func deletionsDoNotFillTheStore() throws {
        var document = ShadowDocument()
        for round in 0..<4 {
            let fields = (0..<4000).map { DataTree.Field(name: "k\(round)-\($0)", value: .int(1)) }
            _ = try document.merge(.record(fields), time: Int64(round * 2), version: round * 2 + 1)
            let gone = fields.map { DataTree.Field(name: $0.name, value: .null) }
            _ = try document.merge(.record(gone), time: Int64(round * 2 + 1), version: round * 2 + 2)
        }
        #expect(document.entries.count <= ShadowDocument.mostEntries)
        #expect(document.tree == .record([]))
    }

    @Test func itIsTheSameAfterItWasOpenedAgain() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("s.db")
        let first = try ShadowStore(path, wait)
        _ = try first.update("ä/~ 1", .desired, json(#"{"x/y": {"~": "tüv\u0000"}, "e": {}, "n": 1.5e300}"#), wait)
        let before = try first.state("ä/~ 1", wait)
        first.close()
        #expect(throws: ShadowError.self) { try first.state("ä/~ 1", wait) }
        let second = try ShadowStore(path, wait)
        #expect(try second.state("ä/~ 1", wait) == before)
        #expect(before.desired["x/y"] == (try json(#"{"~": "tüv\u0000"}"#)))
    }

    @Test func writersAtOnceLoseNothing() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("s.db")
        let writers = 4
        let rounds = 15
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    let wait = Wait(seconds: 60)
                    let store = try ShadowStore(path, wait)
                    for round in 1...rounds {
                        let own = DataTree.record([.init(name: "w\(writer)", value: .int(Int64(round)))])
                        _ = try store.update("d", .reported, own, wait)
                        // A counter that all of them raise, each on the version it has seen.
                        while true {
                            let state = try store.state("d", wait)
                            var count: Int64 = 0
                            if case .int(let seen)? = state.desired["count"] { count = seen }
                            let raised = DataTree.record([.init(name: "count", value: .int(count + 1))])
                            do {
                                _ = try store.update("d", .desired, raised, expecting: state.version, wait)
                                break
                            } catch let error as ShadowError where error.code == "S0004" {}
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let state = try ShadowStore(path, wait).state("d", wait)
        #expect(state.desired == (try json("{\"count\": \(writers * rounds)}")))
        for writer in 0..<writers { #expect(state.reported["w\(writer)"] == .int(Int64(rounds))) }
        #expect(state.version == writers * rounds * 2)
    }

    @Test func whoWaitsForAnotherProgramGivesUpInTime() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("s.db")
        let store = try ShadowStore(path, wait)
        let other = try SQLiteDatabase(path)
        try other.run("BEGIN IMMEDIATE")
        let error = #expect(throws: ShadowError.self) {
            try store.update("d", .desired, .record([.init(name: "a", value: .int(1))]), Wait(seconds: 0.2))
        }
        #expect(error?.code == "S0003")
        try other.run("ROLLBACK")
        _ = try store.update("d", .desired, .record([.init(name: "a", value: .int(1))]), wait)
    }

    @Test func filesThatAreNoShadowAreRefusedAndStayAsTheyAre() throws {
        let folder = try TemporaryDirectory()
        let noise = (0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 >> 3) }
        let path = try folder.write("noise.db", bytes: noise)
        let error = #expect(throws: ShadowError.self) { try ShadowStore(path, wait) }
        #expect(error?.code == "S0002")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(noise))
        let foreign = folder.file("foreign.db")
        try SQLiteDatabase(foreign).run("CREATE TABLE device (name)")
        #expect(#expect(throws: ShadowError.self) { try ShadowStore(foreign, wait) }?.code == "S0002")
        #expect(
            #expect(throws: ShadowError.self) { try ShadowStore(folder.file("no/such/s.db"), wait) }?.code == "S0001")
        #expect(#expect(throws: ShadowError.self) { try ShadowStore(folder.path, wait) }?.code == "S0001")
    }

    @Test func aDamagedFileIsAnErrorAndNoCrash() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("s.db")
        let store = try ShadowStore(path, wait)
        let fields = (0..<300).map { DataTree.Field(name: "key \($0)", value: .text("value \($0)")) }
        _ = try store.update("d", .desired, .record(fields), wait)
        store.close()
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var refused = 0
        for seed in 0..<24 {
            var bytes = whole
            let start = 100 + seed * (bytes.count - 400) / 24
            for place in start..<start + 200 { bytes[place] ^= UInt8(truncatingIfNeeded: seed &* 37 | 1) }
            if seed % 6 == 0 { bytes.removeLast(bytes.count / 3) }
            let damaged = try folder.write("damaged-\(seed).db", bytes: bytes)
            do {
                let opened = try ShadowStore(damaged, wait)
                _ = try opened.state("d", wait)
            } catch let error as ShadowError {
                refused += 1
                #expect(["S0002", "S0006"].contains(error.code), "\(error)")
            }
        }
        #expect(refused > 8)
    }
}
