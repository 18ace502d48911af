/// Fields, elements, slices and iteration, as far as the loop does not do them itself.
extension Machine {
    // MARK: Fields

    /// The value of a field of anything; nil where there is none.
    func field(_ value: Value, _ key: UnsafeMutablePointer<StringCell>) throws -> Value? {
        switch value.kind {
        case .record: return heap.get(value.record, key)
        case .host:
            return try value.hostObject?.field(String(decoding: key.pointee.buffer, as: UTF8.self), interpreter.context)
        case .error: return errorField(value, String(decoding: key.pointee.buffer, as: UTF8.self))
        default: return nil
        }
    }

    private func errorField(_ value: Value, _ name: String) -> Value? {
        guard let diagnostic = value.errorValue?.diagnostic else { return nil }
        switch name {
        case "message": return heap.makeString(diagnostic.message)
        case "code": return heap.makeString(diagnostic.code.rawValue)
        case "hint": return diagnostic.hint.map { heap.makeString($0) } ?? .null
        case "trace": return interpreter.traceValue(diagnostic)
        default: return nil
        }
    }

    /// Reads a field and fills the cache word of the instruction.
    @inline(never)
    func getFieldSlowly(
        _ value: Value, _ key: UnsafeMutablePointer<StringCell>, cache: UnsafeMutablePointer<UInt64>
    ) throws -> Value {
        if value.isRecord {
            let record = value.record
            if !record.pointee.isTable {
                if let slot = record.pointee.shape.pointee.find(key) {
                    cache.pointee.remember(record.pointee.header.extra, slot)
                    return record.pointee.slots[slot]
                }
            } else if let result = heap.get(record, key) {
                return result
            }
        } else if let result = try field(value, key) {
            return result
        }
        throw noField(value, String(decoding: key.pointee.buffer, as: UTF8.self))
    }

    /// Names of the fields of a value.
    func fieldNames(_ value: Value) -> [String] {
        switch value.kind {
        case .record: return RecordValue(value: value, heap: heap).keys
        case .host: return value.hostObject?.fieldNames ?? []
        case .error: return ["message", "code", "hint", "trace"]
        default: return []
        }
    }

    private func noField(_ value: Value, _ name: String) -> RuntimeError {
        let names = fieldNames(value)
        let shown = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
        if value.isRecord {
            return RuntimeError(
                .noSuchField, "the record has no field `\(name)`",
                hint: Spelling.closest(to: name, among: names).map { "did you mean `\($0)`?" },
                notes: names.isEmpty ? ["it is empty"] : ["fields: \(shown)"])
        }
        return RuntimeError(
            .noSuchField, "a value of type \(value.typeName) has no field `\(name)`",
            hint: Spelling.closest(to: name, among: names).map { "did you mean `\($0)`?" },
            notes: names.isEmpty ? [] : ["fields: \(shown)"])
    }

    /// Sets a field of a record that only its variable holds, and fills the cache word.
    @inline(never)
    func setFieldSlowly(
        _ value: Value, _ key: UnsafeMutablePointer<StringCell>, _ new: Value, cache: UnsafeMutablePointer<UInt64>
    ) throws {
        guard value.isRecord else {
            throw RuntimeError(.noSuchField, "cannot set a field of a value of type \(value.typeName)")
        }
        heap.set(value.record, key, new)
        if !value.record.pointee.isTable, let slot = value.record.pointee.shape.pointee.find(key) {
            cache.pointee.remember(value.record.pointee.header.extra, slot)
        }
    }

    /// Reads a field for an update within it.
    @inline(never)
    func ownField(_ value: Value, _ key: UnsafeMutablePointer<StringCell>) throws -> Value {
        guard value.isRecord, let place = heap.address(value.record, key) else {
            throw noField(value, String(decoding: key.pointee.buffer, as: UTF8.self))
        }
        let old = place.pointee
        let own = try heap.unshared(old)
        place.pointee = own
        return own
    }

    // MARK: Elements

