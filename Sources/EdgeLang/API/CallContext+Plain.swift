extension CallContext {
    /// How deep lists and records may nest where they leave the language.
    static let deepestPlain = 512

    /// A value outside of the heap. Functions and nesting beyond a bound are errors; host objects give what they say of themselves.
    public func plain(_ value: Value) throws -> PlainValue {
        var budget = 50_000_000
        return try plain(value, depth: 0, &budget)
    }

    private func plain(_ value: Value, depth: Int, _ budget: inout Int) throws -> PlainValue {
        budget -= 1
        try checkPace(budget)
        if depth > CallContext.deepestPlain || budget < 0 {
            throw RuntimeError(
                .tooLarge, depth > CallContext.deepestPlain ? "the value nests too deep" : "the value is too large")
        }
        switch value.kind {
        case .null, .absent: return .null
        case .int: return .int(value.asInt)
        case .float: return .float(value.asDouble)
        case .bool: return .bool(value.asBool)
        case .quantity: return .quantity(Quantity(value: value.asDouble, dimension: value.dimension))
        case .string: return .string(String(decoding: value.string.pointee.buffer, as: UTF8.self))
        case .bytes: return .bytes(Array(value.string.pointee.buffer))
        case .list:
            var elements: [PlainValue] = []
            elements.reserveCapacity(value.list.pointee.count)
            for element in ListValue(value: value) { elements.append(try plain(element, depth: depth + 1, &budget)) }
            return .list(elements)
        case .record:
            var fields: [PlainValue.Field] = []
            for (key, field) in RecordValue(value: value, heap: heap) {
                fields.append(PlainValue.Field(key, try plain(field, depth: depth + 1, &budget)))
            }
            return .record(fields)
        case .range:
            let range = value.range.pointee
            return .record([
                PlainValue.Field("from", .int(range.lower)), PlainValue.Field("to", .int(range.upper)),
                PlainValue.Field("inclusive", .bool(range.isInclusive)),
            ])
        case .error:
            let diagnostic = value.errorValue?.diagnostic
            return .record([
                PlainValue.Field("code", .string(diagnostic?.code.rawValue ?? "")),
                PlainValue.Field("message", .string(diagnostic?.message ?? "")),
            ])
        case .host: return value.hostObject?.plainValue ?? .null
        case .builtin, .closure, .box:
            throw RuntimeError(.conversion, "a function cannot leave the program as data")
        }
    }

    /// A value of the language from one outside of any heap.
    public func value(of plain: PlainValue) throws -> Value {
        switch plain {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .float(let value): return .float(value)
        case .quantity(let value): return .quantity(value.value, value.dimension)
        case .string(let value): return heap.makeString(value)
        case .bytes(let value): return bytes(value)
        case .list(let elements):
            try heap.ensure(elements.count * MemoryLayout<Value>.stride)
            let list = heap.makeList(capacity: elements.count)
            for (position, element) in elements.enumerated() {
                if position & 0xFFF == 0xFFF { try checkCancellation() }
                heap.append(try value(of: element), to: list)
            }
            return list
        case .record(let fields):
            let record = heap.makeRecord(capacity: fields.count)
            for field in fields { heap.set(record.record, field.key, try value(of: field.value)) }
            return record
        }
    }
}
