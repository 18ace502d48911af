import CZlib

/// Entropy coding by zlib.
enum Deflate {
    /// zlib takes at most 4 GiB at once.
    static let maximumLength = Int(UInt32.max)

    /// Sections one behind the other in one stream. Each begins a block of its own: gaps, signs and levels differ,
    /// and a table of codes for all of them would suit none.
    ///
    /// - Returns: nil where zlib has no memory or a section is too long.
    static func compressed(_ sections: [[UInt8]]) -> [UInt8]? {
        var stream = z_stream()
        // Few strings repeat among gaps and levels: most of the gain is Huffman's.
        guard
            deflateInit2_(
                &stream, 9, Z_DEFLATED, -15, 9, Z_FILTERED, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        var output: [UInt8] = []
        for (index, section) in sections.enumerated() {
            guard let length = UInt32(exactly: section.count) else { return nil }
            let isLast = index == sections.count - 1
            var source = section
            let succeeded = source.withUnsafeMutableBufferPointer { source in
                stream.next_in = source.baseAddress
                stream.avail_in = length
                return drain(&stream, isLast ? Z_FINISH : Z_BLOCK, into: &output)
            }
            guard succeeded else { return nil }
        }
        return output
    }

    /// Takes what deflate makes of its input until it has no more.
    private static func drain(_ stream: inout z_stream, _ flush: Int32, into output: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let status = buffer.withUnsafeMutableBufferPointer { buffer in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                return deflate(&stream, flush)
            }
            output += buffer[..<(buffer.count - Int(stream.avail_out))]
            if status == Z_STREAM_END { return true }
            // No progress is no error: the section ended just where the buffer did.
            guard status == Z_OK || status == Z_BUF_ERROR else { return false }
            if stream.avail_out > 0 { return flush != Z_FINISH && stream.avail_in == 0 }
        }
    }

    /// The input of exactly `length` bytes that was compressed; nil where it is another one.
    static func inflated(_ input: ArraySlice<UInt8>, length: Int) -> [UInt8]? {
        // Deflate shrinks at most 1032 times: a length beyond that is a lie, and no memory is taken for it.
        guard length >= 0, length / 1032 <= input.count, let available = UInt32(exactly: input.count),
            let expected = UInt32(exactly: length)
        else { return nil }
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var source = Array(input)
        // One byte more, so that a body of no bytes has an address.
        var output = [UInt8](repeating: 0, count: length + 1)
        let status = source.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = source.baseAddress
                stream.avail_in = available
                stream.next_out = output.baseAddress
                stream.avail_out = expected
                return inflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END, stream.total_out == UInt(length), stream.avail_in == 0 else { return nil }
        output.removeLast()
        return output
    }

    /// CRC-32 as in zip and Ethernet.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        UInt32(truncatingIfNeeded: bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) })
    }
}