    func position(_ index: Value, count: Int, of name: String) throws -> Int {
        guard index.isInt else {
            throw RuntimeError(.operandTypes, "an index of a \(name) must be an int, found \(index.typeName)")
        }
        let position = index.asInt < 0 ? index.asInt &+ count : index.asInt
        guard position >= 0, position < count else {
            throw RuntimeError(
                .indexOutOfRange, "index \(index.asInt) is out of range: the \(name) has \(Machine.counted(count))")
        }
        return position
    }

    private static func counted(_ count: Int) -> String { count == 1 ? "1 element" : "\(count) elements" }

    @inline(never)
    func getIndexSlowly(_ value: Value, _ index: Value) throws -> Value {
        switch value.kind {
        case .list:
            if index.meta == Value.rangeMeta { return try slice(value, range: index.range.pointee) }
            let list = value.list
            return list.pointee.elements[try position(index, count: list.pointee.count, of: "list")]
        case .record:
            guard index.isString else {
                throw RuntimeError(.operandTypes, "a key of a record must be a string, found \(index.typeName)")
            }
            // A field is a part of the record's form, a key is data: it may be absent.
            return heap.get(value.record, index.string) ?? .null
        case .string:
            if index.meta == Value.rangeMeta { return try slice(value, range: index.range.pointee) }
            let text = value.string
            let count = text.pointee.isASCII ? text.pointee.count : heap.characterCount(text)
            let place = try position(index, count: count, of: "string")
            return heap.characters(value, from: place, to: place + 1)
        case .bytes:
            if index.meta == Value.rangeMeta { return try slice(value, range: index.range.pointee) }
            let text = value.string
            return .int(Int(text.pointee.bytes[try position(index, count: text.pointee.count, of: "value")]))
        case .range:
            let range = value.range.pointee
            let count = range.count ?? Int.max
            return .int(range.lower + (try position(index, count: count, of: "range")))
        case .host:
            guard let object = value.hostObject, let count = object.elementCount else { break }
            return try object.element(at: try position(index, count: count, of: value.typeName), interpreter.context)
        default: break
        }
        throw RuntimeError(.notIndexable, "a value of type \(value.typeName) cannot be indexed")
    }

    @inline(never)
    func setIndexSlowly(_ value: Value, _ index: Value, _ new: Value) throws {
        switch value.kind {
        case .list:
            let list = value.list
            list.pointee.elements[try position(index, count: list.pointee.count, of: "list")] = new
        case .record:
            guard index.isString else {
                throw RuntimeError(.operandTypes, "a key of a record must be a string, found \(index.typeName)")
            }
            heap.set(value.record, index.string, new)
        case .string, .bytes:
            throw RuntimeError(.notIndexable, "a \(value.typeName) cannot be changed in place; build a new one")
        default:
            throw RuntimeError(.notIndexable, "elements of a value of type \(value.typeName) cannot be set")
        }
    }

    @inline(never)
    func ownIndex(_ value: Value, _ index: Value) throws -> Value {
        if value.isRecord, index.isString { return try ownField(value, index.string) }
        guard value.isList else {
            throw RuntimeError(.notIndexable, "elements of a value of type \(value.typeName) cannot be set")
        }
        let place = value.list.pointee.elements + (try position(index, count: value.list.pointee.count, of: "list"))
        let own = try heap.unshared(place.pointee)
        place.pointee = own
        return own
    }

    // MARK: Slices

    private func slice(_ value: Value, range: RangeCell) throws -> Value {
        try slice(value, lower: .int(range.lower), upper: .int(range.upper), isClosed: range.isInclusive)
    }

