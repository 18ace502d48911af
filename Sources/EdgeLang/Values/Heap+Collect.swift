import Glibc

extension Heap {
    /// Marks a value reachable.
    @inline(__always)
    func mark(_ value: Value) {
        if value.isHeap { mark(cell: value.cell) }
    }

    @inline(__always)
    func mark(cell: RawCell) {
        let header = cell.assumingMemoryBound(to: CellHeader.self)
        if header.pointee.mark != 0 { return }
        header.pointee.mark = 1
        if _slowPath(state.pointee.markCount == state.pointee.markCapacity) { growMarkStack() }
        state.pointee.markStack[state.pointee.markCount] = cell
        state.pointee.markCount &+= 1
    }

    @inline(never)
    private func growMarkStack() {
        let capacity = state.pointee.markCapacity * 2
        let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: capacity)
        larger.update(from: state.pointee.markStack, count: state.pointee.markCount)
        state.pointee.markStack.deallocate()
        state.pointee.markStack = larger
        state.pointee.markCapacity = capacity
    }

    /// Collects what cannot be reached from the heap's own roots and those that `markRoots` marks.
    func collect(_ markRoots: () -> Void) {
        markRoots()
        for value in state.pointee.parked { mark(value) }
        state.pointee.interned.forEach { mark(cell: UnsafeMutableRawPointer($0)) }
        trace()
        sweep()
        let live = state.pointee.byteCount
        state.pointee.threshold = max(HeapState.smallestThreshold, live &+ live)
        if state.pointee.isStressed { state.pointee.threshold = 0 }
    }

    /// Follows the references of every marked cell, without recursion.
    private func trace() {
        while state.pointee.markCount > 0 {
            state.pointee.markCount &-= 1
            let cell = state.pointee.markStack[state.pointee.markCount]
            let kind = cell.assumingMemoryBound(to: CellHeader.self).pointee.kind
            switch kind {
            case Value.Kind.list.rawValue:
                let list = cell.assumingMemoryBound(to: ListCell.self).pointee
                for index in 0..<list.count { mark(list.elements[index]) }
            case Value.Kind.record.rawValue:
                let record = cell.assumingMemoryBound(to: RecordCell.self).pointee
                if record.isTable {
                    let table = record.table.pointee
                    for index in 0..<table.used {
                        guard let key = table.entries[index].key else { continue }
                        mark(cell: UnsafeMutableRawPointer(key))
                        mark(table.entries[index].value)
                    }
                } else {
                    for index in 0..<record.shape.pointee.count { mark(record.slots[index]) }
                }
            case Value.Kind.string.rawValue, Value.Kind.bytes.rawValue:
                if let owner = cell.assumingMemoryBound(to: StringCell.self).pointee.owner { mark(cell: owner) }
            case Value.Kind.closure.rawValue:
                let closure = cell.assumingMemoryBound(to: ClosureCell.self)
                let captures = (cell + ClosureCell.capturesOffset).assumingMemoryBound(to: Value.self)
                for index in 0..<Int(closure.pointee.header.extra) { mark(captures[index]) }
            case Value.Kind.box.rawValue:
                mark(cell.assumingMemoryBound(to: BoxCell.self).pointee.value)
            case Value.Kind.host.rawValue:
                let reference = cell.assumingMemoryBound(to: ReferenceCell.self).pointee
                guard reference.header.flags & CellHeader.holder != 0 else { continue }
                let box = unsafeDowncast(reference.object.takeUnretainedValue(), to: HostBox.self)
                (box.object as? any ValueHolder)?.trace(self)
            default:
                break
            }
        }
    }

    private func sweep() {
        for index in 0...HeapState.largestClass { state.pointee.classes[index].free = nil }
        for page in state.pointee.pages {
            let entry = state.pointee.classes + page.sizeClass
            let size = page.sizeClass << 4
            let full = page.base + HeapState.pageSize / size * size
            let end = entry.pointee.end == full ? entry.pointee.bump : full
            var cell = page.base
            var free = entry.pointee.free
            var freed = 0
            while cell < end {
                let header = cell.assumingMemoryBound(to: CellHeader.self)
                if header.pointee.mark != 0 {
                    header.pointee.mark = 0
                } else {
                    if header.pointee.kind != 0 {
                        if header.pointee.flags & CellHeader.external != 0 { release(cell) }
                        header.pointee.kind = 0
                        freed += size
                    }
                    cell.storeBytes(of: free, toByteOffset: 8, as: UnsafeMutableRawPointer?.self)
                    free = cell
                }
                cell += size
            }
            entry.pointee.free = free
            state.pointee.byteCount &-= freed
        }
        var kept = 0
        for index in 0..<state.pointee.large.count {
            let cell = state.pointee.large[index]
            let header = cell.assumingMemoryBound(to: CellHeader.self)
            if header.pointee.mark != 0 {
                header.pointee.mark = 0
                state.pointee.large[kept] = cell
                kept += 1
            } else {
                freeLarge(cell)
            }
        }
        state.pointee.large.removeLast(state.pointee.large.count - kept)
    }

    private func freeLarge(_ cell: RawCell) {
        if cell.assumingMemoryBound(to: CellHeader.self).pointee.flags & CellHeader.external != 0 { release(cell) }
        let block = cell - 16
        state.pointee.byteCount &-= block.load(as: Int.self)
        block.deallocate()
    }

    /// Releases what belongs to a cell besides itself.
    @inline(never)
    private func release(_ cell: RawCell) {
        switch cell.assumingMemoryBound(to: CellHeader.self).pointee.kind {
        case Value.Kind.list.rawValue:
            let list = cell.assumingMemoryBound(to: ListCell.self)
            account(-list.pointee.capacity * MemoryLayout<Value>.stride)
            free(list.pointee.elements)
        case Value.Kind.record.rawValue:
            let record = cell.assumingMemoryBound(to: RecordCell.self)
            if record.pointee.isTable {
                account(-record.pointee.table.pointee.byteCount)
                record.pointee.table.pointee.deallocateContents()
            } else {
                account(-record.pointee.capacity * MemoryLayout<Value>.stride)
            }
            free(record.pointee.slots)
        case Value.Kind.host.rawValue, Value.Kind.error.rawValue:
            let reference = cell.assumingMemoryBound(to: ReferenceCell.self)
            account(-reference.pointee.byteCount)
            reference.pointee.object.release()
        default:
            break
        }
    }

    /// Releases every cell, live or not.
    func freeEverything() {
        for page in state.pointee.pages {
            let size = page.sizeClass << 4
            let entry = state.pointee.classes[page.sizeClass]
            let full = page.base + HeapState.pageSize / size * size
            let end = entry.end == full ? entry.bump : full
            var cell = page.base
            while cell < end {
                let header = cell.assumingMemoryBound(to: CellHeader.self)
                if header.pointee.kind != 0, header.pointee.flags & CellHeader.external != 0 { release(cell) }
                cell += size
            }
            page.base.deallocate()
        }
        for cell in state.pointee.large { freeLarge(cell) }
        state.pointee.classes.deallocate()
        state.pointee.markStack.deallocate()
        state.pointee.shapes.destroy()
    }
}
