/// A Swift type that a built-in function can return.
public protocol BuiltinResult: SendableMetatype {
    /// The value of the language.
    func encode(_ context: CallContext) throws -> Value
    /// What help calls the type.
    static var resultDescription: String { get }
}

extension BuiltinResult {
    public static var resultDescription: String { "any" }
}

extension BuiltinResult where Self: BuiltinArgument {
    public static var resultDescription: String { typeDescription }
}

extension Value: BuiltinResult {
    /// A value that the function was given, or found inside one: another place may hold it.
    public func encode(_ context: CallContext) -> Value {
        markShared()
        return self
    }
}

/// A list or record that the function made and that nobody else holds: scripts update it in place.
public struct FreshValue: BuiltinResult {
    public let value: Value
    public init(_ value: Value) { self.value = value }
    public func encode(_ context: CallContext) -> Value { value }
}

/// Nothing: the function is called for what it does.
public struct Nothing: BuiltinResult {
    public init() {}
    public func encode(_ context: CallContext) -> Value { .null }
    public static var resultDescription: String { "null" }
}

extension Int: BuiltinResult {
    public func encode(_ context: CallContext) -> Value { .int(self) }
}

extension Double: BuiltinResult {
    public func encode(_ context: CallContext) -> Value { .float(self) }
    public static var resultDescription: String { "float" }
}

extension Bool: BuiltinResult {
    public func encode(_ context: CallContext) -> Value { .bool(self) }
}

extension String: BuiltinResult {
    public func encode(_ context: CallContext) -> Value { context.heap.makeString(self) }
}

extension Optional: BuiltinResult where Wrapped: BuiltinResult {
    public func encode(_ context: CallContext) throws -> Value { try self?.encode(context) ?? .null }
    public static var resultDescription: String { Wrapped.resultDescription + "?" }
}

extension Array: BuiltinResult where Element: BuiltinResult {
    public func encode(_ context: CallContext) throws -> Value {
        let list = context.heap.makeList(capacity: count)
        for (position, element) in enumerated() {
            try context.checkPace(position)
            context.heap.append(try element.encode(context), to: list)
        }
        return list
    }
    public static var resultDescription: String {
        Element.resultDescription == "any" ? "list" : "list of \(Element.resultDescription)"
    }
}

/// A record to return, its keys in order: `["name": name, "bytes": size]`.
public struct Fields: BuiltinResult, ExpressibleByDictionaryLiteral {
    public var fields: [(key: String, value: any BuiltinResult)]

    public init(_ fields: [(key: String, value: any BuiltinResult)]) { self.fields = fields }

    public init(dictionaryLiteral elements: (String, any BuiltinResult)...) {
        fields = elements.map { (key: $0.0, value: $0.1) }
    }

    public mutating func append(_ key: String, _ value: any BuiltinResult) {
        fields.append((key: key, value: value))
    }

    public func encode(_ context: CallContext) throws -> Value {
        let record = context.heap.makeRecord(capacity: fields.count)
        for field in fields { context.heap.set(record.record, field.key, try field.value.encode(context)) }
        return record
    }
    public static var resultDescription: String { "record" }
}
