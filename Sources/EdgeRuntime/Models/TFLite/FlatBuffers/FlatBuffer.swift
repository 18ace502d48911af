/// The bytes of a FlatBuffers file, read with every place checked before it is looked at.
///
/// References may point anywhere and several may point to the same place, so that a short file can describe an endless one. What is
/// visited is therefore counted, and the count bounded by a multiple of the file's length.
final class FlatBuffer {
    let bytes: [UInt8]
    private var budget: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        budget = bytes.count.multipliedReportingOverflow(by: 32).partialValue + 1 << 16
    }

    /// The table that the file begins at.
    func root() throws -> FlatTable { try FlatTable(self, at: reference(at: 0)) }

    func error(_ message: String, at offset: Int) -> ModelError { .malformed("TFLite", message, offset: offset) }

    /// Counts elements that are about to be visited.
    func charge(_ count: Int, at offset: Int) throws {
        budget -= count
        guard budget >= 0 else { throw error("it refers to the same parts too many times", at: offset) }
    }

    func check(_ offset: Int, _ width: Int) throws {
        guard offset >= 0, width >= 0, offset <= bytes.count - width else {
            throw error("\(width) bytes lie beyond its end at \(bytes.count)", at: offset)
        }
    }

    /// A little-endian number of 1, 2, 4 or 8 bytes.
    func integer<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) throws -> Number {
        try check(offset, MemoryLayout<Number>.size)
        return bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }

    /// Where a forward reference points to.
    func reference(at offset: Int) throws -> Int {
        let target = offset + Int(try integer(UInt32.self, at: offset))
        try check(target, 4)
        guard target > offset else { throw error("a reference points to itself", at: offset) }
        return target
    }
}

/// A table: fields found through its list of places (vtable).
struct FlatTable {
    let buffer: FlatBuffer
    let position: Int
    private let fields: Int
    private let fieldsSize: Int
    private let size: Int

    init(_ buffer: FlatBuffer, at position: Int) throws {
        self.buffer = buffer
        self.position = position
        try buffer.charge(1, at: position)
        fields = position - Int(try buffer.integer(Int32.self, at: position))
        fieldsSize = Int(try buffer.integer(UInt16.self, at: fields))
        guard fieldsSize >= 4, fieldsSize % 2 == 0 else {
            throw buffer.error("a table lists \(fieldsSize) bytes of fields", at: fields)
        }
        try buffer.check(fields, fieldsSize)
        size = Int(try buffer.integer(UInt16.self, at: fields + 2))
        guard size >= 4 else { throw buffer.error("a table has \(size) bytes", at: fields + 2) }
        try buffer.check(position, size)
    }

    /// Where a field lies; nil where it has its default.
    private func place(_ field: Int, width: Int) throws -> Int? {
        let entry = 4 + 2 * field
        guard entry + 2 <= fieldsSize else { return nil }
        let offset = Int(try buffer.integer(UInt16.self, at: fields + entry))
        guard offset != 0 else { return nil }
        guard offset >= 4, offset <= size - width else {
            throw buffer.error("a field lies outside its table", at: fields + entry)
        }
        return position + offset
    }

    func integer<Number: FixedWidthInteger>(_ field: Int, _ standard: Number) throws -> Number {
        guard let place = try place(field, width: MemoryLayout<Number>.size) else { return standard }
        return try buffer.integer(Number.self, at: place)
    }

    func float(_ field: Int, _ standard: Float) throws -> Float {
        guard let place = try place(field, width: 4) else { return standard }
        return Float(bitPattern: try buffer.integer(UInt32.self, at: place))
    }

    func bool(_ field: Int) throws -> Bool { try integer(field, UInt8(0)) != 0 }

    func table(_ field: Int) throws -> FlatTable? {
        guard let place = try place(field, width: 4) else { return nil }
        return try FlatTable(buffer, at: buffer.reference(at: place))
    }

    /// A vector's first element and count, its whole extent within the file.
    func vector(_ field: Int, width: Int) throws -> (start: Int, count: Int)? {
        guard let place = try place(field, width: 4) else { return nil }
        let head = try buffer.reference(at: place)
        let count = Int(try buffer.integer(UInt32.self, at: head))
        guard count <= (buffer.bytes.count - head - 4) / width else {
            throw buffer.error("a vector claims \(count) elements, more than the file has bytes for", at: head)
        }
        try buffer.charge(count, at: head)
        return (head + 4, count)
    }

    func tables(_ field: Int) throws -> [FlatTable] {
        guard let (start, count) = try vector(field, width: 4) else { return [] }
        return try (0..<count).map { try FlatTable(buffer, at: buffer.reference(at: start + 4 * $0)) }
    }

    func integers<Number: FixedWidthInteger>(_ field: Int, of type: Number.Type = Number.self) throws -> [Number]? {
        let width = MemoryLayout<Number>.size
        guard let (start, count) = try vector(field, width: width) else { return nil }
        return try (0..<count).map { try buffer.integer(Number.self, at: start + width * $0) }
    }

    func floats(_ field: Int) throws -> [Float]? {
        try integers(field, of: UInt32.self).map { $0.map(Float.init(bitPattern:)) }
    }

    func string(_ field: Int) throws -> String? {
        guard let (start, count) = try vector(field, width: 1) else { return nil }
        return String(decoding: buffer.bytes[start..<(start + count)], as: UTF8.self)
    }
}
