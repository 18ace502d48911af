import Glibc

extension Heap {
    /// A string of `count` bytes that `fill` writes. The bytes must be UTF-8.
    @inline(__always)
    func makeString(count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Void) -> Value {
        makeText(count: count, kind: .string, fill: fill)
    }

    /// - Parameter isASCII: Whether it is; nil where that has to be found out.
    @inline(__always)
    func makeText(
        count: Int, kind: Value.Kind, isASCII: Bool? = nil, fill: (UnsafeMutablePointer<UInt8>) -> Void
    ) -> Value {
        let cell = allocate(size: StringCell.inlineOffset + count, kind: kind.rawValue)
        let text = cell.assumingMemoryBound(to: StringCell.self)
        let bytes = (cell + StringCell.inlineOffset).assumingMemoryBound(to: UInt8.self)
        fill(bytes)
        text.pointee.count = count
        text.pointee.bytes = bytes
        text.pointee.owner = nil
        if kind == .string, isASCII ?? Heap.isASCII(UnsafeBufferPointer(start: bytes, count: count)) {
            text.pointee.header.flags |= CellHeader.ascii
        }
        return Value(cell: cell, meta: UInt32(kind.rawValue))
    }

    /// A string.
    func makeString(_ string: String) -> Value {
        var string = string
        return string.withUTF8 { makeString($0) }
    }

    /// A string of UTF-8.
    func makeString(_ bytes: UnsafeBufferPointer<UInt8>) -> Value {
        makeText(count: bytes.count, kind: .string) { copy(bytes, to: $0) }
    }

    /// Bytes.
    func makeBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> Value {
        makeText(count: bytes.count, kind: .bytes) { copy(bytes, to: $0) }
    }

    private func copy(_ bytes: UnsafeBufferPointer<UInt8>, to target: UnsafeMutablePointer<UInt8>) {
        if let base = bytes.baseAddress, bytes.count > 0 { memcpy(target, base, bytes.count) }
    }

    /// Part of a string or of bytes, in bytes. A long part shares the contents of the whole.
    func slice(_ whole: Value, from lower: Int, to upper: Int) -> Value {
        let text = whole.string
        let count = upper - lower
        if count == text.pointee.count { return whole }
        if count < 64 {
            return makeText(
                count: count, kind: whole.isString ? .string : .bytes, isASCII: text.pointee.isASCII ? true : nil
            ) { memcpy($0, text.pointee.bytes + lower, count) }
        }
        let owner = text.pointee.owner ?? UnsafeMutableRawPointer(text)
        return view(
            of: owner, bytes: text.pointee.bytes + lower, count: count, meta: whole.meta,
            flags: text.pointee.header.flags & CellHeader.ascii)
    }

    private func view(
        of owner: RawCell, bytes: UnsafeMutablePointer<UInt8>, count: Int, meta: UInt32, flags: UInt8
    ) -> Value {
        let cell = allocate(size: MemoryLayout<StringCell>.size, kind: UInt8(meta), flags: flags)
        let text = cell.assumingMemoryBound(to: StringCell.self)
        text.pointee.count = count
        text.pointee.bytes = bytes
        text.pointee.owner = owner
        return Value(cell: cell, meta: meta)
    }

    /// Two strings (or bytes) one after the other.
    ///
    /// A long result is a view of the front of a buffer with room behind it. If the left side ends where its buffer's used part ends,
    /// the right side goes behind it: nobody else sees those bytes, so a string that is built by appending costs linear time.
    func concatenate(_ left: Value, _ right: Value) throws(RuntimeError) -> Value {
        let first = left.string
        let second = right.string
        if second.pointee.count == 0 { return left }
        if first.pointee.count == 0 { return right }
        let (count, overflow) = first.pointee.count.addingReportingOverflow(second.pointee.count)
        if overflow { throw .memoryLimit(asked: Int.max, limit: state.pointee.limit) }
        let flags = first.pointee.header.flags & second.pointee.header.flags & CellHeader.ascii
        if count < 48 {
            let cell = allocate(size: StringCell.inlineOffset + count, kind: UInt8(left.meta), flags: flags)
            let bytes = (cell + StringCell.inlineOffset).assumingMemoryBound(to: UInt8.self)
            memcpy(bytes, first.pointee.bytes, first.pointee.count)
            memcpy(bytes + first.pointee.count, second.pointee.bytes, second.pointee.count)
            let text = cell.assumingMemoryBound(to: StringCell.self)
            text.pointee.count = count
            text.pointee.bytes = bytes
            text.pointee.owner = nil
            return Value(cell: cell, meta: left.meta)
        }
        if let owner = first.pointee.owner,
            owner.assumingMemoryBound(to: CellHeader.self).pointee.kind == CellHeader.bufferKind
        {
            let buffer = owner.assumingMemoryBound(to: BufferCell.self)
            let end = first.pointee.bytes + first.pointee.count
            let used = (owner + BufferCell.inlineOffset).assumingMemoryBound(to: UInt8.self) + buffer.pointee.used
            if end == used, buffer.pointee.capacity - buffer.pointee.used >= second.pointee.count {
                memcpy(used, second.pointee.bytes, second.pointee.count)
                buffer.pointee.used += second.pointee.count
                return view(of: owner, bytes: first.pointee.bytes, count: count, meta: left.meta, flags: flags)
            }
        }
        let capacity = count + count / 2 + 64
        try ensure(capacity)
        let cell = allocate(size: BufferCell.inlineOffset + capacity, kind: CellHeader.bufferKind)
        let buffer = cell.assumingMemoryBound(to: BufferCell.self)
        buffer.pointee.capacity = capacity
        buffer.pointee.used = count
        let bytes = (cell + BufferCell.inlineOffset).assumingMemoryBound(to: UInt8.self)
        memcpy(bytes, first.pointee.bytes, first.pointee.count)
        memcpy(bytes + first.pointee.count, second.pointee.bytes, second.pointee.count)
        return view(of: cell, bytes: bytes, count: count, meta: left.meta, flags: flags)
    }

