/// What a text format such as JSON or YAML holds: plain values, lists and records, in the order they were written.
public enum DataTree: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case text(String)
    case list([DataTree])
    case record([Field])

    /// One named value of a record.
    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: DataTree

        public init(name: String, value: DataTree) {
            self.name = name
            self.value = value
        }
    }

    /// How deep lists and records may nest in each other, in what is read and in what is written.
    public static let maximumDepth = 512

    /// The field of a record; nil where there is none, or the value is not a record.
    public subscript(name: String) -> DataTree? {
        if case .record(let fields) = self { fields.first { $0.name == name }?.value } else { nil }
    }
}
