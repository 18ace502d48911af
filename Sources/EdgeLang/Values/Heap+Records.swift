import Glibc

extension Heap {
    /// A new record without keys, with room for `capacity` values.
    func makeRecord(capacity: Int = 4) -> Value {
        if capacity > Shape.largest {
            let record = makeRecord(shape: state.pointee.shapes.empty, capacity: 0)
            becomeTable(record.record, capacity: capacity)
            return record
        }
        return makeRecord(shape: state.pointee.shapes.empty, capacity: capacity)
    }

    /// A new record of a shape. Its slots have to be filled before anything else happens.
    @inline(__always)
    func makeRecord(shape: UnsafeMutablePointer<Shape>, capacity: Int) -> Value {
        let inline = capacity <= RecordCell.largestInline
        let cell = allocate(
            size: RecordCell.inlineOffset + (inline ? capacity * MemoryLayout<Value>.stride : 0),
            kind: Value.Kind.record.rawValue, flags: inline ? 0 : CellHeader.external, extra: shape.pointee.number)
        let record = cell.assumingMemoryBound(to: RecordCell.self)
        record.pointee.shape = shape
        record.pointee.capacity = capacity
        if inline {
            record.pointee.slots = (cell + RecordCell.inlineOffset).assumingMemoryBound(to: Value.self)
        } else {
            let bytes = capacity * MemoryLayout<Value>.stride
            record.pointee.slots = Heap.block(bytes).assumingMemoryBound(to: Value.self)
            account(bytes)
        }
        return Value(cell: cell, meta: Value.recordMeta)
    }

    /// The count of keys.
    func count(_ record: UnsafeMutablePointer<RecordCell>) -> Int {
        record.pointee.isTable ? record.pointee.table.pointee.count : record.pointee.shape.pointee.count
    }

    /// The value of a key.
    @inline(__always)
    func get(_ record: UnsafeMutablePointer<RecordCell>, _ key: UnsafeMutablePointer<StringCell>) -> Value? {
        if record.pointee.isTable {
            let table = record.pointee.table
            guard let entry = table.pointee.find(key, hash(key)) else { return nil }
            return table.pointee.entries[entry].value
        }
        guard let interned = findInterned(key), let slot = record.pointee.shape.pointee.find(interned) else {
            return nil
        }
        return record.pointee.slots[slot]
    }

    func get(_ record: UnsafeMutablePointer<RecordCell>, _ key: String) -> Value? {
        get(record, makeString(key).string)
    }

    /// Where the value of a key lies, nil where there is no such key. Valid until the record changes.
    @inline(__always)
    func address(
        _ record: UnsafeMutablePointer<RecordCell>, _ key: UnsafeMutablePointer<StringCell>
    ) -> UnsafeMutablePointer<Value>? {
        if record.pointee.isTable {
            let table = record.pointee.table
            guard let entry = table.pointee.find(key, hash(key)) else { return nil }
            return UnsafeMutableRawPointer(table.pointee.entries + entry)
                .advanced(by: MemoryLayout<RecordTable.Entry>.offset(of: \.value) ?? 8)
                .assumingMemoryBound(to: Value.self)
        }
        guard let interned = findInterned(key), let slot = record.pointee.shape.pointee.find(interned) else {
            return nil
        }
        return record.pointee.slots + slot
    }

    /// Sets a key, in place. The record must be new or held by one place alone.
    func set(_ record: UnsafeMutablePointer<RecordCell>, _ key: UnsafeMutablePointer<StringCell>, _ value: Value) {
        if let place = address(record, key) {
            place.pointee = value
            return
        }
        if record.pointee.isTable {
            appendToTable(record, key, value)
            return
        }
        let count = record.pointee.shape.pointee.count
        if count < Shape.largest {
            let interned = intern(Value(cell: key, meta: Value.stringMeta))
            if let next = state.pointee.shapes.adding(interned, to: record.pointee.shape) {
                if count == record.pointee.capacity { growSlots(record) }
                record.pointee.slots[count] = value
                record.pointee.shape = next
                record.pointee.header.extra = next.pointee.number
                return
            }
        }
        becomeTable(record, capacity: count + 1)
        appendToTable(record, key, value)
    }

    func set(_ record: UnsafeMutablePointer<RecordCell>, _ key: String, _ value: Value) {
        set(record, makeString(key).string, value)
    }

    private func appendToTable(
        _ record: UnsafeMutablePointer<RecordCell>, _ key: UnsafeMutablePointer<StringCell>, _ value: Value
    ) {
        // A view would keep the text it was cut from alive.
        let own = key.pointee.owner == nil ? key : makeString(key.pointee.buffer).string
        _ = hash(own)
        let table = record.pointee.table
        let before = table.pointee.byteCount
        table.pointee.append(own, value)
        account(table.pointee.byteCount - before)
    }

