/// Something with elements as an argument, not copied: a list, a range, or an object of the host that has elements.
struct SequenceValue: BuiltinArgument {
    let value: Value
    /// The number of elements.
    let count: Int

    static var types: [ValueType] { [.list, .range, .elements] }
    static var typeDescription: String { "list | range" }

    static func decode(_ value: Value, _ context: CallContext) throws -> SequenceValue? {
        if value.isList { return SequenceValue(value: value, count: value.list.pointee.count) }
        if value.kind == .range {
            guard let count = value.range.pointee.count else {
                throw RuntimeError(.tooLarge, "the range has more elements than an int can count")
            }
            return SequenceValue(value: value, count: count)
        }
        guard let object = value.hostObject, let count = object.elementCount else { return nil }
        return SequenceValue(value: value, count: count)
    }

    /// An element; the position is below `count`. A list may have shrunk since: then the position is refused.
    func element(_ position: Int, _ context: CallContext) throws -> Value {
        if value.isList {
            guard position < value.list.pointee.count else {
                throw RuntimeError(.indexOutOfRange, "the list became shorter while it was read")
            }
            return value.list.pointee.elements[position]
        }
        if value.kind == .range { return .int(value.range.pointee.lower + position) }
        guard let object = value.hostObject else { return .null }
        return try object.element(at: position, context)
    }

    /// The elements as a new list, refused where it would pass the memory limit. Elements that are lists or records are marked as shared.
    func newList(_ context: CallContext, _ positions: some Collection<Int>) throws -> Value {
        try context.heap.ensure(sizeOfElements(positions.count))
        let list = context.heap.makeList(capacity: positions.count)
        context.park(list)
        for (done, position) in positions.enumerated() {
            try context.checkPace(done)
            let element = try element(position, context)
            element.markShared()
            context.heap.append(element, to: list)
        }
        return list
    }

    func newList(_ context: CallContext) throws -> Value { try newList(context, 0..<count) }
}

extension CallContext {
    /// For loops over elements: now and then asks whether the user has had enough and whether memory is left.
    func checkPace(_ position: Int) throws {
        guard position & 0xFFF == 0xFFF else { return }
        try checkCancellation()
        // More than this loop allocates until it asks again.
        try heap.ensure(1 << 20)
    }
}

/// The bytes that `count` elements of a list take.
func sizeOfElements(_ count: Int) -> Int {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
    return overflow ? Int.max : bytes
}

/// The bytes that a list of `count` pairs takes, the pairs included.
func sizeOfPairs(_ count: Int) -> Int {
    let (bytes, overflow) = sizeOfElements(count).multipliedReportingOverflow(by: 6)
    return overflow ? Int.max : bytes
}
