import Foundation
import PeerTesting
import Testing

@testable import EdgeProtocols

/// Messages that programs of other authors wrote or read (`Tests/Peers/make_protocol_golden.py` and libmbus's own test frames).
@Suite struct PeerVectorTests {
    struct Line {
        let bytes: [UInt8]
        let fields: [String: Any]
    }

    static func lines(_ name: String) throws -> [Line] {
        let text = try String(
            contentsOfFile: PackageRoot.file("Tests/Golden/Protocols/\(name).jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").compactMap { line in
            guard let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let hex = fields["hex"] as? String, let bytes = GrammarReader.bytes(hex: hex)
            else { return nil }
            return Line(bytes: bytes, fields: fields)
        }
    }

    /// Whether a value of ours is that of a peer.
    static func isEqual(_ ours: FieldValue?, _ theirs: Any) -> Bool {
        switch (ours, theirs) {
        case (.text(let text)?, let theirs as String): text == theirs
        case (.list(let elements)?, let theirs as [Any]):
            elements.count == theirs.count && zip(elements, theirs).allSatisfy { isEqual($0, $1) }
        case (.bool(let flag)?, let theirs as NSNumber): flag == theirs.boolValue
        case (.int(let whole)?, let theirs as NSNumber): Double(whole) == theirs.doubleValue
        case (.real(let real)?, let theirs as NSNumber): abs(real - theirs.doubleValue) <= 1e-9 * max(1, abs(real))
        default: false
        }
    }

    @Test(arguments: ["modbus-rtu", "nmea-0183", "sparkplug-b"])
    func valuesAreThoseOfThePeerAndAreWrittenAsThePeerDoes(name: String) throws {
        let codec = try VectorTests.library.codec(name)
        let lines = try PeerVectorTests.lines(name)
        #expect(lines.count >= 200)
        for line in lines {
            let direction = (line.fields["direction"] as? String).flatMap { MessageDirection(rawValue: $0) }
            let settings = MessageSettings(direction: direction)
            let message = try codec.decode(line.bytes, settings)
            for (path, theirs) in line.fields["values"] as? [String: Any] ?? [:] {
                // A number that others count is left out of a message; the list has as many.
                let ours = message.value[path: path.split(separator: ".").map(String.init)]
                if ours == nil, path == "count" { continue }
                let isSame = PeerVectorTests.isEqual(ours, theirs)
                #expect(isSame, "\(name): \(path) is \(theirs), ours \(String(describing: ours))")
            }
            let reason = codec.nonCanonicalReason(line.bytes[...], message, settings)
            if name == "nmea-0183", reason != nil {
                // Numbers lose zeros that say nothing, and are the same when they are read again.
                let again = try codec.decode(try codec.encode(message.value, settings), settings)
                #expect(again.value == message.value)
            } else {
                #expect(reason == nil, "\(name) \(line.fields["hex"] ?? "")")
            }
        }
    }

    @Test func recordsOfMetersAreScaledAsPyMeterBusScalesThem() throws {
        let codec = try VectorTests.library.codec("mbus")
        let declared = try #require(codec.map)
        let map = try PointMap(declared)
        for line in try PeerVectorTests.lines("mbus") {
            let message = try codec.decode(line.bytes)
            let ours = try map.messages(message.value, source: "")
            let theirs = try #require(line.fields["points"] as? [[Any]])
            #expect(ours.map(\.name) == theirs.compactMap { $0[0] as? String })
            #expect(ours.map(\.unit) == theirs.map { $0[2] as? String })
            for (one, other) in zip(ours, theirs) {
                let isSame = PeerVectorTests.isEqual(one.field, other[1])
                #expect(isSame, "\(one.name): \(one.value), theirs \(other[1])")
            }
            #expect(codec.nonCanonicalReason(line.bytes[...], message) == nil)
        }
    }

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: SharedData.file("protocols/vectors")), "\(SharedData.absence)"))
    func framesOfLibmbusHaveItsValues() throws {
        let codec = try VectorTests.library.codec("mbus")
        let declared = try #require(codec.map)
        let map = try PointMap(declared)
        var compared = 0
        for entry in try CompressedLines.read(SharedData.file("protocols/vectors/mbus-frame.jsonl.xz")) {
            guard let name = entry["name"] as? String, let hex = entry["hex"] as? String,
                let bytes = GrammarReader.bytes(hex: hex.filter { !$0.isWhitespace }),
                let expected = entry["expect_xml"] as? String
            else { continue }
            guard let message = try? codec.decode(bytes) else {
                // libmbus reads what lies behind the length too; ours says what is wrong.
                Issue.record("\(name): refused")
                continue
            }
            #expect(codec.nonCanonicalReason(bytes[...], message) == nil, "\(name)")
            let records = expected.split(separator: "<DataRecord ").dropFirst().map { String($0) }
            for point in try map.messages(message.value, source: "") {
                // "serial.quantity.place": libmbus scales as the map does.
                guard let place = point.name.split(separator: ".").last.flatMap({ Int($0) }), place < records.count,
                    let value = PeerVectorTests.content("Value", in: records[place]).flatMap({ Double($0) }),
                    let unit = PeerVectorTests.content("Unit", in: records[place])
                else { continue }
                let ours: Double
                switch point.value {
                case .int(let whole): ours = Double(whole)
                case .real(let real): ours = real
                // Digits that are no decimal ones stay bytes.
                case .bool, .text, .bytes: continue
                }
                #expect(abs(ours - value) <= 1e-6 + 1e-6 * abs(value), "\(name) \(point.name)")
                #expect(
                    unit.replacing("^", with: "").replacing("\u{B0}C", with: "Cel") == point.unit,
                    "\(name) \(point.name)")
                compared += 1
            }
        }
        #expect(compared > 100)
    }

    /// The text of an element of XML.
    private static func content(_ tag: String, in text: String) -> String? {
        guard let start = text.range(of: "<\(tag)>")?.upperBound, let end = text.range(of: "</\(tag)>")?.lowerBound,
            start <= end
        else { return nil }
        return String(text[start..<end])
    }
}
