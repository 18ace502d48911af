/// A value outside of any heap: what readers and writers of data files and other threads work with.
public indirect enum PlainValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case float(Double)
    case quantity(Quantity)
    case string(String)
    case bytes([UInt8])
    case list([PlainValue])
    /// Keys in order.
    case record([Field])

    /// A key of a record and its value.
    public struct Field: Sendable, Equatable {
        public var key: String
        public var value: PlainValue

        public init(_ key: String, _ value: PlainValue) {
            self.key = key
            self.value = value
        }
    }

    /// The value of a record's key.
    public subscript(key: String) -> PlainValue? {
        guard case .record(let fields) = self else { return nil }
        return fields.first { $0.key == key }?.value
    }
}
