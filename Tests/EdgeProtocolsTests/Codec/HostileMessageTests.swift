import PeerTesting
import Testing

@testable import EdgeProtocols

/// Bytes and messages made to break things give errors that help.
@Suite struct HostileMessageTests {
    static let library = VectorTests.library

    private static func codec(_ text: String) throws -> ProtocolCodec {
        try #require(try ProtocolLibrary.compile(Array(text.utf8), file: "t.yaml").first)
    }

    private func error(_ body: () throws -> Void) -> ProtocolError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ProtocolError
        }
    }

    @Test(arguments: VectorTests.names) func everyPrefixOfAVectorIsReadOrRefused(name: String) throws {
        let codec = try HostileMessageTests.library.codec(name)
        for vector in codec.grammar.vectors {
            for count in 0..<vector.bytes.count { _ = try? codec.decode(Array(vector.bytes.prefix(count))) }
        }
    }

    @Test(arguments: VectorTests.names) func changedBytesAreReadOrRefusedAndWhatIsReadIsWritten(name: String) throws {
        let codec = try HostileMessageTests.library.codec(name)
        for vector in codec.grammar.vectors {
            for place in vector.bytes.indices {
                for value in [0x00, 0x7F, 0x80, 0xFF, vector.bytes[place] &+ 1] as [UInt8] {
                    var bytes = vector.bytes
                    bytes[place] = value
                    if let message = try? codec.decode(bytes) { _ = codec.nonCanonicalReason(bytes[...], message) }
                }
            }
        }
    }

    @Test func aMessageThatIsCutOffSaysSo() throws {
        let codec = try HostileMessageTests.library.codec("modbus-tcp")
        let error = try #require(error { _ = try codec.decode([0, 7, 0, 0, 0, 6, 1, 3, 0]) })
        #expect(error.message == "not modbus-tcp at byte 6: 6 bytes are announced, but 3 are left")
        #expect(error.isTruncated)
    }

    @Test func aWrongChecksumIsNamedWithBothValues() throws {
        let codec = try HostileMessageTests.library.codec("modbus-rtu")
        let error = try #require(error { _ = try codec.decode([1, 3, 0, 0, 0, 10, 0xC5, 0xCE]) })
        #expect(error.message.contains("the checksum is 0xcec5, but the bytes give 0xcdc5"))
    }

    @Test func aFieldThatIsMissingUnknownOrTooLargeIsNamed() throws {
        let codec = try HostileMessageTests.library.codec("modbus-tcp")
        let request = MessageSettings(direction: .request)
        func message(_ extra: [FieldValue.Field]) -> FieldValue {
            .record(
                [
                    .init("transaction", .int(1)), .init("unit", .int(1)), .init("exception", .bool(false)),
                    .init("function", .text("read_coils")),
                ] + extra)
        }
        let missing = error { _ = try codec.encode(message([.init("start", .int(0))]), request) }
        #expect(missing?.message == "cannot write modbus-tcp: `count` is missing")
        let unknown = error {
            _ = try codec.encode(
                message([.init("start", .int(0)), .init("count", .int(1)), .init("cuont", .int(1))]), request)
        }
        #expect(unknown?.message == "cannot write modbus-tcp at `cuont`: this kind of message has no `cuont`")
        #expect(unknown?.hint == "did you mean `count`?")
        let large = error {
            _ = try codec.encode(message([.init("start", .int(70000)), .init("count", .int(1))]), request)
        }
        #expect(large?.message == "cannot write modbus-tcp at `start`: 70000 does not fit 16 bits, unsigned")
    }

    @Test func typesWithinThemselvesNestOnlySoDeep() throws {
        let codec = try HostileMessageTests.codec(
            "protocol: p\nmessage:\n  - node: node\ntypes:\n  node:\n    - more: u8\n    - inner: {type: node, when: {more: 1}}\n"
        )
        let deep = [UInt8](repeating: 1, count: 5000) + [0]
        #expect(error { _ = try codec.decode(deep) }?.message.contains("this nests too deep") == true)
        let shallow: [UInt8] = [1, 1, 0]
        #expect(try codec.encode(try codec.decode(shallow).value) == shallow)
    }

    @Test func aCountWithoutBytesAllocatesNothing() throws {
        let codec = try HostileMessageTests.codec(
            "protocol: p\nmessage:\n  - count: {type: u32, count_of: items}\n  - items: {repeat: [a: u8, b: u8]}\n")
        #expect(
            error { _ = try codec.decode([255, 255, 255, 255, 1, 2]) }?.message.contains("cannot stand in 2 bytes")
                == true)
    }

    @Test func aListWhoseElementsHaveNoBytesEnds() throws {
        let codec = try HostileMessageTests.codec(
            "protocol: p\nmessage:\n  - items: {repeat: [a: {type: bytes, size: 0}]}\n")
        #expect(
            error { _ = try codec.decode([1]) }?.message.contains("the elements of this list have no bytes") == true)
    }

    @Test func numbersBeyondTheLanguageKeepTheirDigits() throws {
        let codec = try HostileMessageTests.codec("protocol: p\nmessage:\n  - a: u64\n  - b: i64\n")
        let bytes = [UInt8](repeating: 255, count: 8) + [0x80] + [UInt8](repeating: 0, count: 7)
        let value = try codec.decode(bytes).value
        #expect(value["a"] == .text("18446744073709551615"))
        #expect(value["b"] == .int(.min))
        #expect(try codec.encode(value) == bytes)
    }
}