    private func growSlots(_ record: UnsafeMutablePointer<RecordCell>) {
        let old = record.pointee.capacity
        let capacity = old * 2 + 2
        let bytes = capacity * MemoryLayout<Value>.stride
        let slots = Heap.block(bytes).assumingMemoryBound(to: Value.self)
        slots.update(from: record.pointee.slots, count: old)
        if record.pointee.header.flags & CellHeader.external != 0 {
            free(record.pointee.slots)
            account(-old * MemoryLayout<Value>.stride)
        }
        record.pointee.slots = slots
        record.pointee.capacity = capacity
        record.pointee.header.flags |= CellHeader.external
        account(bytes)
    }

    /// Gives a record that has no keys yet all fields of another one; the values are now held by two. False where that is not so simple.
    func adoptShape(
        of source: UnsafeMutablePointer<RecordCell>, by target: UnsafeMutablePointer<RecordCell>
    ) -> Bool {
        let shape = source.pointee.shape
        guard target.pointee.shape == state.pointee.shapes.empty, !source.pointee.isTable else { return false }
        let count = shape.pointee.count
        while target.pointee.capacity < count { growSlots(target) }
        for slot in 0..<count {
            let value = source.pointee.slots[slot]
            value.markShared()
            target.pointee.slots[slot] = value
        }
        target.pointee.shape = shape
        target.pointee.header.extra = shape.pointee.number
        return true
    }

    /// Turns a record of a shape into a table.
    func becomeTable(_ record: UnsafeMutablePointer<RecordCell>, capacity: Int) {
        let shape = record.pointee.shape
        var table = RecordTable(capacity: max(capacity, shape.pointee.count))
        for slot in 0..<shape.pointee.count { table.append(shape.pointee.keys[slot], record.pointee.slots[slot]) }
        if record.pointee.header.flags & CellHeader.external != 0 {
            free(record.pointee.slots)
            account(-record.pointee.capacity * MemoryLayout<Value>.stride)
        }
        let block = Heap.block(MemoryLayout<RecordTable>.stride).assumingMemoryBound(to: RecordTable.self)
        block.initialize(to: table)
        account(table.byteCount)
        record.pointee.slots = UnsafeMutableRawPointer(block).assumingMemoryBound(to: Value.self)
        record.pointee.capacity = 0
        record.pointee.shape = state.pointee.shapes.table
        record.pointee.header.extra = 0
        record.pointee.header.flags |= CellHeader.external
    }

    /// Removes a key, in place; says whether it was there.
    @discardableResult
    func remove(_ record: UnsafeMutablePointer<RecordCell>, _ key: UnsafeMutablePointer<StringCell>) -> Bool {
        if record.pointee.isTable {
            guard let entry = record.pointee.table.pointee.find(key, hash(key)) else { return false }
            record.pointee.table.pointee.remove(at: entry)
            return true
        }
        guard let interned = findInterned(key), let removed = record.pointee.shape.pointee.find(interned) else {
            return false
        }
        var shape = state.pointee.shapes.empty
        let old = record.pointee.shape
        for slot in 0..<old.pointee.count where slot != removed {
            guard let next = state.pointee.shapes.adding(old.pointee.keys[slot], to: shape) else {
                becomeTable(record, capacity: old.pointee.count)
                return remove(record, key)
            }
            shape = next
        }
        for slot in removed..<(old.pointee.count - 1) { record.pointee.slots[slot] = record.pointee.slots[slot + 1] }
        record.pointee.shape = shape
        record.pointee.header.extra = shape.pointee.number
        return true
    }

    /// Calls `body` with every key and value, in order of insertion.
    @inline(__always)
    func forEach(
        _ record: UnsafeMutablePointer<RecordCell>,
        _ body: (UnsafeMutablePointer<StringCell>, Value) throws -> Void
    ) rethrows {
        if record.pointee.isTable {
            let table = record.pointee.table
            var slot = 0
            while slot < table.pointee.used {
                let entry = table.pointee.entries[slot]
                if let key = entry.key { try body(key, entry.value) }
                slot += 1
            }
            return
        }
        let shape = record.pointee.shape
        for slot in 0..<shape.pointee.count { try body(shape.pointee.keys[slot], record.pointee.slots[slot]) }
    }

    /// A record with the same contents that nobody else holds. The contents are now held by two.
    @inline(never)
    func copyRecord(_ value: Value) throws(RuntimeError) -> Value {
        let source = value.record
        if source.pointee.isTable {
            try ensure(source.pointee.table.pointee.byteCount)
            let copy = makeRecord(capacity: max(source.pointee.table.pointee.count, Shape.largest + 1))
            forEach(source) { key, value in
                value.markShared()
                appendToTable(copy.record, key, value)
            }
            return copy
        }
        let shape = source.pointee.shape
        let copy = makeRecord(shape: shape, capacity: shape.pointee.count)
        for slot in 0..<shape.pointee.count {
            let value = source.pointee.slots[slot]
            value.markShared()
            copy.record.pointee.slots[slot] = value
        }
        return copy
    }
}
