import Glibc

/// The contents of a record with many keys: entries in order of insertion, found through open addressing by the keys' cached hashes.
struct RecordTable {
    struct Entry {
        /// Nil where the key was removed.
        var key: UnsafeMutablePointer<StringCell>?
        var value: Value
    }

    /// Live entries.
    var count: Int
    /// Entries in use, removed ones included.
    var used: Int
    var capacity: Int
    var entries: UnsafeMutablePointer<Entry>
    /// Entry number plus one; zero is free. Twice the capacity or more, a power of two.
    var index: UnsafeMutablePointer<UInt32>
    var indexMask: Int

    init(capacity wanted: Int) {
        var size = 16
        while size < wanted * 2 { size *= 2 }
        count = 0
        used = 0
        capacity = size / 2
        entries = .allocate(capacity: capacity)
        index = .allocate(capacity: size)
        index.initialize(repeating: 0, count: size)
        indexMask = size - 1
    }

    var byteCount: Int {
        capacity * MemoryLayout<Entry>.stride + (indexMask + 1) * 4 + MemoryLayout<RecordTable>.size
    }

    func deallocateContents() {
        entries.deallocate()
        index.deallocate()
    }

    /// The entry of a key.
    @inline(__always)
    func find(_ key: UnsafeMutablePointer<StringCell>, _ hash: UInt32) -> Int? {
        var position = Int(hash) & indexMask
        while true {
            let slot = Int(index[position])
            if slot == 0 { return nil }
            if let candidate = entries[slot - 1].key,
                candidate == key
                    || (candidate.pointee.header.extra == hash && candidate.pointee.count == key.pointee.count
                        && memcmp(candidate.pointee.bytes, key.pointee.bytes, key.pointee.count) == 0)
            {
                return slot - 1
            }
            position = (position + 1) & indexMask
        }
    }

    /// Adds a key that is not in the table. Its hash must be cached in its cell.
    mutating func append(_ key: UnsafeMutablePointer<StringCell>, _ value: Value) {
        if used == capacity { rebuild(capacity: count * 2 >= capacity ? capacity * 2 : capacity) }
        entries[used] = Entry(key: key, value: value)
        used += 1
        count += 1
        place(used, key.pointee.header.extra)
    }

    private func place(_ slot: Int, _ hash: UInt32) {
        var position = Int(hash) & indexMask
        while index[position] != 0 { position = (position + 1) & indexMask }
        index[position] = UInt32(truncatingIfNeeded: slot)
    }

    /// Removes an entry; its place stays taken until the table is built anew, so that searches pass over it.
    mutating func remove(at slot: Int) {
        entries[slot].key = nil
        entries[slot].value = .null
        count -= 1
    }

    /// Builds the table anew without removed entries.
    private mutating func rebuild(capacity: Int) {
        var other = RecordTable(capacity: capacity)
        for slot in 0..<used {
            if let key = entries[slot].key { other.append(key, entries[slot].value) }
        }
        deallocateContents()
        self = other
    }
}
