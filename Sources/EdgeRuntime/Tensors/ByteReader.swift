/// Something that does not read: where in the bytes, and what is wrong there.
package struct ByteReaderError: Error, Hashable, CustomStringConvertible {
    /// The offset in bytes from the start of the whole input.
    package let offset: Int
    package let message: String

    package init(offset: Int, message: String) {
        self.offset = offset
        self.message = message
    }

    package var description: String { "\(message) at byte \(offset)" }
}

/// The bounded view through which untrusted bytes are read, little endian.
///
/// It reads in sequence from a position, or anywhere by an explicit offset; both are checked against the bounds of the
/// view. Offsets given and returned count from the start of the view, those in errors from the start of the whole input.
package struct ByteReader: Sendable {
    private let bytes: [UInt8]
    /// The view, as indices of `bytes`.
    private let bounds: Range<Int>
    /// Where the next sequential read begins.
    package private(set) var position = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.bounds = bytes.indices
    }

    private init(bytes: [UInt8], bounds: Range<Int>) {
        self.bytes = bytes
        self.bounds = bounds
    }

    /// The size of the view.
    package var count: Int { bounds.count }
    /// The bytes from the position to the end.
    package var remaining: Int { bounds.count - position }
    /// The offset of the view in the whole input.
    package var start: Int { bounds.lowerBound }

    /// An error about the byte at `offset` (the position when nil).
    package func error(_ message: String, at offset: Int? = nil) -> ByteReaderError {
        let (absolute, overflow) = bounds.lowerBound.addingReportingOverflow(offset ?? position)
        return ByteReaderError(offset: overflow ? Int.max : absolute, message: message)
    }

    /// The indices of `count` bytes at `offset`, if the view holds them.
    private func range(_ offset: Int, _ count: Int) throws(ByteReaderError) -> Range<Int> {
        guard offset >= 0, count >= 0, offset <= bounds.count, count <= bounds.count - offset else {
            throw error("\(count) bytes were expected, \(max(0, bounds.count - max(0, offset))) are left", at: offset)
        }
        return bounds.lowerBound + offset..<bounds.lowerBound + offset + count
    }

    // MARK: Anywhere

    /// The little-endian integer at `offset`.
    package func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, as type: Integer.Type = Integer.self
    ) throws(ByteReaderError) -> Integer {
        let range = try range(offset, MemoryLayout<Integer>.size)
        return Integer(
            littleEndian: bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Integer.self)
            })
    }

    /// The single-precision number at `offset`.
    package func float(at offset: Int) throws(ByteReaderError) -> Float {
        Float(bitPattern: try integer(at: offset))
    }

    /// The double-precision number at `offset`.
    package func double(at offset: Int) throws(ByteReaderError) -> Double {
        Double(bitPattern: try integer(at: offset))
    }

    /// `count` bytes from `offset`, without a copy.
    package func slice(at offset: Int, count: Int) throws(ByteReaderError) -> ArraySlice<UInt8> {
        bytes[try range(offset, count)]
    }

    /// `count` bytes from `offset` as text; bytes that are no UTF-8 are replaced.
    package func string(at offset: Int, count: Int) throws(ByteReaderError) -> String {
        String(decoding: try slice(at: offset, count: count), as: UTF8.self)
    }

    /// A view of `count` bytes from `offset` (to the end when nil), positioned at its start.
    package func reader(at offset: Int, count: Int? = nil) throws(ByteReaderError) -> ByteReader {
        ByteReader(bytes: bytes, bounds: try range(offset, count ?? max(0, bounds.count - max(0, offset))))
    }

    /// Runs `body` on the raw bytes of the view.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[bounds])) }
    }

    // MARK: In sequence

    /// Moves the position.
    package mutating func seek(to offset: Int) throws(ByteReaderError) {
        _ = try range(offset, 0)
        position = offset
    }

    /// Passes over `count` bytes.
    package mutating func skip(_ count: Int) throws(ByteReaderError) {
        _ = try range(position, count)
        position += count
    }

    /// The next little-endian integer.
    package mutating func readInteger<Integer: FixedWidthInteger & BitwiseCopyable>(
        as type: Integer.Type = Integer.self
    ) throws(ByteReaderError) -> Integer {
        let value: Integer = try integer(at: position)
        position += MemoryLayout<Integer>.size
        return value
    }

    /// The next single-precision number.
    package mutating func readFloat() throws(ByteReaderError) -> Float { Float(bitPattern: try readInteger()) }

    /// The next `count` bytes, without a copy.
    package mutating func readSlice(_ count: Int) throws(ByteReaderError) -> ArraySlice<UInt8> {
        let slice = try slice(at: position, count: count)
        position += count
        return slice
    }

    /// The next `count` bytes as text.
    package mutating func readString(_ count: Int) throws(ByteReaderError) -> String {
        String(decoding: try readSlice(count), as: UTF8.self)
    }

    /// A view of the next `count` bytes, which are passed over.
    package mutating func readReader(_ count: Int) throws(ByteReaderError) -> ByteReader {
        let reader = try reader(at: position, count: count)
        position += count
        return reader
    }
}
