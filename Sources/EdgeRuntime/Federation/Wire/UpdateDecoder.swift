import EdgeTensors

/// Reads what `CompressedUpdate` wrote. The bytes come from a network: nothing in them is believed before it is
/// checked, and no memory is taken that their number does not justify.
public struct UpdateDecoder {
    /// More than this is not made of one message unless the caller says so.
    public static let usualLimit = 1 << 30

    private struct Entry {
        let name: String
        let shape: [Int]
        let count: Int
        var kept = 0
        var low: Float = 0
        var high: Float = 0
        var positions: [Int]?
    }

    private let bits: Int
    private let container: UpdateContainer
    private var entries: [Entry] = []

    /// The update that the bytes hold, in tensors of single precision.
    ///
    /// - Parameters:
    ///   - limit: The bytes that its tensors may take.
    ///   - expected: An update of the tensors that are expected; others are refused before memory is taken for them.
    /// - Throws: `FederationError` with the place of what is wrong.
    public static func decode(
        _ bytes: [UInt8], limit: Int = usualLimit, like expected: Update? = nil
    ) throws -> (update: Update, container: UpdateContainer) {
        do {
            var decoder = try UpdateDecoder(header: bytes)
            let body = try decoder.readTable(bytes, limit: limit, like: expected)
            return (try decoder.readBody(body), decoder.container)
        } catch let error as ByteReaderError {
            throw FederationError.damaged(error.message, at: error.offset)
        }
    }

    private init(header bytes: [UInt8]) throws {
        guard bytes.count >= UpdateWire.headerLength + 4, bytes.starts(with: UpdateWire.magic) else {
            throw FederationError.damaged("the mark \"EDGU\" and a header were expected", at: 0)
        }
        let reader = ByteReader(bytes)
        let end = bytes.count - 4
        guard try reader.integer(at: end, as: UInt32.self) == Deflate.checksum(bytes[..<end]) else {
            throw FederationError.damaged("the checksum differs, so the bytes changed on their way;", at: end)
        }
        guard bytes[4] == UpdateWire.version else {
            throw FederationError.damaged("the version is \(bytes[4]), only 1 is known,", at: 4)
        }
        guard let container = UpdateContainer(rawValue: bytes[5]) else {
            throw FederationError.damaged("the container \(bytes[5]) is not known,", at: 5)
        }
        guard (1...8).contains(bytes[6]), bytes[7] == 0 else {
            throw FederationError.damaged("\(bytes[6]) bits are not 1...8, or the next byte is not 0,", at: 6)
        }
        bits = Int(bytes[6])
        self.container = container
    }

    /// Names and shapes, held against what is allowed.
    private mutating func readTable(_ bytes: [UInt8], limit: Int, like expected: Update?) throws -> ByteReader {
        var reader = ByteReader(bytes)
        try reader.seek(to: 8)
        let tensors = Int(try reader.readInteger(as: UInt32.self))
        let tableLength = Int(try reader.readInteger(as: UInt32.self))
        let bodyLength = Int(exactly: try reader.readInteger(as: UInt64.self)) ?? -1
        let deflatedLength = Int(exactly: try reader.readInteger(as: UInt64.self)) ?? -1
        var table = try reader.readReader(tableLength)
        guard tensors > 0, tensors <= tableLength / 2, container != .tensor || tensors == 1 else {
            throw reader.error("\(tensors) tensors do not fit the table", at: 8)
        }
        let available = UpdateWire.justifiedElements(bytes: bytes.count)
        var total = 0
        for _ in 0..<tensors {
            let entry = try readEntry(&table)
            guard entry.count <= available - total else {
                throw table.error("the shapes claim more numbers than \(bytes.count) bytes can stand for")
            }
            total += entry.count
            entries.append(entry)
        }
        guard table.remaining == 0 else { throw table.error("the table should end here") }
        guard total <= limit / MemoryLayout<Float>.size else {
            throw FederationError.tooLarge(
                "the update unpacks to \(total * MemoryLayout<Float>.size) bytes, more than the \(limit) allowed",
                hint: "`limit:` allows more")
        }
        if let expected { try check(like: expected) }
        let deflated = try reader.readSlice(deflatedLength)
        guard let body = Deflate.inflated(deflated, length: bodyLength) else {
            throw reader.error("the body cannot be unpacked", at: UpdateWire.headerLength + tableLength)
        }
        guard try reader.readSlice(max(0, reader.remaining - 4)).allSatisfy({ $0 == 0 }) else {
            throw reader.error("the padding holds other bytes than zeros")
        }
        return ByteReader(body)
    }

    private func readEntry(_ table: inout ByteReader) throws -> Entry {
        let start = table.position
        let nameLength = try table.readVarint()
        let name = try table.readString(nameLength)
        let rank = try table.readVarint()
        guard rank <= 16 else { throw table.error("a tensor of \(rank) axes", at: start) }
        var shape: [Int] = []
        for _ in 0..<rank { shape.append(try table.readVarint()) }
        guard let count = Tensor.elementCount(of: shape) else { throw table.error("the shape \(shape)", at: start) }
        return Entry(name: name, shape: shape, count: count)
    }