    static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var index = 0
        let raw = UnsafeRawPointer(base)
        while index + 8 <= bytes.count {
            if raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
            index += 8
        }
        while index < bytes.count {
            if base[index] >= 0x80 { return false }
            index += 1
        }
        return true
    }

    /// The hash of a string's contents, cached in its cell.
    @inline(__always)
    func hash(_ string: UnsafeMutablePointer<StringCell>) -> UInt32 {
        if string.pointee.header.flags & CellHeader.hashed != 0 { return string.pointee.header.extra }
        let hash = Heap.hash(string.pointee.buffer, seed: state.pointee.hashSeed)
        string.pointee.header.extra = hash
        string.pointee.header.flags |= CellHeader.hashed
        return hash
    }

    /// Multiply and fold, eight bytes at a time, from a seed of the process's own.
    static func hash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt32 {
        var state = seed ^ UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        guard let base = bytes.baseAddress else { return UInt32(truncatingIfNeeded: state) }
        let raw = UnsafeRawPointer(base)
        var index = 0
        func fold(_ word: UInt64) {
            let product = (state ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            state = product.high ^ product.low
        }
        while index + 8 <= bytes.count {
            fold(raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = 1
        while index < bytes.count {
            rest = rest << 8 | UInt64(base[index])
            index += 1
        }
        fold(rest)
        return UInt32(truncatingIfNeeded: state ^ state >> 32)
    }

    /// Whether two strings have the same contents.
    @inline(__always)
    func equal(_ left: UnsafeMutablePointer<StringCell>, _ right: UnsafeMutablePointer<StringCell>) -> Bool {
        left == right
            || (left.pointee.count == right.pointee.count
                && memcmp(left.pointee.bytes, right.pointee.bytes, left.pointee.count) == 0)
    }

    /// The one cell that stands for these contents as the key of a shape or of a field access.
    func intern(_ value: Value) -> UnsafeMutablePointer<StringCell> {
        let string = value.string
        if string.pointee.isInterned { return string }
        let hash = hash(string)
        if let known = state.pointee.interned.find(string, hash, self) { return known }
        // A view would keep a whole buffer alive, and forever.
        let own = string.pointee.owner == nil ? string : makeString(string.pointee.buffer).string
        _ = self.hash(own)
        own.pointee.header.flags |= CellHeader.interned
        state.pointee.interned.insert(own, hash)
        return own
    }

    func intern(_ string: String) -> UnsafeMutablePointer<StringCell> { intern(makeString(string)) }

    /// The interned cell of these contents, if there is one.
    @inline(__always)
    func findInterned(_ string: UnsafeMutablePointer<StringCell>) -> UnsafeMutablePointer<StringCell>? {
        string.pointee.isInterned ? string : state.pointee.interned.find(string, hash(string), self)
    }
}

/// The interned strings: open addressing by hash.
struct InternTable {
    private var slots: [UnsafeMutablePointer<StringCell>?] = []
    private var count = 0

    func find(
        _ string: UnsafeMutablePointer<StringCell>, _ hash: UInt32, _ heap: Heap
    ) -> UnsafeMutablePointer<StringCell>? {
        if slots.isEmpty { return nil }
        let mask = slots.count - 1
        var index = Int(hash) & mask
        while let candidate = slots[index] {
            if candidate.pointee.header.extra == hash, heap.equal(candidate, string) { return candidate }
            index = (index + 1) & mask
        }
        return nil
    }

    mutating func insert(_ string: UnsafeMutablePointer<StringCell>, _ hash: UInt32) {
        if count * 2 >= slots.count {
            let old = slots
            slots = Array(repeating: nil, count: max(64, old.count * 2))
            for case let entry? in old { place(entry, entry.pointee.header.extra) }
        }
        place(string, hash)
        count += 1
    }

    private mutating func place(_ string: UnsafeMutablePointer<StringCell>, _ hash: UInt32) {
        let mask = slots.count - 1
        var index = Int(hash) & mask
        while slots[index] != nil { index = (index + 1) & mask }
        slots[index] = string
    }

    func forEach(_ body: (UnsafeMutablePointer<StringCell>) -> Void) {
        for case let entry? in slots { body(entry) }
    }
}

extension StringCell {
    /// The number of code points.
    var characterCount: Int { isASCII ? count : buffer.count { $0 & 0xC0 != 0x80 } }
}
