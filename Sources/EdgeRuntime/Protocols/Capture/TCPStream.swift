/// One direction of a TCP connection, put in order.
struct TCPStream {
    /// Bytes in order that no frame has taken yet.
    private(set) var buffer: [UInt8] = []
    private var next: UInt32?
    /// Segments that came too early.
    private var early: [(sequence: UInt32, bytes: ArraySlice<UInt8>)] = []

    /// More early segments than this mean that one was lost from the capture.
    private static let maximumEarly = 64

    /// Adds a segment; segments that were seen already add nothing.
    ///
    /// - Parameter start: What messages begin with. A segment after a gap that begins so is the first of a new message: what came before
    ///   was lost from the capture.
    mutating func add(_ segment: CapturedDatagram, start: [UInt8] = []) {
        if segment.isSynchronizing {
            next = segment.sequence &+ 1
            buffer = []
            early = []
            return
        }
        guard !segment.payload.isEmpty else { return }
        let isFresh = buffer.isEmpty && !start.isEmpty && segment.payload.starts(with: start)
        if next == nil || (isFresh && distance(segment.sequence, next ?? 0) > 0) { next = segment.sequence }
        insert(segment.sequence, segment.payload)
        // A segment that never comes: go on after the gap.
        if early.count > TCPStream.maximumEarly, let first = early.first {
            buffer = []
            next = first.sequence
        }
        while let next, let index = early.firstIndex(where: { distance($0.sequence, next) <= 0 }) {
            let segment = early.remove(at: index)
            insert(segment.sequence, segment.bytes)
        }
    }

    private mutating func insert(_ sequence: UInt32, _ bytes: ArraySlice<UInt8>) {
        guard let expected = next else { return }
        let ahead = distance(sequence, expected)
        if ahead > 0 {
            early.append((sequence, bytes))
            early.sort { Int32(bitPattern: $0.sequence &- $1.sequence) < 0 }
            return
        }
        let seen = -ahead
        // A byte of a keep-alive, or of a repeated segment, was there before.
        guard seen < bytes.count else { return }
        buffer += bytes.dropFirst(seen)
        next = expected &+ UInt32(bytes.count - seen)
    }

    /// Takes the first bytes.
    mutating func take(_ count: Int) -> [UInt8] {
        let taken = Array(buffer.prefix(count))
        buffer.removeFirst(min(count, buffer.count))
        return taken
    }

    /// Drops what comes before the first of these bytes.
    mutating func skip(to start: [UInt8]) {
        guard let first = start.first else { return }
        while let place = buffer.firstIndex(of: first) {
            if place > 0 { buffer.removeFirst(place) }
            if zip(buffer, start).allSatisfy({ $0 == $1 }) { return }
            buffer.removeFirst()
        }
        buffer = []
    }

    mutating func discard() { buffer = [] }

    /// Numbers go around (RFC 9293, 3.4).
    private func distance(_ a: UInt32, _ b: UInt32) -> Int { Int(Int32(bitPattern: a &- b)) }
}