    /// Part of a list, string or bytes. Negative ends count from the end; what lies outside is left out.
    @inline(never)
    func slice(_ value: Value, lower: Value, upper: Value, isClosed: Bool) throws -> Value {
        let count: Int
        switch value.kind {
        case .list: count = value.list.pointee.count
        case .bytes: count = value.string.pointee.count
        case .string:
            count = value.string.pointee.isASCII ? value.string.pointee.count : heap.characterCount(value.string)
        default: throw RuntimeError(.notIndexable, "a value of type \(value.typeName) cannot be sliced")
        }
        func end(_ end: Value, _ missing: Int, _ extra: Int) throws -> Int {
            if end.isAbsent { return missing }
            guard end.isInt else {
                throw RuntimeError(.operandTypes, "an end of a slice must be an int, found \(end.typeName)")
            }
            let place = end.asInt < 0 ? end.asInt &+ count : end.asInt
            return max(0, min(place < Int.max ? place + extra : place, count))
        }
        let from = try end(lower, 0, 0)
        let to = max(from, try end(upper, count, isClosed && !upper.isAbsent ? 1 : 0))
        switch value.kind {
        case .list: return try subList(value, from: from, to: to)
        case .bytes: return heap.slice(value, from: from, to: to)
        default: return heap.characters(value, from: from, to: to)
        }
    }

    /// A new list of some elements.
    func subList(_ value: Value, from: Int, to: Int) throws -> Value {
        try heap.ensure((to - from) * MemoryLayout<Value>.stride)
        let result = heap.makeList(capacity: to - from)
        for index in from..<to {
            let element = value.list.pointee.elements[index]
            element.markShared()
            result.list.pointee.elements[index - from] = element
        }
        result.list.pointee.count = to - from
        return result
    }

    // MARK: Iteration

    /// Makes ready what `for` goes through: a list stays, a record becomes its pairs, the rest is read element by element.
    @inline(never)
    func prepareIteration(_ value: Value) throws -> Value {
        switch value.kind {
        case .list, .range, .bytes: return value
        case .string: return value.string.pointee.isASCII ? value : heap.characterList(value)
        case .record:
            try heap.ensure(heap.count(value.record) * 96)
            let pairs = heap.makeList(capacity: heap.count(value.record))
            heap.forEach(value.record) { key, field in
                field.markShared()
                let pair = heap.makeList(capacity: 2)
                heap.append(Value(cell: key, meta: Value.stringMeta), to: pair)
                heap.append(field, to: pair)
                heap.append(pair, to: pairs)
            }
            return pairs
        case .host:
            if value.hostObject?.elementCount != nil { return value }
            if let stream = try value.asStream(interpreter.context) {
                _ = try stream.take(for: "for")
                return value.hostObject === stream ? value : heap.makeHost(stream)
            }
        default: break
        }
        throw RuntimeError(
            .notIterable, "cannot go through a value of type \(value.typeName)",
            hint: value.isInt ? "for numbers from 0, write `0..\(value.asInt)`" : nil)
    }

    /// The element at a position that counts from zero; nil at the end.
    @inline(never)
    func nextElement(_ value: Value, _ position: Int) throws -> Value? {
        switch value.kind {
        case .list: return position < value.list.pointee.count ? value.list.pointee.elements[position] : nil
        case .string:
            return position < value.string.pointee.count ? heap.slice(value, from: position, to: position + 1) : nil
        case .bytes:
            return position < value.string.pointee.count ? .int(Int(value.string.pointee.bytes[position])) : nil
        case .range:
            let range = value.range.pointee
            let (element, overflow) = range.lower.addingReportingOverflow(position)
            return !overflow && range.contains(element) ? .int(element) : nil
        case .host:
            if value.isStream { return try value.stream.nextForLoop(interpreter.context) }
            guard let object = value.hostObject, let count = object.elementCount, position < count else { return nil }
            return try object.element(at: position, interpreter.context)
        default: return nil
        }
    }

    /// The bounds of a `for` over a literal range: first and last element, nil where it is empty.
    @inline(never)
    func rangeBounds(_ lower: Value, _ upper: Value, isClosed: Bool) throws -> (first: Int, last: Int)? {
        guard lower.isInt, upper.isInt else { throw rangeEnds(lower, upper) }
        if isClosed { return lower.asInt <= upper.asInt ? (lower.asInt, upper.asInt) : nil }
        return lower.asInt < upper.asInt ? (lower.asInt, upper.asInt - 1) : nil
    }

    func rangeEnds(_ lower: Value, _ upper: Value) -> RuntimeError {
        RuntimeError(
            .operandTypes, "the ends of a range must be ints, found \(lower.typeName) and \(upper.typeName)")
    }
}