    private func check(like expected: Update) throws(FederationError) {
        let matches =
            entries.count == expected.parts.count
            && zip(entries, expected.parts).allSatisfy { $0.shape == $1.tensor.shape }
            && (container != .record || zip(entries, expected.parts).allSatisfy { $0.name == $1.name })
        guard !matches else { return }
        let different = zip(entries, expected.parts).first {
            $0.shape != $1.tensor.shape || (container == .record && $0.name != $1.name)
        }
        throw .mismatch(
            different.map {
                "the update has the tensor `\($0.name)` of shape \($0.shape) where `\($1.name)` of shape "
                    + "\($1.tensor.shape) is expected"
            } ?? "the update has \(entries.count) tensors, \(expected.parts.count) are expected")
    }

    private mutating func readBody(_ body: ByteReader) throws -> Update {
        var reader = body
        for index in entries.indices { try readScale(&entries[index], &reader) }
        for index in entries.indices { try readGaps(&entries[index], &reader) }
        var tensors: [Tensor] = []
        var signs: [ArraySlice<UInt8>] = []
        for entry in entries { signs.append(try reader.readSlice((entry.kept + 7) / 8)) }
        for (entry, signs) in zip(entries, signs) {
            let length = bits == 1 ? 0 : bits == 2 ? (entry.kept + 7) / 8 : entry.kept
            let start = reader.position
            let levels = try reader.readSlice(length)
            guard bits < 3 || levels.allSatisfy({ $0 < 1 << (bits - 1) }) else {
                throw reader.error("a level needs more than \(bits - 1) bits", at: start)
            }
            tensors.append(try tensor(entry, signs, levels))
        }
        guard reader.remaining == 0 else { throw reader.error("the body should end here") }
        return Update(
            zip(entries, tensors).enumerated().map { position, pair in
                Update.Part(name: container == .record ? pair.0.name : "\(position)", tensor: pair.1)
            })
    }

    private func readScale(_ entry: inout Entry, _ reader: inout ByteReader) throws {
        let start = reader.position
        entry.kept = try reader.readVarint()
        guard entry.kept <= entry.count else {
            throw reader.error("\(entry.kept) numbers of \(entry.count) are kept", at: start)
        }
        guard entry.kept > 0 else { return }
        entry.low = try reader.readFloat()
        entry.high = try reader.readFloat()
        guard entry.low >= 0, entry.low <= entry.high, entry.high.isFinite else {
            throw reader.error("the magnitudes reach from \(entry.low) to \(entry.high)", at: start)
        }
    }

    private func readGaps(_ entry: inout Entry, _ reader: inout ByteReader) throws {
        guard entry.kept < entry.count, entry.kept > 0 else {
            if entry.kept < entry.count { entry.positions = [] }
            return
        }
        let start = reader.position
        var code = try RiceCode.Reader(&reader)
        // Every gap takes a bit at least.
        guard entry.kept / 8 <= reader.remaining else {
            throw reader.error("\(entry.kept) gaps were expected", at: start)
        }
        var positions: [Int] = []
        positions.reserveCapacity(entry.kept)
        var next = 0
        for _ in 0..<entry.kept {
            guard let gap = try code.next(&reader, below: entry.count - next) else {
                throw reader.error("a gap leads out of the tensor")
            }
            positions.append(next + gap)
            next += gap + 1
        }
        entry.positions = positions
    }

    private func tensor(_ entry: Entry, _ signs: ArraySlice<UInt8>, _ levels: ArraySlice<UInt8>) throws -> Tensor {
        var tensor = try Tensor(zeros: entry.shape, dtype: .f32)
        try tensor.withMutableElements(of: Float.self) { numbers in
            for index in 0..<entry.kept {
                let level: UInt8 =
                    switch bits {
                    case 1: 0
                    case 2: flag(levels, index) ? 1 : 0
                    default: levels[levels.startIndex + index]
                    }
                let magnitude = UpdateWire.magnitude(level, low: entry.low, high: entry.high, bits: bits)
                numbers[entry.positions?[index] ?? index] = flag(signs, index) ? -magnitude : magnitude
            }
        }
        return tensor
    }

    private func flag(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Bool {
        bytes[bytes.startIndex + index / 8] >> UInt8(index % 8) & 1 != 0
    }
}

extension ByteReader {
    /// Seven bits a byte, the lowest first; at most what an `Int` holds, in no more bytes than needed.
    fileprivate mutating func readVarint() throws(ByteReaderError) -> Int {
        let start = position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte: UInt8 = try readInteger()
            guard shift < 63, byte != 0 || shift == 0 else { throw error("a number is not well formed", at: start) }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(value) }
            shift += 7
        }
    }
}
