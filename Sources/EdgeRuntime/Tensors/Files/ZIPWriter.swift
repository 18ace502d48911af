internal import CZlib

/// Writes a ZIP archive of files below 4 GiB, stored or deflated.
struct ZIPWriter {
    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    /// Adds a file.
    ///
    /// - Throws: `TensorError` when the archive would pass 4 GiB or 65 thousand files.
    mutating func add(_ name: String, _ contents: [UInt8], compressed: Bool) throws {
        let packed = compressed ? try deflated(contents) : contents
        let nameBytes = Array(name.utf8)
        guard let size = UInt32(exactly: contents.count), let packedSize = UInt32(exactly: packed.count),
            let offset = UInt32(exactly: bytes.count), bytes.count + packed.count < Int(UInt32.max), count < UInt16.max,
            let nameLength = UInt16(exactly: nameBytes.count)
        else { throw TensorError.archiveTooLarge() }
        let checksum = contents.withUnsafeBufferPointer {
            UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count))
        }
        // Version needed, flags (names are UTF-8), method, time and date (1980-01-01: archives of equal arrays are equal).
        let shared =
            little(20 as UInt16) + little(0x800 as UInt16) + little((compressed ? 8 : 0) as UInt16)
            + little(0 as UInt16) + little(0x21 as UInt16) + little(checksum) + little(packedSize) + little(size)
            + little(nameLength) + little(0 as UInt16)
        bytes += little(0x0403_4b50 as UInt32) + shared + nameBytes + packed
        directory += little(0x0201_4b50 as UInt32) + little(20 as UInt16) + shared
        directory += [UInt8](repeating: 0, count: 10) + little(offset) + nameBytes
        count += 1
    }

    /// The archive.
    func finished() throws -> [UInt8] {
        guard let offset = UInt32(exactly: bytes.count), let size = UInt32(exactly: directory.count) else {
            throw TensorError.archiveTooLarge()
        }
        return bytes + directory + little(0x0605_4b50 as UInt32) + little(0 as UInt32) + little(count) + little(count)
            + little(size) + little(offset) + little(0 as UInt16)
    }

    private func little<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private func deflated(_ contents: [UInt8]) throws -> [UInt8] {
        guard let count = UInt32(exactly: contents.count) else { throw TensorError.archiveTooLarge() }
        var stream = z_stream()
        guard
            deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw TensorError.outOfMemory(bytes: contents.count) }
        defer { deflateEnd(&stream) }
        let bound = deflateBound(&stream, UInt(contents.count))
        guard let room = UInt32(exactly: bound) else { throw TensorError.archiveTooLarge() }
        var source = contents
        var output = [UInt8](repeating: 0, count: Int(bound))
        let status = source.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { bytes in
                stream.next_in = input.baseAddress
                stream.avail_in = count
                stream.next_out = bytes.baseAddress
                stream.avail_out = room
                return deflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { throw TensorError.outOfMemory(bytes: contents.count) }
        return Array(output[..<Int(stream.total_out)])
    }
}
