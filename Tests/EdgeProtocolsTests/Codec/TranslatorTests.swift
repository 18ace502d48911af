import PeerTesting
import Testing

@testable import EdgeProtocols

/// Bytes of one protocol become bytes of another.
@Suite struct TranslatorTests {
    static func field(_ name: String, _ value: FieldValue) -> FieldValue.Field { .init(name, value) }

    static let points: FieldValue = .list([
        .record([
            field("name", .text("temperature")), field("at", .text("registers")), field("index", .int(0)),
            field("type", .text("f32")), field("order", .text("CDAB")), field("unit", .text("Cel")),
        ]),
        .record([
            field("name", .text("level")), field("at", .text("registers")), field("index", .int(2)),
            field("type", .text("u16")), field("scale", .real(0.5)), field("invalid", .list([.int(65535)])),
        ]),
    ])

    private func reading(_ registers: [Int64]) -> FieldValue {
        .record([TranslatorTests.field("registers", .list(registers.map { .int($0) }))])
    }

    @Test func registersBecomeValuesWithUnitAndQuality() throws {
        let map = try PointMap(.record([TranslatorTests.field("points", TranslatorTests.points)]))
        let values = try map.messages(reading([0, 0x41AC, 65535]), source: "meter")
        #expect(values.map(\.value) == [.real(21.5), .real(32767.5)])
        #expect(values.map(\.quality) == [.good, .bad])
        #expect(values[0].unit == "Cel")
    }

    @Test func allPointsBecomeMetricsOfOneSparkplugPayload() throws {
        let metric: FieldValue = .record([
            TranslatorTests.field("name", .text("{name}")), TranslatorTests.field("double_value", .text("{value}")),
        ])
        let map = try PointMap(
            .record([
                TranslatorTests.field("points", TranslatorTests.points),
                TranslatorTests.field(
                    "message", .record([TranslatorTests.field("metrics", .list([metric]))])),
                TranslatorTests.field("together", .bool(true)),
            ]))
        let messages = try Translator(map).messages(try map.messages(reading([0, 0x41AC, 40]), source: "meter"))
        let codec = try VectorTests.library.codec("sparkplug-b")
        let payload = try codec.decode(try codec.encode(try #require(messages.first))).value
        #expect(payload[path: ["metrics", "1", "name"]] == .text("level"))
        #expect(payload[path: ["metrics", "1", "double_value"]] == .real(20))
    }

    @Test(arguments: NumberType.allCases, RegisterOrder.allCases)
    func registersAreTheirOwnInverse(type: NumberType, order: RegisterOrder) throws {
        let value: FieldValue = type == .f32 || type == .f64 ? .real(-1.5) : .int(4711)
        let registers = try #require(type.registers(value, order))
        #expect(type.value(registers, order) == value)
    }

    @Test func anOrderSwapsWordsAndBytes() {
        #expect(NumberType.u32.registers(.int(0x0102_0304), .big) == [.int(0x0102), .int(0x0304)])
        #expect(NumberType.u32.registers(.int(0x0102_0304), .wordSwapped) == [.int(0x0304), .int(0x0102)])
        #expect(NumberType.u32.registers(.int(0x0102_0304), .byteSwapped) == [.int(0x0201), .int(0x0403)])
        #expect(NumberType.u32.registers(.int(0x0102_0304), .little) == [.int(0x0403), .int(0x0201)])
    }

    @Test func aMapWithAMistakeSaysWhich() {
        #expect(
            throws: ProtocolError.mapping("a map needs its `points`", hint: "write points: [{name: \"…\", at: \"…\"}]")
        ) {
            try PointMap(.record([]))
        }
        let point: FieldValue = .record([
            TranslatorTests.field("name", .text("a")), TranslatorTests.field("at", .text("x")),
            TranslatorTests.field("scael", .int(2)),
        ])
        #expect(throws: ProtocolError.mapping("point `a` has no `scael`", hint: "did you mean `scale`?")) {
            try PointMap(.record([TranslatorTests.field("points", .list([point]))]))
        }
    }
}
