/// A function of the language as an argument. Call it with `CallContext.call(_:_:)`.
public struct Function: BuiltinArgument {
    public let value: Value

    public static var types: [ValueType] { [.function] }
    public static func decode(_ value: Value, _ context: CallContext) -> Function? {
        value.isFunction ? Function(value: value) : nil
    }
}

/// A string as an argument, not copied: for functions that cut and search.
public struct TextValue: BuiltinArgument {
    public let value: Value

    public static var types: [ValueType] { [.string] }
    public static func decode(_ value: Value, _ context: CallContext) -> TextValue? {
        value.isString ? TextValue(value: value) : nil
    }

    /// The bytes, valid while the value is held.
    var bytes: UnsafeBufferPointer<UInt8> { value.string.pointee.buffer }
}

/// A list as an argument, not copied: a collection of values.
public struct ListValue: BuiltinArgument, RandomAccessCollection {
    public let value: Value

    public static var types: [ValueType] { [.list] }
    public static func decode(_ value: Value, _ context: CallContext) -> ListValue? {
        value.isList ? ListValue(value: value) : nil
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { value.list.pointee.count }
    public subscript(position: Int) -> Value {
        precondition(position >= 0 && position < endIndex, "index within the list")
        return value.list.pointee.elements[position]
    }
}

/// A record as an argument, not copied: a sequence of keys and values in order.
public struct RecordValue: BuiltinArgument, Sequence {
    public let value: Value
    private let heap: Heap

    public static var types: [ValueType] { [.record] }
    public static func decode(_ value: Value, _ context: CallContext) -> RecordValue? {
        value.isRecord ? RecordValue(value: value, heap: context.heap) : nil
    }

    init(value: Value, heap: Heap) {
        self.value = value
        self.heap = heap
    }

    public var count: Int { heap.count(value.record) }

    /// The value of a key.
    public subscript(key: String) -> Value? { heap.get(value.record, key) }

    /// The keys in order.
    public var keys: [String] { map(\.key) }

    public func makeIterator() -> IndexingIterator<[(key: String, value: Value)]> {
        var result: [(key: String, value: Value)] = []
        heap.forEach(value.record) { key, value in
            result.append((String(decoding: key.pointee.buffer, as: UTF8.self), value))
        }
        return result.makeIterator()
    }
}

/// Bytes as an argument and as a result: `hex"0103"`.
public struct ByteString: BuiltinArgument, BuiltinResult, Sendable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public static var types: [ValueType] { [.bytes] }
    public static func decode(_ value: Value, _ context: CallContext) -> ByteString? {
        value.meta == Value.bytesMeta ? ByteString(Array(value.string.pointee.buffer)) : nil
    }
    public func encode(_ context: CallContext) -> Value {
        bytes.withUnsafeBufferPointer { context.heap.makeBytes($0) }
    }
}

extension PlainValue: BuiltinArgument, BuiltinResult {
    public static var types: [ValueType] { [.any] }
    public static func decode(_ value: Value, _ context: CallContext) throws -> PlainValue? {
        try context.plain(value)
    }
    public func encode(_ context: CallContext) throws -> Value { try context.value(of: self) }
}
