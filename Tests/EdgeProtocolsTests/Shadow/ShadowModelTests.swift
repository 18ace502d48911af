import EdgeData
import PeerTesting
import Testing

@testable import EdgeProtocols

/// The store against a model that keeps every write ever made and looks at all of them.
@Suite struct ShadowModelTests {
    /// All writes of one side, and what they amount to by the rule: a write counts unless a later one (by time, then by
    /// version) concerns the same path, a path above it or a path below it.
    private struct Model {
        struct Write {
            var path: [String]
            var value: DataTree?
            var time: Int64
            var version: Int
        }
        var writes: [Write] = []

        var leaves: [[String]: DataTree] {
            var result: [[String]: DataTree] = [:]
            for write in writes {
                guard let value = write.value else { continue }
                let isBeaten = writes.contains { other in
                    let shorter = min(other.path.count, write.path.count)
                    return other.path.prefix(shorter) == write.path.prefix(shorter)
                        && (other.time, other.version) > (write.time, write.version)
                }
                if !isBeaten { result[write.path] = value }
            }
            return result
        }
    }

    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private static func flat(_ tree: DataTree, _ prefix: [String] = []) -> [[String]: DataTree] {
        guard case .record(let fields) = tree, !fields.isEmpty || prefix.isEmpty else { return [prefix: tree] }
        return fields.reduce(into: [:]) { $0.merge(flat($1.value, prefix + [$1.name])) { old, _ in old } }
    }

    private static func record(_ path: ArraySlice<String>, _ value: DataTree) -> DataTree {
        guard let name = path.first else { return value }
        return .record([.init(name: name, value: record(path.dropFirst(), value))])
    }

    @Test(arguments: 1...8) func itAgreesWithTheModel(seed: Int) throws {
        var random = Random(state: UInt64(seed) &* 77)
        let store = try ShadowStore(":memory:", Wait(seconds: 5))
        var models: [String: Model] = [:]
        let names = ["a", "b/c", "~d"]
        for step in 0..<120 {
            let device = "device \(Int.random(in: 0..<2, using: &random))"
            let side = ShadowSide.allCases[Int.random(in: 0..<2, using: &random)]
            let path = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                names[Int.random(in: 0..<names.count, using: &random)]
            }
            let value: DataTree? = Int.random(in: 0..<4, using: &random) == 0 ? nil : .int(Int64(step))
            let time = Int64.random(in: 0..<40, using: &random)
            let wait = Wait(seconds: 5)
            let version = try store.state(device, wait).version + 1
            let update = try store.update(
                device, side, ShadowModelTests.record(path[...], value ?? .null), time: time, wait)
            #expect(update.version == version || update.version == version - 1)
            models[device + side.rawValue, default: Model()].writes.append(
                .init(path: path, value: value, time: time, version: version))
            let state = try store.state(device, wait)
            for (side, tree) in [(ShadowSide.desired, state.desired), (.reported, state.reported)] {
                let expected = models[device + side.rawValue]?.leaves ?? [:]
                #expect(ShadowModelTests.flat(tree) == expected, "seed \(seed), step \(step)")
            }
        }
    }

    @Test func theOrderOfArrivalDoesNotMatter() throws {
        var random = Random(state: 5)
        let names = ["a", "b", "c"]
        for _ in 0..<20 {
            let writes = (0..<25).map { time -> (DataTree, Int64) in
                let path = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    names[Int.random(in: 0..<3, using: &random)]
                }
                let value: DataTree = Bool.random(using: &random) ? .null : .int(Int64(time))
                return (ShadowModelTests.record(path[...], value), Int64(time))
            }
            var results: Set<DataTree> = []
            for _ in 0..<4 {
                var document = ShadowDocument()
                for (position, write) in writes.shuffled(using: &random).enumerated() {
                    _ = try document.merge(write.0, time: write.1, version: position + 1)
                }
                results.insert(document.tree)
            }
            #expect(results.count == 1)
        }
    }
}
