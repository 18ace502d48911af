import PeerTesting
import Testing

@testable import EdgeProtocols

/// Captures made here: packets in any order, both formats, and files that are damaged.
@Suite struct CaptureTests {
    private static let request: [UInt8] = [0, 7, 0, 0, 0, 6, 1, 1, 0, 0, 0, 3]
    private static let response: [UInt8] = [0, 7, 0, 0, 0, 4, 1, 1, 1, 5]

    /// A packet of Ethernet, IPv4 and TCP.
    private static func packet(_ from: Int, _ to: Int, _ sequence: Int, _ payload: [UInt8]) -> [UInt8] {
        func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }
        let ethernet = [UInt8](repeating: 0, count: 12) + [8, 0]
        let ip: [UInt8] =
            [0x45, 0] + word(40 + payload.count) + [0, 0, 0, 0, 64, 6, 0, 0]
            + (from < to ? [10, 0, 0, 2] : [10, 0, 0, 1])
            + (from < to ? [10, 0, 0, 1] : [10, 0, 0, 2])
        let tcp =
            word(from) + word(to) + word(sequence >> 16) + word(sequence) + [0, 0, 0, 0, 0x50, 0x18, 1, 0, 0, 0, 0, 0]
        return ethernet + ip + tcp + payload
    }

    private static func pcap(_ packets: [[UInt8]]) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
        return [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + number(0) + number(0) + number(65535) + number(1)
            + packets.enumerated().flatMap { number($0) + number(500_000) + number($1.count) + number($1.count) + $1 }
    }

    private func values(_ packets: [[UInt8]]) throws -> [FieldValue] {
        var decoder = CaptureDecoder(try VectorTests.library.codec("modbus-tcp"))
        return try CaptureFile.packets(CaptureTests.pcap(packets)).flatMap { decoder.frames(of: $0) }
            .map { try $0.result.get().value }
    }

    @Test func aResponseKnowsHowManyBitsItsRequestAskedFor() throws {
        let values = try values([
            CaptureTests.packet(502 + 40000, 502, 1, CaptureTests.request),
            CaptureTests.packet(502, 502 + 40000, 1, CaptureTests.response),
        ])
        #expect(values[1]["values"] == .list([.bool(true), .bool(false), .bool(true)]))
    }

    @Test func segmentsOutOfOrderAndRepeatedGiveEachMessageOnce() throws {
        let both = CaptureTests.request + CaptureTests.request
        let parts: [(Int, ArraySlice<UInt8>)] = [
            (1, both[0..<5]), (15, both[14...]), (6, both[5..<14]), (6, both[5..<14]),
        ]
        let values = try values(parts.map { CaptureTests.packet(50000, 502, $0.0, Array($0.1)) })
        #expect(values.count == 2)
    }

    @Test func timesAreNanoseconds() throws {
        let packets = try CaptureFile.packets(CaptureTests.pcap([[1], [2]]))
        #expect(packets.map(\.time) == [500_000_000, 1_500_000_000])
    }

    @Test func everyCutOfACaptureIsReadOrRefused() {
        let bytes = CaptureTests.pcap([CaptureTests.packet(50000, 502, 1, CaptureTests.request)])
        for count in 0..<bytes.count { _ = try? CaptureFile.packets(Array(bytes.prefix(count))) }
        #expect(throws: ProtocolError.self) { try CaptureFile.packets(Array(bytes.prefix(60))) }
        #expect(throws: ProtocolError.self) { try CaptureFile.packets([1, 2, 3, 4, 5, 6, 7, 8]) }
    }
}
