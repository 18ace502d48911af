import Foundation
import PeerTesting
import Testing

@testable import EdgeProtocols

/// Every frame of the captures that tshark has taken apart: our values against its values, and written again against the bytes.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: SharedData.file("protocols/pcap")), "\(SharedData.absence)"))
struct CoverageTests {
    /// What became of the packets of one family.
    struct Shares: Sendable {
        var packets = 0
        /// Values of tshark's that ours were compared with.
        var compared = 0
        /// Those that are equal.
        var agreeing = 0
        var decoded = 0
        var equal = 0
        var same = 0
        var nonCanonical = 0
        /// A few of each kind, for whoever works on a grammar.
        var notes: [String] = []
        /// What each exception of the mapping explains, and one frame of it.
        var explained: [Int: (count: Int, example: String)] = [:]
        var unexplained: [String] = []
    }

    @Test(arguments: TruthMapping.all.map(\.codec)) func framesReadAsTsharkReadsThem(codec: String) throws {
        let mapping = try #require(TruthMapping.all.first { $0.codec == codec })
        let shares = try CoverageTests.shares(mapping)
        if ProcessInfo.processInfo.environment["EDGESH_COVERAGE_NOTES"] != nil {
            print(([CoverageTests.row(mapping, shares)] + shares.notes).joined(separator: "\n    "))
        }
        #expect(shares.compared > 0)
        #expect(shares.unexplained.isEmpty, "each frame that is refused or differs has its reason in TruthMappings")
        let table = try String(contentsOfFile: CoverageTests.tablePath, encoding: .utf8)
        let isCurrent = table.contains(CoverageTests.row(mapping, shares))
        #expect(
            isCurrent,
            "the shares have changed; write the table again with EDGESH_WRITE_COVERAGE=1")
    }

    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["EDGESH_WRITE_COVERAGE"] != nil, "the table is written on demand"))
    func writeTheTable() throws {
        var lines = [
            "# How far the grammars read", "",
            "Written by the tests: `EDGESH_WRITE_COVERAGE=1 swift test --filter CoverageTests`. Packets of public captures that tshark 4.0.17",
            "has taken apart. \"Fields\": how many fields of tshark's are compared, \"values\": how many values they have in these packets, and how",
            "many of them are ours; \"equal\": packets with all of them equal; \"same bytes\": writing what was read gives the bytes again;",
            "\"non-canonical\": it gives others, and the reason is reported.", "",
            "| Protocol | packets | decoded | fields | values | agree | equal | same bytes | non-canonical |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        var exceptions: [String] = []
        for mapping in TruthMapping.all {
            let shares = try CoverageTests.shares(mapping)
            lines.append(CoverageTests.row(mapping, shares))
            for (place, found) in shares.explained.sorted(by: { $0.key < $1.key }) {
                exceptions.append(
                    "| \(mapping.title) | \(found.count) | \(mapping.exceptions[place].reason) | \(found.example) |")
            }
        }
        lines += [
            "", "## Every exception", "",
            "All packets that are refused, differ, or are non-canonical; one that has no reason here fails the tests.",
            "",
            "| Protocol | packets | why | for example |", "|---|---|---|---|",
        ]
        lines += exceptions
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: CoverageTests.tablePath, atomically: true, encoding: .utf8)
    }

    static let tablePath = PackageRoot.file("docs/protocols-coverage.md")

    /// A line of the table.
    private static func row(_ mapping: TruthMapping, _ shares: Shares) -> String {
        func share(_ count: Int, of whole: Int) -> String {
            whole == 0 ? "0" : "\(count) (\(String(format: "%.1f", 100 * Double(count) / Double(whole))) %)"
        }
        return
            "| \(mapping.title) | \(shares.packets) | \(share(shares.decoded, of: shares.packets)) "
            + "| \(Set(mapping.pairs.map(\.theirs)).count) | \(shares.compared) "
            + "| \(share(shares.agreeing, of: shares.compared)) | \(share(shares.equal, of: shares.decoded)) | \(share(shares.same, of: shares.decoded)) | \(shares.nonCanonical) |"
    }

    static func shares(_ mapping: TruthMapping) throws -> Shares {
        let codec = try VectorTests.library.codec(mapping.codec)
        var shares = Shares()
        var kinds: [String: Int] = [:]
        func note(_ kind: String, _ text: String) {
            kinds[kind, default: 0] += 1
            if kinds[kind, default: 0] <= 12 { shares.notes.append("\(kind): \(text)") }
            let whole = "\(kind): \(text)"
            guard let place = mapping.exceptions.firstIndex(where: { $0.parts.allSatisfy { whole.contains($0) } })
            else {
                shares.unexplained.append(whole)
                return
            }
            let count = shares.explained[place]?.count ?? 0
            shares.explained[place] = (count + 1, count == 0 ? text : shares.explained[place]?.example ?? text)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: SharedData.file("protocols/pcap"))
            .filter { name in mapping.captures.contains { name.hasPrefix($0) } }.sorted()
        for name in names {
            let truth = try TruthFile(capture: name, layers: mapping.layers)
            let wanted = Dictionary(truth.packets.filter { !mapping.isOther($0) }.map { ($0.number, $0) }) { first, _ in
                first
            }
            if wanted.isEmpty { continue }
            var decoder = CaptureDecoder(codec, ports: mapping.ports)
            for packet in try CaptureFile.read(SharedData.file("protocols/pcap/\(name)")) {
                let frames = decoder.frames(of: packet)
                guard let truth = wanted[packet.number] else { continue }
                shares.packets += 1
                let place = "\(name) \(packet.number)"
                let messages = frames.compactMap { try? $0.result.get() }
                guard !frames.isEmpty, messages.count == frames.count else {
                    let reason =
                        frames.compactMap { (frame) -> String? in
                            if case .failure(let error) = frame.result { error.message } else { nil }
                        }.first ?? "no message found"
                    note(truth.isMalformed ? "rejected, malformed" : "rejected", "\(place): \(reason)")
                    continue
                }
                shares.decoded += 1
                let values = messages.map(\.value) + frames.compactMap { try? $0.joined?.result.get().value }
                var difference: String?
                for pair in mapping.pairs {
                    let outcome = CoverageTests.compare(pair, values, truth, codec)
                    shares.compared += outcome.compared
                    shares.agreeing += outcome.agreeing
                    difference = difference ?? outcome.difference
                }
                if let difference { note("differs", "\(place): \(difference)") } else { shares.equal += 1 }
                var reasons = zip(frames, messages).compactMap { frame, message in
                    codec.nonCanonicalReason(frame.bytes[...], message, frame.settings)
                }
                for joined in frames.compactMap(\.joined) {
                    if let message = try? joined.result.get() {
                        reasons += [codec.joined?.nonCanonicalReason(joined.bytes[...], message)].compactMap { $0 }
                    } else {
                        reasons.append("what it completes cannot be read")
                    }
                }
                if let reason = reasons.first {
                    shares.nonCanonical += 1
                    note("non-canonical", "\(place): \(reason)")
                } else {
                    shares.same += 1
                }
            }
        }
        return shares
    }

    private static func compare(
        _ pair: TruthMapping.Pair, _ messages: [FieldValue], _ truth: TruthFile.Packet, _ codec: ProtocolCodec
    ) -> (compared: Int, agreeing: Int, difference: String?) {
        guard pair.applies(truth) else { return (0, 0, nil) }
        let theirs = (truth.fields[pair.theirs] ?? []).map { TruthMapping.normal($0, pair.form) }
        // tshark leaves out what it has no name for in some frames; what it says has to be what we say.
        if theirs.isEmpty { return (0, 0, nil) }
        let ours = messages.flatMap { pair.values($0) }.map { TruthMapping.normal($0, pair.form, codec) }
        if pair.isUnordered, ours.sorted() == theirs.sorted() { return (theirs.count, theirs.count, nil) }
        let agreeing = zip(ours, theirs).count { TruthMapping.isEqual($0, $1, pair.form) }
        if agreeing == theirs.count, ours.count == theirs.count { return (agreeing, agreeing, nil) }
        return (
            theirs.count, agreeing,
            "\(pair.theirs) \(theirs.prefix(5)), ours \(ours.prefix(5))"
        )
    }
}
