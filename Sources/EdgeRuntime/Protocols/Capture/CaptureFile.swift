import EdgeData

/// A packet of a capture, as it was on its link.
public struct CapturedPacket: Sendable {
    /// Its place in the capture, from 1.
    public let number: Int
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public let time: Int64
    /// The kind of link, as registered at tcpdump.org.
    public let linkType: Int
    public let bytes: ArraySlice<UInt8>
}

/// Captures of packets: pcap and pcapng, of either byte order.
///
/// Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
public enum CaptureFile {
    /// A capture larger than this is not read at once.
    public static let maximumLength = 1 << 30

    /// The packets of a file.
    ///
    /// - Throws: `P0005` with the byte where the file stops being a capture; a file that is cut off in its last packet gives the packets
    ///   before it.
    public static func read(_ path: String) throws(ProtocolError) -> [CapturedPacket] {
        let bytes: [UInt8]
        do throws(DataError) {
            bytes = try FileContents.read(path, limit: maximumLength)
        } catch {
            throw ProtocolError(code: "P0005", message: error.message, hint: error.hint)
        }
        return try packets(bytes, path: path)
    }

    /// The packets of a capture in memory.
    public static func packets(_ bytes: [UInt8], path: String = "the capture") throws(ProtocolError) -> [CapturedPacket]
    {
        var reader = CaptureReader(bytes, path: path)
        switch reader.number(at: 0, 4, isLittle: true) {
        case 0xA1B2_C3D4: return try reader.pcap(isLittle: true, nanoseconds: false)
        case 0xA1B2_3C4D: return try reader.pcap(isLittle: true, nanoseconds: true)
        case 0xD4C3_B2A1: return try reader.pcap(isLittle: false, nanoseconds: false)
        case 0x4D3C_B2A1: return try reader.pcap(isLittle: false, nanoseconds: true)
        case 0x0A0D_0D0A: return try reader.pcapng()
        default: throw .capture(path, at: 0, "it begins with neither pcap's nor pcapng's number")
        }
    }
}

/// Reads numbers and stretches of a capture; each access is checked against its end.
private struct CaptureReader {
    private let bytes: [UInt8]
    private let path: String
    private var packets: [CapturedPacket] = []

    init(_ bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    /// Zero beyond the end.
    func number(at position: Int, _ width: Int, isLittle: Bool) -> Int {
        guard position >= 0, width <= bytes.count - position else { return 0 }
        var value = 0
        for index in 0..<width { value = value << 8 | Int(bytes[position + (isLittle ? width - 1 - index : index)]) }
        return value
    }

    private mutating func add(_ start: Int, _ count: Int, time: Int64, linkType: Int) {
        packets.append(
            CapturedPacket(
                number: packets.count + 1, time: time, linkType: linkType, bytes: bytes[start..<start + count]))
    }

    mutating func pcap(isLittle: Bool, nanoseconds: Bool) throws(ProtocolError) -> [CapturedPacket] {
        guard bytes.count >= 24 else { throw .capture(path, at: bytes.count, "its header is cut off") }
        let linkType = number(at: 20, 4, isLittle: isLittle) & 0x0FFF_FFFF
        var position = 24
        while bytes.count - position >= 16 {
            let seconds = number(at: position, 4, isLittle: isLittle)
            let fraction = number(at: position + 4, 4, isLittle: isLittle)
            let count = number(at: position + 8, 4, isLittle: isLittle)
            position += 16
            guard count <= bytes.count - position else {
                if packets.isEmpty { throw .capture(path, at: position, "a packet of \(count) bytes is cut off") }
                break
            }
            add(
                position, count, time: Int64(seconds) * 1_000_000_000 + Int64(fraction) * (nanoseconds ? 1 : 1000),
                linkType: linkType)
            position += count
        }
        return packets
    }

    mutating func pcapng() throws(ProtocolError) -> [CapturedPacket] {
        var position = 0
        var isLittle = true
        var interfaces: [(linkType: Int, resolution: Double)] = []
        while bytes.count - position >= 12 {
            let type = number(at: position, 4, isLittle: isLittle)
            if type == 0x0A0D_0D0A {
                isLittle = number(at: position + 8, 4, isLittle: true) == 0x1A2B_3C4D
                interfaces = []
            }
            let length = number(at: position + 4, 4, isLittle: isLittle)
            guard length >= 12, length % 4 == 0, length <= bytes.count - position else {
                if packets.isEmpty { throw .capture(path, at: position, "a block of \(length) bytes is cut off") }
                break
            }
            let body = position + 8
            let end = position + length - 4
            switch type {
            case 1:
                interfaces.append(
                    (number(at: body, 2, isLittle: isLittle), resolution(body + 8, end, isLittle: isLittle)))
            case 6:
                let interface = number(at: body, 4, isLittle: isLittle)
                let ticks =
                    UInt64(number(at: body + 4, 4, isLittle: isLittle)) << 32
                    | UInt64(number(at: body + 8, 4, isLittle: isLittle))
                let count = number(at: body + 12, 4, isLittle: isLittle)
                guard interfaces.indices.contains(interface), count <= end - body - 20 else {
                    throw .capture(path, at: position, "a packet names no interface, or leaves its block")
                }
                let time = (Double(ticks) * interfaces[interface].resolution).rounded()
                add(
                    body + 20, count, time: Int64(exactly: time) ?? 0, linkType: interfaces[interface].linkType)
            case 3:
                guard let interface = interfaces.first else {
                    throw .capture(path, at: position, "a packet names no interface")
                }
                let count = min(number(at: body, 4, isLittle: isLittle), end - body - 4)
                guard count >= 0 else { throw .capture(path, at: position, "a packet leaves its block") }
                add(body + 4, count, time: 0, linkType: interface.linkType)
            default: break
            }
            position += length
        }
        return packets
    }

    /// Nanoseconds a tick: the option `if_tsresol`, 10^-n or 2^-n seconds; microseconds without it.
    private func resolution(_ start: Int, _ end: Int, isLittle: Bool) -> Double {
        var position = start
        while end - position >= 4 {
            let code = number(at: position, 2, isLittle: isLittle)
            let length = number(at: position + 2, 2, isLittle: isLittle)
            if code == 0 { break }
            if code == 9, length == 1, end - position >= 5 {
                let exponent = Int(bytes[position + 4])
                var seconds = 1.0
                for _ in 0..<(exponent & 0x7F) { seconds /= exponent & 0x80 == 0 ? 10 : 2 }
                return seconds * 1_000_000_000
            }
            position += 4 + (length + 3) & ~3
        }
        return 1000
    }
}
