/// The value of a decoded message or of one of its fields.
public enum FieldValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
    case list([FieldValue])
    /// Fields in the order of the wire.
    case record([Field])

    /// A named part of a message.
    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: FieldValue

        @inline(__always)
        public init(_ name: String, _ value: FieldValue) {
            self.name = name
            self.value = value
        }
    }

    /// The field of a record; nil where there is none, or this is no record.
    public subscript(name: String) -> FieldValue? {
        guard case .record(let fields) = self else { return nil }
        return fields.first { $0.name == name }?.value
    }

    /// The value at a path of names, `"will.topic"`. Lists on the way are passed through by an index, `"items.0.address"`.
    public subscript(path path: [String]) -> FieldValue? {
        var value = self
        for name in path {
            switch value {
            case .record:
                guard let field = value[name] else { return nil }
                value = field
            case .list(let elements):
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
                value = elements[index]
            case .null, .bool, .int, .real, .text, .bytes: return nil
            }
        }
        return value
    }

    /// The value as a whole number, where it is one.
    public var integer: Int64? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        case .real(let value): Int64(exactly: value)
        case .null, .text, .bytes, .list, .record: nil
        }
    }

    /// What messages call the kind of value.
    var kindName: String {
        switch self {
        case .null: "nothing"
        case .bool: "a bool"
        case .int: "an int"
        case .real: "a float"
        case .text: "a string"
        case .bytes: "bytes"
        case .list: "a list"
        case .record: "a record"
        }
    }
}
