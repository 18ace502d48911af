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
        var decoded = 0
        var equal = 0
        var same = 0
        var nonCanonical = 0
        /// A few of each kind, for whoever works on a grammar.
        var notes: [String] = []
    }

    @Test(arguments: TruthMapping.all.map(\.codec)) func framesReadAsTsharkReadsThem(codec: String) throws {
        let mapping = try #require(TruthMapping.all.first { $0.codec == codec })
        let shares = try CoverageTests.shares(mapping)
        if ProcessInfo.processInfo.environment["EDGESH_COVERAGE_NOTES"] != nil {
            print(([CoverageTests.row(mapping, shares)] + shares.notes).joined(separator: "\n    "))
        }
        #expect(shares.compared > 0)
        let table = try String(contentsOfFile: CoverageTests.tablePath, encoding: .utf8)
        #expect(
            table.contains(CoverageTests.row(mapping, shares)),
            "the shares have changed; write the table again with EDGESH_WRITE_COVERAGE=1")
    }

    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["EDGESH_WRITE_COVERAGE"] != nil, "the table is written on demand"))
    func writeTheTable() throws {
        var lines = [
            "# How far the grammars read", "",
            "Written by the tests: `EDGESH_WRITE_COVERAGE=1 swift test --filter CoverageTests`. Packets of public captures that tshark has",
            "taken apart; \"equal\": all values compared are those of tshark; \"same bytes\": writing what was read gives the bytes again;",
            "\"non-canonical\": it gives others, and the reason is reported. What is missing from \"decoded\" was refused: nearly all of it is cut",
            "off or damaged on purpose.", "",
            "| Protocol | packets | decoded | values compared | equal | same bytes | non-canonical |",
            "|---|---|---|---|---|---|---|",
        ]
        for mapping in TruthMapping.all { lines.append(CoverageTests.row(mapping, try CoverageTests.shares(mapping))) }
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
            "| \(mapping.title) | \(shares.packets) | \(share(shares.decoded, of: shares.packets)) | \(shares.compared) "
            + "| \(share(shares.equal, of: shares.decoded)) | \(share(shares.same, of: shares.decoded)) | \(shares.nonCanonical) |"
    }

    static func shares(_ mapping: TruthMapping) throws -> Shares {
        let codec = try VectorTests.library.codec(mapping.codec)
        var shares = Shares()
        var kinds: [String: Int] = [:]
        func note(_ kind: String, _ text: String) {
            kinds[kind, default: 0] += 1
            if kinds[kind, default: 0] <= 6 { shares.notes.append("\(kind): \(text)") }
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
                shares.compared += mapping.pairs.reduce(0) { $0 + (truth.fields[$1.theirs]?.count ?? 0) }
                let difference = mapping.pairs.compactMap { pair -> String? in
                    CoverageTests.difference(pair, messages, truth, codec)
                }.first
                if let difference { note("differs", "\(place): \(difference)") } else { shares.equal += 1 }
                let reasons = zip(frames, messages).compactMap { frame, message in
                    codec.nonCanonicalReason(frame.bytes[...], message, frame.settings)
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

    private static func difference(
        _ pair: TruthMapping.Pair, _ messages: [ProtocolCodec.Message], _ truth: TruthFile.Packet,
        _ codec: ProtocolCodec
    ) -> String? {
        if let condition = pair.onlyWhere, truth.fields[condition.field]?.first != condition.value { return nil }
        let ours = messages.flatMap { TruthMapping.values(pair.ours[...], in: $0.value) }
            .map { TruthMapping.normal($0, pair.form, codec) }
        let theirs = (truth.fields[pair.theirs] ?? []).map { TruthMapping.normal($0, pair.form) }
        // tshark leaves out what it has no name for in some frames; what it says has to be what we say.
        if theirs.isEmpty || ours == theirs { return nil }
        return "\(pair.theirs) \(theirs.prefix(5)), ours \(ours.prefix(5))"
    }
}
