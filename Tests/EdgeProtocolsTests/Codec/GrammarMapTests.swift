import PeerTesting
import Testing

@testable import EdgeProtocols

/// The maps that grammars bring along: bytes of one protocol become bytes of another without a word from the user.
@Suite struct GrammarMapTests {
    private static func bytes(_ hex: String) throws -> [UInt8] { try #require(GrammarReader.bytes(hex: hex)) }

    private static func map(_ codec: ProtocolCodec) throws -> PointMap {
        let declared = try #require(codec.map)
        return try PointMap(declared)
    }

    private static func points(_ name: String, _ hex: String) throws -> [CanonicalMessage] {
        let codec = try VectorTests.library.codec(name)
        let map = try GrammarMapTests.map(codec)
        return try map.messages(try codec.decode(try bytes(hex)).value, source: "s")
    }

    @Test(arguments: VectorTests.names) func everyMapOfAGrammarIsOne(name: String) throws {
        let codec = try VectorTests.library.codec(name)
        if let map = codec.map { _ = try PointMap(map) }
    }

    @Test func informationObjectsHaveAddressQualityAndTime() throws {
        // Two floats with quality: the second is invalid.
        let floats = try GrammarMapTests.points(
            "iec104", "68 1a 0000 0000 0d 02 03 00 0100 0a0000 0000ac41 00 0b0000 00002041 80")
        #expect(floats.map(\.name) == ["1.10", "1.11"])
        #expect(floats.map(\.value) == [.real(21.5), .real(10)])
        #expect(floats.map(\.quality) == [.good, .bad])
        // A sequence counts addresses from the first; 2024-02-29 12:30:15.250.
        let sequence = try GrammarMapTests.points(
            "iec104", "68 13 0000 0000 0b 82 14 00 0100 640000 0500 10 0600 00")
        #expect(sequence.map(\.name) == ["1.100", "1.101"])
        #expect(sequence.map(\.quality) == [.uncertain, .good])
        let timed = try GrammarMapTests.points(
            "iec104", "68 15 0000 0000 1e 01 03 00 0100 010000 01 923b 1e 0c 1d 02 18")
        #expect(timed.map(\.value) == [.bool(true)])
        #expect(timed.map(\.timestamp) == [1_709_209_815_250 * 1_000_000])
    }

    @Test func objectsOfDNP3AreNamedByKindAndIndex() throws {
        let codec = try VectorTests.library.codec("dnp3")
        let map = try GrammarMapTests.map(codec)
        let vector = try #require(codec.grammar.vectors.first { $0.bytes.count > 30 && $0.bytes[3] == 0x44 })
        let points = try map.messages(try codec.decode(vector.bytes).value, source: "")
        #expect(points.map(\.name).prefix(2) == ["binary_input.0", "binary_input.1"])
        #expect(points.last?.name == "analog_input.5")
        #expect(points.last?.value == .int(-99))
        #expect(points.last?.timestamp != nil)
    }

    @Test func aReadingOfBACnetIsNamedByItsObject() throws {
        let points = try GrammarMapTests.points(
            "bacnet-ip", "81 0a 0017 01 00 30 01 0c 0c00000005 1955 3e 4441ac0000 3f")
        #expect(points.map(\.name) == ["analog_input.5.present_value"])
        #expect(points.map(\.value) == [.real(21.5)])
    }

    @Test func aMeterBecomesSparkplugMetrics() throws {
        let source = try VectorTests.library.codec("mbus")
        let target = try VectorTests.library.codec("sparkplug-b")
        let map = try GrammarMapTests.map(source).writing(as: try GrammarMapTests.map(target))
        let frame = try GrammarMapTests.bytes(
            "68 15 15 68 08 01 72 78563412 2423 01 07 05 00 0000 04 13 e8030000 e5 16")
        let points = try map.messages(try source.decode(frame).value, source: "", timestamp: 1_700_000_000_000_000_000)
        let messages = try Translator(map).messages(points)
        let first = try #require(messages.first)
        let payload = try target.decode(try target.encode(first)).value
        #expect(payload[path: ["metrics", "0", "name"]] == .text("12345678.volume.0"))
        #expect(payload[path: ["metrics", "0", "double_value"]] == .real(1))
        #expect(payload[path: ["metrics", "0", "datatype"]] == .text("double"))
        #expect(payload[path: ["metrics", "0", "timestamp"]] == .int(1_700_000_000_000))
    }

    @Test func modbusBecomesIEC104AndBack() throws {
        let modbus = try VectorTests.library.codec("modbus-tcp")
        let iec = try VectorTests.library.codec("iec104")
        func field(_ name: String, _ value: FieldValue) -> FieldValue.Field { .init(name, value) }
        let object: FieldValue = .record([
            field("address", .text("{address}")), field("value", .text("{value}")), field("invalid", .bool(false)),
            field("not_topical", .bool(false)), field("substituted", .bool(false)), field("blocked", .bool(false)),
            field("overflow", .bool(false)),
        ])
        let there = try PointMap(
            .record([
                field(
                    "points",
                    .list([
                        .record([
                            field("name", .text("level")), field("at", .text("registers")), field("type", .text("f32")),
                            field("to", .record([field("address", .int(4001))])),
                        ])
                    ])),
                field(
                    "message",
                    .record([
                        field("send", .int(0)), field("receive", .int(0)),
                        field(
                            "asdu",
                            .record([
                                field("type", .text("float")), field("sequence", .bool(false)),
                                field("test", .bool(false)),
                                field("negative", .bool(false)), field("cause", .text("spontaneous")),
                                field("originator", .int(0)), field("address", .int(1)),
                                field("objects", .list([object])),
                            ])),
                    ])),
            ]))
        let response = try modbus.decode(
            try GrammarMapTests.bytes("0001 0000 0007 01 03 04 41AC 0000"), MessageSettings(direction: .response))
        let sent = try Translator(there).messages(try there.messages(response.value, source: ""))
        let message = try #require(sent.first)
        let frame = try iec.encode(message)
        let points = try GrammarMapTests.map(iec).messages(try iec.decode(frame).value, source: "")
        #expect(points.map(\.name) == ["1.4001"])
        #expect(points.map(\.value) == [.real(21.5)])
        // And back: the point is written to two registers.
        let back = try PointMap(
            .record([
                field(
                    "message",
                    .record([
                        field("transaction", .int(1)), field("unit", .int(1)), field("exception", .bool(false)),
                        field("function", .text("write_multiple_registers")), field("start", .int(100)),
                        field("registers", .record([field("words", .text("{value}")), field("type", .text("f32"))])),
                    ]))
            ]))
        let backwards = try Translator(try GrammarMapTests.map(iec).writing(as: back)).messages(points)
        let written = try #require(backwards.first)
        let bytes = try modbus.encode(written, MessageSettings(direction: .request))
        #expect(bytes == (try GrammarMapTests.bytes("0001 0000 000b 01 10 0064 0002 04 41AC 0000")))
    }
}
