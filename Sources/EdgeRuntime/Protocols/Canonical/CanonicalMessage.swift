/// What every protocol's bytes decode into, so that any protocol can be translated into any other.
public struct CanonicalMessage: Sendable, Hashable {
    /// A value as protocols carry it.
    public enum Value: Sendable, Hashable {
        case bool(Bool)
        case int(Int64)
        case real(Double)
        case text(String)
        case bytes([UInt8])
    }

    /// How far the value can be trusted, in OPC UA's three words.
    public enum Quality: String, Sendable, Hashable {
        case good, uncertain, bad
    }

    /// The device or endpoint that sent it.
    public var source: String
    /// Where the value lives there: a register, a node, a topic.
    public var address: String
    /// What people call it.
    public var name: String
    public var value: Value
    /// The unit of the value, as written by its source; nil without one.
    public var unit: String?
    public var quality: Quality
    /// Nanoseconds since 1970-01-01T00:00:00Z; nil where the source gives no time.
    public var timestamp: Int64?
    /// What the map says that a message about it needs besides.
    public var extra: [FieldValue.Field]

    public init(
        source: String, address: String, name: String, value: Value, unit: String? = nil, quality: Quality = .good,
        timestamp: Int64? = nil, extra: [FieldValue.Field] = []
    ) {
        self.source = source
        self.address = address
        self.name = name
        self.value = value
        self.unit = unit
        self.quality = quality
        self.timestamp = timestamp
        self.extra = extra
    }
}
