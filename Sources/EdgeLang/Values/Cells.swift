// What lies in the heap. Every cell begins with the same eight bytes; the rest depends on its kind.
// Cells never move. Up to 512 bytes they live in pages of one size class, above that they are blocks of malloc.
// A list or a small string keeps its contents behind its own fields ("inline"); what outgrows that lives in a block of malloc
// that belongs to the cell alone ("external") and is freed with it.

typealias RawCell = UnsafeMutableRawPointer

/// The first eight bytes of a cell.
struct CellHeader {
    /// A `Value.Kind`, `CellHeader.bufferKind`, or zero for a free cell.
    var kind: UInt8
    /// One while a collection has reached it.
    var mark: UInt8
    var flags: UInt8
    /// In units of sixteen bytes; zero for a block of malloc.
    var sizeClass: UInt8
    /// Strings: the cached hash. Records: the shape's number. Closures: the count of captured values. Ranges: one if inclusive.
    var extra: UInt32

    /// Bytes that several strings share.
    static let bufferKind: UInt8 = 17

    /// List, record: more than one place may hold it, so an update must copy. Never cleared.
    static let shared: UInt8 = 1
    /// String: the only one of its contents that shapes use as a key.
    static let interned: UInt8 = 2
    /// String: all bytes below 128, so that positions are characters.
    static let ascii: UInt8 = 4
    /// String: `extra` holds the hash.
    static let hashed: UInt8 = 8
    /// Something besides the cell has to be released with it.
    static let external: UInt8 = 16
    /// Object of the host: it holds values, which a collection has to reach.
    static let holder: UInt8 = 32
    /// Object of the host: a stream.
    static let stream: UInt8 = 64
}

/// A string or bytes. The contents lie behind the fields, or in `owner`, another string's cell or a buffer.
struct StringCell {
    var header: CellHeader
    var count: Int
    var bytes: UnsafeMutablePointer<UInt8>
    var owner: RawCell?

    static let inlineOffset = 32
    var isASCII: Bool { @inline(__always) get { header.flags & CellHeader.ascii != 0 } }
    var isInterned: Bool { @inline(__always) get { header.flags & CellHeader.interned != 0 } }
    var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: count) }
}

/// Bytes that grow at the end: strings that begin in it are views of its front. This makes repeated `s += t` linear.
struct BufferCell {
    var header: CellHeader
    var used: Int
    var capacity: Int

    static let inlineOffset = 24
}

struct ListCell {
    var header: CellHeader
    var count: Int
    var capacity: Int
    var elements: UnsafeMutablePointer<Value>

    static let inlineOffset = 32
    /// More elements than this lie outside of a new cell.
    static let largestInline = 14
    var isShared: Bool { @inline(__always) get { header.flags & CellHeader.shared != 0 } }
}

/// A record: while it has few keys its layout is a shape and its values lie in slots; then it becomes a table (shape number zero).
struct RecordCell {
    var header: CellHeader
    var shape: UnsafeMutablePointer<Shape>
    /// The values in the shape's order, or a `RecordTable`.
    var slots: UnsafeMutablePointer<Value>
    var capacity: Int

    static let inlineOffset = 32
    /// More values than this lie outside of a new cell.
    static let largestInline = 28
    var isShared: Bool { @inline(__always) get { header.flags & CellHeader.shared != 0 } }
    var isTable: Bool { @inline(__always) get { header.extra == 0 } }
    var table: UnsafeMutablePointer<RecordTable> {
        @inline(__always) get { UnsafeMutableRawPointer(slots).assumingMemoryBound(to: RecordTable.self) }
    }
}

struct RangeCell {
    var header: CellHeader
    var lower: Int
    var upper: Int
    var isInclusive: Bool { header.extra != 0 }

    /// The count of elements, nil where it exceeds an int.
    var count: Int? {
        if lower > upper { return 0 }
        let (distance, overflow) = upper.subtractingReportingOverflow(lower)
        if overflow { return nil }
        if !isInclusive { return distance }
        return distance == Int.max ? nil : distance + 1
    }

    func contains(_ value: Int) -> Bool { value >= lower && (value < upper || (isInclusive && value == upper)) }
}

struct ClosureCell {
    var header: CellHeader
    var code: UnsafeMutablePointer<FunctionCode>

    static let capturesOffset = 16
}

struct BoxCell {
    var header: CellHeader
    var value: Value
}

/// An error value or an object of the host: one retained reference.
struct ReferenceCell {
    var header: CellHeader
    var object: Unmanaged<AnyObject>
    var byteCount: Int
}

extension Value {
    @inline(__always)
    var cell: RawCell { UnsafeMutableRawPointer(bitPattern: UInt(bits)).unsafelyUnwrapped }
    @inline(__always)
    var string: UnsafeMutablePointer<StringCell> { cell.assumingMemoryBound(to: StringCell.self) }
    @inline(__always)
    var list: UnsafeMutablePointer<ListCell> { cell.assumingMemoryBound(to: ListCell.self) }
    @inline(__always)
    var record: UnsafeMutablePointer<RecordCell> { cell.assumingMemoryBound(to: RecordCell.self) }
    @inline(__always)
    var range: UnsafeMutablePointer<RangeCell> { cell.assumingMemoryBound(to: RangeCell.self) }
    @inline(__always)
    var closure: UnsafeMutablePointer<ClosureCell> { cell.assumingMemoryBound(to: ClosureCell.self) }
    @inline(__always)
    var box: UnsafeMutablePointer<BoxCell> { cell.assumingMemoryBound(to: BoxCell.self) }
    @inline(__always)
    var header: UnsafeMutablePointer<CellHeader> { cell.assumingMemoryBound(to: CellHeader.self) }
    var reference: UnsafeMutablePointer<ReferenceCell> { cell.assumingMemoryBound(to: ReferenceCell.self) }

    @inline(__always)
    init(cell: UnsafeMutableRawPointer, meta: UInt32) {
        self.init(bits: UInt64(UInt(bitPattern: cell)), meta: meta)
    }

    /// Says that a second place now holds this value: if it is a list or a record, its next update copies it first.
    @inline(__always)
    func markShared() {
        if isAggregate { header.pointee.flags |= CellHeader.shared }
    }

    /// A list or record that more than one place may hold.
    @inline(__always)
    var isSharedAggregate: Bool { isAggregate && header.pointee.flags & CellHeader.shared != 0 }

    /// The contents of a string.
    public var stringValue: String? {
        isString ? String(decoding: string.pointee.buffer, as: UTF8.self) : nil
    }
}
