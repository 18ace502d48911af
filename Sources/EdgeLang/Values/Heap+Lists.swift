import Glibc

extension Heap {
    /// A new list with room for `capacity` elements, and none yet.
    func makeList(capacity: Int) -> Value {
        let inline = min(capacity, ListCell.largestInline)
        let isExternal = capacity > ListCell.largestInline
        let cell = allocate(
            size: ListCell.inlineOffset + (isExternal ? 0 : inline * MemoryLayout<Value>.stride),
            kind: Value.Kind.list.rawValue, flags: isExternal ? CellHeader.external : 0)
        let list = cell.assumingMemoryBound(to: ListCell.self)
        list.pointee.count = 0
        list.pointee.capacity = capacity
        if isExternal {
            let bytes = capacity * MemoryLayout<Value>.stride
            list.pointee.elements = Heap.block(bytes).assumingMemoryBound(to: Value.self)
            account(bytes)
        } else {
            list.pointee.elements = (cell + ListCell.inlineOffset).assumingMemoryBound(to: Value.self)
        }
        return Value(cell: cell, meta: Value.listMeta)
    }

    /// Memory outside of cells. Large requests were checked against the heap's limit before.
    static func block(_ bytes: Int) -> UnsafeMutableRawPointer {
        guard let block = malloc(bytes) else { fatalError("the system has no memory left") }
        return block
    }

    /// A new list of these elements. Lists and records among them are marked as shared: other places may hold them.
    func makeList(_ elements: some Collection<Value>) -> Value {
        let list = makeList(capacity: elements.count)
        for element in elements {
            element.markShared()
            append(element, to: list)
        }
        return list
    }

    /// Adds an element at the end, in place. The list must be new or held by one place alone.
    @inline(__always)
    func append(_ element: Value, to value: Value) {
        let list = value.list
        if _slowPath(list.pointee.count == list.pointee.capacity) { grow(list, to: list.pointee.count + 1) }
        list.pointee.elements[list.pointee.count] = element
        list.pointee.count += 1
    }

    /// Makes room for `count` elements.
    @inline(never)
    func grow(_ list: UnsafeMutablePointer<ListCell>, to count: Int) {
        let old = list.pointee.capacity
        let capacity = max(count, old + old / 2 + 4)
        let bytes = capacity * MemoryLayout<Value>.stride
        if list.pointee.header.flags & CellHeader.external != 0 {
            guard let block = realloc(list.pointee.elements, bytes) else { fatalError("the system has no memory left") }
            list.pointee.elements = block.assumingMemoryBound(to: Value.self)
            account(bytes - old * MemoryLayout<Value>.stride)
        } else {
            let block = Heap.block(bytes).assumingMemoryBound(to: Value.self)
            block.update(from: list.pointee.elements, count: list.pointee.count)
            list.pointee.elements = block
            list.pointee.header.flags |= CellHeader.external
            account(bytes)
        }
        list.pointee.capacity = capacity
    }

    /// A list with the same elements that nobody else holds. The elements are now held by two.
    @inline(never)
    func copyList(_ value: Value, extraCapacity: Int = 0) throws(RuntimeError) -> Value {
        let count = value.list.pointee.count
        try ensure((count + extraCapacity) * MemoryLayout<Value>.stride)
        let copy = makeList(capacity: count + extraCapacity)
        let source = value.list.pointee.elements
        let target = copy.list.pointee.elements
        for index in 0..<count {
            source[index].markShared()
            target[index] = source[index]
        }
        copy.list.pointee.count = count
        return copy
    }

    /// A copy of a list or record if more than one place holds it, else itself.
    @inline(__always)
    func unshared(_ value: Value) throws(RuntimeError) -> Value {
        if value.isSharedAggregate { return try copyAggregate(value) }
        return value
    }

    @inline(never)
    func copyAggregate(_ value: Value) throws(RuntimeError) -> Value {
        value.isList ? try copyList(value) : try copyRecord(value)
    }

    /// A new range.
    func makeRange(_ lower: Int, _ upper: Int, inclusive: Bool) -> Value {
        let cell = allocate(
            size: MemoryLayout<RangeCell>.size, kind: Value.Kind.range.rawValue, extra: inclusive ? 1 : 0)
        let range = cell.assumingMemoryBound(to: RangeCell.self)
        range.pointee.lower = lower
        range.pointee.upper = upper
        return Value(cell: cell, meta: Value.rangeMeta)
    }

    @inline(__always)
    func makeBox(_ value: Value) -> Value {
        let cell = allocate(size: MemoryLayout<BoxCell>.size, kind: Value.Kind.box.rawValue)
        cell.assumingMemoryBound(to: BoxCell.self).pointee.value = value
        return Value(cell: cell, meta: Value.boxMeta)
    }

    private func makeReference(_ object: AnyObject, kind: Value.Kind, bytes: Int) -> Value {
        let cell = allocate(
            size: MemoryLayout<ReferenceCell>.size, kind: kind.rawValue, flags: CellHeader.external)
        let reference = cell.assumingMemoryBound(to: ReferenceCell.self)
        reference.pointee.object = Unmanaged.passRetained(object)
        reference.pointee.byteCount = bytes
        account(bytes)
        return Value(cell: cell, meta: UInt32(kind.rawValue))
    }

    /// A value that stands for an object of the host. The object is released once no value names it.
    func makeHost(_ object: any HostObject) -> Value {
        let value = makeReference(HostBox(object), kind: .host, bytes: max(0, object.byteCount) + 64)
        if object is any ValueHolder { value.header.pointee.flags |= CellHeader.holder }
        if object is StreamObject { value.header.pointee.flags |= CellHeader.stream }
        return value
    }

    /// A value that stands for an error.
    func makeError(_ error: RuntimeError) -> Value {
        makeReference(ErrorBox(error), kind: .error, bytes: 256)
    }
}

/// Carries an existential behind one reference.
final class HostBox {
    let object: any HostObject
    init(_ object: any HostObject) { self.object = object }
}

/// Carries an error behind one reference.
final class ErrorBox {
    let error: RuntimeError
    init(_ error: RuntimeError) { self.error = error }
}

extension Value {
    /// The object of the host that this value stands for.
    public var hostObject: (any HostObject)? {
        guard meta == Value.hostMeta else { return nil }
        let object = reference.pointee.object.takeUnretainedValue()
        return unsafeDowncast(object, to: HostBox.self).object
    }

    var isStream: Bool { meta == Value.hostMeta && header.pointee.flags & CellHeader.stream != 0 }

    /// The stream that this value is.
    var stream: StreamObject {
        precondition(isStream, "whoever asks for the stream has seen that it is one")
        let box = unsafeDowncast(reference.pointee.object.takeUnretainedValue(), to: HostBox.self)
        return unsafeDowncast(box.object, to: StreamObject.self)
    }

    /// The error that this value stands for.
    public var errorValue: RuntimeError? {
        guard meta == Value.errorMeta else { return nil }
        let object = reference.pointee.object.takeUnretainedValue()
        return unsafeDowncast(object, to: ErrorBox.self).error
    }
}
