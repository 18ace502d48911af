/// What a packet carries above IP: a datagram of UDP or a segment of TCP, or a frame of CAN.
public struct CapturedDatagram: Sendable {
    public enum Transport: String, Sendable, Hashable {
        case tcp, udp, can
    }

    /// Of the packet, from 1.
    public let number: Int
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public let time: Int64
    public let transport: Transport
    /// IP addresses; empty for CAN.
    public let source: String
    public let destination: String
    /// Ports; for CAN the identifier.
    public let sourcePort: Int
    public let destinationPort: Int
    public let payload: ArraySlice<UInt8>
    /// For TCP.
    let sequence: UInt32
    let isSynchronizing: Bool
    let isFinal: Bool

    /// Takes a packet apart: Ethernet with VLAN tags, Linux cooked capture (1 and 2), loopback, raw IP; IPv4 and IPv6; UDP, TCP.
    ///
    /// Nil for what is none of these, for fragments of IP, and for what is cut off.
    public init?(_ packet: CapturedPacket) {
        var cursor = LinkCursor(packet.bytes)
        switch packet.linkType {
        case 1:
            cursor.skip(12)
            var type = cursor.take(2)
            while type == 0x8100 || type == 0x88A8 {
                cursor.skip(2)
                type = cursor.take(2)
            }
            guard type == 0x0800 || type == 0x86DD else { return nil }
        case 113:
            cursor.skip(14)
            let type = cursor.take(2)
            guard type == 0x0800 || type == 0x86DD else { return nil }
        case 276:
            let type = cursor.take(2)
            cursor.skip(18)
            guard type == 0x0800 || type == 0x86DD else { return nil }
        case 0, 108: cursor.skip(4)
        case 12, 14, 101, 228, 229: break
        case 227:
            let identifier = cursor.take(4)
            let length = cursor.take(1)
            cursor.skip(3)
            guard let identifier, let length, let content = cursor.rest(length) else { return nil }
            self.init(
                packet, .can, ("", ""), (identifier & 0x1FFF_FFFF, 0), content, sequence: 0, flags: 0)
            return
        default: return nil
        }
        guard let first = cursor.peek() else { return nil }
        let addresses: (String, String)
        var next: Int
        if first >> 4 == 4 {
            let header = Int(first & 15) * 4
            guard header >= 20, let head = cursor.rest(header) else { return nil }
            let h = Array(head)
            let total = Int(h[2]) << 8 | Int(h[3])
            // A fragment is no whole datagram.
            guard (Int(h[6]) << 8 | Int(h[7])) & 0x3FFF == 0 else { return nil }
            next = Int(h[9])
            addresses = (CapturedDatagram.address(h[12..<16]), CapturedDatagram.address(h[16..<20]))
            // 0 where the network card was to fill it in.
            if total > header { cursor.limit(total - header) }
        } else if first >> 4 == 6 {
            guard let head = cursor.rest(40) else { return nil }
            let h = Array(head)
            next = Int(h[6])
            addresses = (CapturedDatagram.address(h[8..<24]), CapturedDatagram.address(h[24..<40]))
            let total = Int(h[4]) << 8 | Int(h[5])
            if total > 0 { cursor.limit(total) }
            while [0, 43, 60].contains(next) {
                guard let following = cursor.take(1), let length = cursor.take(1) else { return nil }
                cursor.skip(length * 8 + 6)
                next = following
            }
        } else {
            return nil
        }
        switch next {
        case 17:
            guard let from = cursor.take(2), let to = cursor.take(2), let length = cursor.take(2) else { return nil }
            cursor.skip(2)
            if length >= 8 { cursor.limit(length - 8) }
            guard let payload = cursor.all() else { return nil }
            self.init(packet, .udp, addresses, (from, to), payload, sequence: 0, flags: 0)
        case 6:
            guard let from = cursor.take(2), let to = cursor.take(2), let sequence = cursor.take(4) else { return nil }
            cursor.skip(4)
            guard let offset = cursor.take(1), let flags = cursor.take(1) else { return nil }
            cursor.skip(6 + max(0, (offset >> 4) * 4 - 20))
            guard let payload = cursor.all() else { return nil }
            self.init(packet, .tcp, addresses, (from, to), payload, sequence: sequence, flags: flags)
        default: return nil
        }
    }

    private init(
        _ packet: CapturedPacket, _ transport: Transport, _ addresses: (String, String), _ ports: (Int, Int),
        _ payload: ArraySlice<UInt8>, sequence: Int, flags: Int
    ) {
        number = packet.number
        time = packet.time
        self.transport = transport
        source = addresses.0
        destination = addresses.1
        sourcePort = ports.0
        destinationPort = ports.1
        self.payload = payload
        self.sequence = UInt32(truncatingIfNeeded: sequence)
        isSynchronizing = flags & 2 != 0
        isFinal = flags & 5 != 0
    }

    private static func address(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.withUnsafeBytes { AddressText.text($0, bytes.count == 4 ? .ipv4 : .ipv6) }
    }
}

/// Walks through the headers of a packet; beyond its end there is nothing.
private struct LinkCursor {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var end: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
        end = bytes.endIndex
    }

    func peek() -> UInt8? { position < end ? bytes[position] : nil }

    mutating func skip(_ count: Int) { position = min(position + max(0, count), end + 1) }

    mutating func limit(_ count: Int) { if position <= end { end = min(end, position + count) } }

    /// A number, most significant byte first.
    mutating func take(_ width: Int) -> Int? {
        guard position + width <= end else {
            position = end + 1
            return nil
        }
        var value = 0
        for index in position..<position + width { value = value << 8 | Int(bytes[index]) }
        position += width
        return value
    }

    mutating func rest(_ count: Int) -> ArraySlice<UInt8>? {
        guard position + count <= end else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    func all() -> ArraySlice<UInt8>? { position <= end ? bytes[position..<end] : nil }
}
