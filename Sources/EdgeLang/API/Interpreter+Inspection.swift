/// Looking at values from outside, a piece at a time: what shows or completes them needs the first of a million elements, not a
/// copy of all. Nothing here runs code of the script.
extension Interpreter {
    /// How many elements, fields or bytes a value has; nil where it has none. Of a string, its bytes.
    public func count(of value: Value) -> Int? {
        switch value.kind {
        case .list: return ListValue(value: value).count
        case .record: return RecordValue(value: value, heap: heap).count
        case .string, .bytes: return value.string.pointee.buffer.count
        case .host: return value.hostObject?.elementCount
        default: return nil
        }
    }

    /// The first elements of a list; empty for everything else.
    public func elements(of value: Value, first count: Int) -> [Value] {
        value.kind == .list ? Array(ListValue(value: value).prefix(max(0, count))) : []
    }

    /// An element of a list; nil where there is none, or for everything else.
    public func element(of value: Value, at index: Int) -> Value? {
        guard value.kind == .list else { return nil }
        let list = ListValue(value: value)
        return list.indices.contains(index) ? list[index] : nil
    }

    /// The fields of a record in order; empty for everything else.
    public func fields(of value: Value) -> [(key: String, value: Value)] {
        value.kind == .record ? Array(RecordValue(value: value, heap: heap)) : []
    }

    /// A field of a record; nil where there is none, or for everything else.
    public func field(of value: Value, named name: String) -> Value? {
        value.kind == .record ? RecordValue(value: value, heap: heap)[name] : nil
    }

    /// The object of the host that a value is, if it is one.
    public func hostObject(of value: Value) -> (any HostObject)? { value.kind == .host ? value.hostObject : nil }

    /// What calls of a function written in the language are made of; nil for everything else.
    public func parameterNames(of value: Value) -> [String]? {
        value.kind == .closure ? value.closure.pointee.code.pointee.info.parameters.map(\.name) : nil
    }

    /// Roughly the bytes that a value keeps alive. Parts that are held twice count twice.
    ///
    /// - Parameter limit: How many parts are looked at; nil is returned where there are more.
    public func byteCount(of value: Value, limit: Int = 100_000) -> Int? {
        var budget = limit
        var bytes = 0
        var open = [value]
        while let next = open.popLast() {
            budget -= 1
            guard budget >= 0 else { return nil }
            switch next.kind {
            case .list:
                let list = ListValue(value: next)
                bytes += 32 + list.count * MemoryLayout<Value>.stride
                // Numbers lie within the list; a long list of them is not walked through to the end.
                if list.count > budget {
                    guard list.prefix(1000).allSatisfy({ !$0.isHeap }) else { return nil }
                } else {
                    for element in list where element.isHeap { open.append(element) }
                }
            case .record:
                let fields = RecordValue(value: next, heap: heap)
                guard fields.count <= budget else { return nil }
                for field in fields {
                    bytes += 32 + field.key.utf8.count
                    if field.value.isHeap { open.append(field.value) }
                }
            case .string, .bytes: bytes += 32 + next.string.pointee.buffer.count
            case .host: bytes += 32 + (next.hostObject?.byteCount ?? 0)
            default: bytes += MemoryLayout<Value>.stride
            }
        }
        return bytes
    }

    /// Bytes of all values, garbage that was not collected yet included.
    public var heapByteCount: Int { heap.byteCount }
}

extension Interpreter {
    /// A text as it would be written in code.
    public static func quoted(_ text: String) -> String { EdgeLang.quoted(text) }
}
