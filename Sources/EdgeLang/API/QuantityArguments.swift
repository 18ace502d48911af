/// A quantity of one dimension as an argument: `TimeSpan`, `DataSize` and so on are all of this form.
public protocol QuantityArgument: BuiltinArgument, BuiltinResult, Sendable {
    static var dimension: Dimension { get }
    /// In base units.
    init(base: Double)
    var base: Double { get }
}

extension QuantityArgument {
    public static var types: [ValueType] { [.quantity(dimension)] }
    public static func decode(_ value: Value, _ context: CallContext) -> Self? {
        guard let quantity = value.quantityValue, quantity.dimension == dimension else { return nil }
        return Self(base: quantity.value)
    }
    public static func describe(_ value: Self) -> String {
        QuantityFormat.text(Quantity(value: value.base, dimension: dimension))
    }
    public func encode(_ context: CallContext) -> Value { .quantity(base, Self.dimension) }
}

/// A length of time: `5ms`.
public struct TimeSpan: QuantityArgument {
    public static var dimension: Dimension { .time }
    public let base: Double
    public init(base: Double) { self.base = base }
    public init(seconds: Double) { base = seconds }
    public var seconds: Double { base }
}

/// An amount of data: `256KiB`.
public struct DataSize: QuantityArgument {
    public static var dimension: Dimension { .size }
    public let base: Double
    public init(base: Double) { self.base = base }
    public init(bytes: Double) { base = bytes }
    public var bytes: Double { base }
}

/// Data in a time: `10MB/s`.
public struct DataRate: QuantityArgument {
    public static var dimension: Dimension { .rate }
    public let base: Double
    public init(base: Double) { self.base = base }
    public var bytesPerSecond: Double { base }
}

/// Events in a time: `50Hz`.
public struct Frequency: QuantityArgument {
    public static var dimension: Dimension { .frequency }
    public let base: Double
    public init(base: Double) { self.base = base }
    public var hertz: Double { base }
}

/// Energy in a time: `3mW`.
public struct Power: QuantityArgument {
    public static var dimension: Dimension { .power }
    public let base: Double
    public init(base: Double) { self.base = base }
    public var watts: Double { base }
}

/// Energy: `2mJ`.
public struct Energy: QuantityArgument {
    public static var dimension: Dimension { .energy }
    public let base: Double
    public init(base: Double) { self.base = base }
    public var joules: Double { base }
}

extension Quantity: BuiltinArgument, BuiltinResult {
    public static var types: [ValueType] { [.anyQuantity] }
    public static func decode(_ value: Value, _ context: CallContext) -> Quantity? { value.quantityValue }
    public static func describe(_ value: Quantity) -> String { QuantityFormat.text(value) }
    public func encode(_ context: CallContext) -> Value { .quantity(value, dimension) }
}
