internal import CZlib

/// The files of a ZIP archive, as much of the format as `.npz` uses: stored or deflated, no encryption, ZIP64 sizes.
///
/// Format: PKWARE's APPNOTE 6.3.
struct ZIPArchive {
    struct Entry {
        let name: String
        fileprivate let method: UInt16
        fileprivate let checksum: UInt32
        fileprivate let compressedSize: Int
        fileprivate let size: Int
        fileprivate let offset: Int
    }

    let entries: [Entry]
    private let reader: ByteReader

    private static let endSignature: UInt32 = 0x0605_4b50
    private static let directorySignature: UInt32 = 0x0201_4b50
    private static let fileSignature: UInt32 = 0x0403_4b50

    /// Reads the directory.
    init(_ reader: ByteReader) throws {
        self.reader = reader
        let end = try Self.endRecord(reader)
        let count = Int(try reader.integer(at: end + 10, as: UInt16.self))
        var directory = try reader.reader(at: Int(try reader.integer(at: end + 16, as: UInt32.self)))
        var entries: [Entry] = []
        for _ in 0..<count { entries.append(try Self.entry(&directory)) }
        self.entries = entries
    }

    /// The end record stands last, before a comment of up to 64 KiB.
    private static func endRecord(_ reader: ByteReader) throws -> Int {
        var position = reader.count - 22
        while position >= 0, position >= reader.count - 22 - 0xFFFF {
            if try reader.integer(at: position, as: UInt32.self) == endSignature { return position }
            position -= 1
        }
        throw reader.error("this is no ZIP archive: its directory is missing", at: max(0, reader.count))
    }

    private static func entry(_ directory: inout ByteReader) throws -> Entry {
        let start = directory.position
        guard try directory.readInteger(as: UInt32.self) == directorySignature else {
            throw directory.error("an entry of the archive's directory was expected", at: start)
        }
        let flags = try directory.integer(at: start + 8, as: UInt16.self)
        guard flags & 1 == 0 else { throw directory.error("encrypted archives are not supported", at: start + 8) }
        let nameLength = Int(try directory.integer(at: start + 28, as: UInt16.self))
        let extraLength = Int(try directory.integer(at: start + 30, as: UInt16.self))
        let commentLength = Int(try directory.integer(at: start + 32, as: UInt16.self))
        // Sizes that do not fit stand in the ZIP64 field, in this order.
        var fields = [
            UInt64(try directory.integer(at: start + 24, as: UInt32.self)),
            UInt64(try directory.integer(at: start + 20, as: UInt32.self)),
            UInt64(try directory.integer(at: start + 42, as: UInt32.self)),
        ]
        var extra = try directory.reader(at: start + 46 + nameLength, count: extraLength)
        while extra.remaining >= 4 {
            let kind: UInt16 = try extra.readInteger()
            var field = try extra.readReader(Int(try extra.readInteger(as: UInt16.self)))
            guard kind == 1 else { continue }
            for index in fields.indices where fields[index] == UInt64(UInt32.max) {
                fields[index] = try field.readInteger()
            }
        }
        guard let size = Int(exactly: fields[0]), let compressed = Int(exactly: fields[1]),
            let offset = Int(exactly: fields[2])
        else { throw directory.error("a size in the archive's directory is too large", at: start) }
        let entry = Entry(
            name: try directory.string(at: start + 46, count: nameLength),
            method: try directory.integer(at: start + 10), checksum: try directory.integer(at: start + 16),
            compressedSize: compressed, size: size, offset: offset)
        try directory.seek(to: start + 46 + nameLength + extraLength + commentLength)
        return entry
    }

    /// The contents of an entry.
    func contents(of entry: Entry) throws -> [UInt8] {
        let header = try reader.reader(at: entry.offset)
        guard try header.integer(at: 0, as: UInt32.self) == Self.fileSignature else {
            throw header.error("the file '\(entry.name)' was expected", at: 0)
        }
        let start =
            30 + Int(try header.integer(at: 26, as: UInt16.self)) + Int(try header.integer(at: 28, as: UInt16.self))
        let data = try header.slice(at: start, count: entry.compressedSize)
        let bytes: [UInt8]
        switch entry.method {
        case 0: bytes = Array(data)
        case 8: bytes = try inflated(data, entry, header.error("'\(entry.name)' cannot be unpacked", at: start))
        default: throw header.error("'\(entry.name)' is packed by unknown method \(entry.method)", at: 8)
        }
        let checksum = bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
        guard bytes.count == entry.size, UInt32(truncatingIfNeeded: checksum) == entry.checksum else {
            throw header.error("'\(entry.name)' is damaged: its checksum differs", at: start)
        }
        return bytes
    }

    private func inflated(_ data: ArraySlice<UInt8>, _ entry: Entry, _ failure: ByteReaderError) throws -> [UInt8] {
        // Deflate shrinks at most 1032 times: a size beyond that is a lie, and no memory is taken for it.
        guard entry.size / 1032 <= data.count, let input = UInt32(exactly: data.count),
            let size = UInt32(exactly: entry.size)
        else { throw failure }
        var stream = z_stream()
        // Negative bits: a raw stream without zlib's own header.
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw failure
        }
        defer { inflateEnd(&stream) }
        var source = Array(data)
        var output = [UInt8](repeating: 0, count: entry.size)
        let status = source.withUnsafeMutableBufferPointer { inputBytes in
            output.withUnsafeMutableBufferPointer { bytes in
                stream.next_in = inputBytes.baseAddress
                stream.avail_in = input
                stream.next_out = bytes.baseAddress
                stream.avail_out = size
                return inflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END, stream.total_out == entry.size else { throw failure }
        return output
    }
}
