/// A value of the language: sixteen trivial bytes, copied without reference counting.
///
/// The payload `bits` holds an integer, a float's or quantity's bit pattern, a truth value, the index of a built-in function,
/// or the address of a cell in the interpreter's heap. The low byte of `meta` is the kind; its upper 24 bits are the dimension of a quantity
/// and zero otherwise, so that one comparison of `meta` tests the kind of everything but quantities.
///
/// A value that names a heap cell is valid as long as the cell is reachable from a root of its heap: a register, a binding, a parked value.
/// Collections happen only between instructions, so a built-in function may hold values in Swift variables until it calls back into the language;
/// what it needs after that it parks first (`CallContext.park`). A value never leaves the thread of its interpreter.
public struct Value {
    var bits: UInt64
    var meta: UInt32

    @inline(__always)
    init(bits: UInt64, meta: UInt32) {
        self.bits = bits
        self.meta = meta
    }

    /// What a value is. The order is a contract with the VM: int and float first, then the other immediates, then the heap;
    /// list and record differ in the lowest bit alone, and no number is left out.
    public enum Kind: UInt8, Sendable {
        case int = 0
        case float = 1
        case null = 2
        case bool = 3
        /// A number with a dimension, in SI base units.
        case quantity = 4
        /// A built-in function.
        case builtin = 5
        /// Internal: an argument that was not given. Scripts never see it.
        case absent = 6
        case string = 7
        case list = 8
        case record = 9
        case bytes = 10
        case range = 11
        /// A function written in the language, with what it captured.
        case closure = 12
        /// Internal: a variable that is captured and reassigned.
        case box = 13
        case error = 14
        /// An object of the host: a model, a tensor, a connection.
        case host = 15
    }

    /// What this value is.
    @inline(__always)
    public var kind: Kind { unsafeBitCast(UInt8(truncatingIfNeeded: meta), to: Kind.self) }
}

@available(*, unavailable)
extension Value: Sendable {}

extension Value {
    static let intMeta = UInt32(Kind.int.rawValue)
    static let floatMeta = UInt32(Kind.float.rawValue)
    static let nullMeta = UInt32(Kind.null.rawValue)
    static let boolMeta = UInt32(Kind.bool.rawValue)
    static let quantityMeta = UInt32(Kind.quantity.rawValue)
    static let builtinMeta = UInt32(Kind.builtin.rawValue)
    static let absentMeta = UInt32(Kind.absent.rawValue)
    static let stringMeta = UInt32(Kind.string.rawValue)
    static let bytesMeta = UInt32(Kind.bytes.rawValue)
    static let listMeta = UInt32(Kind.list.rawValue)
    static let recordMeta = UInt32(Kind.record.rawValue)
    static let rangeMeta = UInt32(Kind.range.rawValue)
    static let closureMeta = UInt32(Kind.closure.rawValue)
    static let boxMeta = UInt32(Kind.box.rawValue)
    static let errorMeta = UInt32(Kind.error.rawValue)
    static let hostMeta = UInt32(Kind.host.rawValue)

    /// The absence of a value.
    public static var null: Value { @inline(__always) get { Value(bits: 0, meta: nullMeta) } }
    static var absent: Value { @inline(__always) get { Value(bits: 0, meta: absentMeta) } }

    /// An integer.
    @inline(__always)
    public static func int(_ value: Int) -> Value { Value(bits: UInt64(bitPattern: Int64(value)), meta: intMeta) }

    /// A float.
    @inline(__always)
    public static func float(_ value: Double) -> Value { Value(bits: value.bitPattern, meta: floatMeta) }

    /// A truth value.
    @inline(__always)
    public static func bool(_ value: Bool) -> Value { Value(bits: value ? 1 : 0, meta: boolMeta) }

    /// A number with a dimension, in SI base units (seconds, bytes, joules and their products). Without a dimension it is a float.
    public static func quantity(_ value: Double, _ dimension: Dimension) -> Value {
        dimension.isNone ? .float(value) : Value(bits: value.bitPattern, meta: quantityMeta | dimension.packed << 8)
    }

    static func builtin(_ index: Int) -> Value { Value(bits: UInt64(index), meta: builtinMeta) }

    public var isNull: Bool { @inline(__always) get { meta == Value.nullMeta } }
    var isInt: Bool { @inline(__always) get { meta == Value.intMeta } }
    var isFloat: Bool { @inline(__always) get { meta == Value.floatMeta } }
    var isBool: Bool { @inline(__always) get { meta == Value.boolMeta } }
    var isString: Bool { @inline(__always) get { meta == Value.stringMeta } }
    var isList: Bool { @inline(__always) get { meta == Value.listMeta } }
    var isRecord: Bool { @inline(__always) get { meta == Value.recordMeta } }
    @usableFromInline var isAbsent: Bool { @inline(__always) get { meta == Value.absentMeta } }
    var isNumber: Bool { @inline(__always) get { meta <= Value.floatMeta } }
    var isQuantity: Bool { @inline(__always) get { meta & 0xFF == Value.quantityMeta } }
    var isHeap: Bool { @inline(__always) get { meta & 0xFF >= Value.stringMeta } }
    /// A list or a record: what has value semantics by copying on update.
    var isAggregate: Bool { @inline(__always) get { meta | 1 == Value.recordMeta } }
    var isFunction: Bool { meta == Value.closureMeta || meta == Value.builtinMeta }

    var asInt: Int { @inline(__always) get { Int(Int64(bitPattern: bits)) } }
    var asDouble: Double { @inline(__always) get { Double(bitPattern: bits) } }
    var asBool: Bool { @inline(__always) get { bits != 0 } }
    /// The dimension of a quantity, none for everything else.
    public var dimension: Dimension { Dimension(packed: meta >> 8) }

    /// An int, float or quantity as a double.
    var numericValue: Double? {
        if isInt { return Double(asInt) }
        if isFloat || isQuantity { return asDouble }
        return nil
    }

    var isTrue: Bool { @inline(__always) get { meta == Value.boolMeta && bits != 0 } }

    /// The integer, if it is one.
    public var intValue: Int? { isInt ? asInt : nil }
    /// The number as a double, if it is an int or a float.
    public var doubleValue: Double? { isNumber ? numericValue : nil }
    /// The truth value, if it is one.
    public var boolValue: Bool? { isBool ? asBool : nil }
    /// The number in SI base units and its dimension, if it is a quantity.
    public var quantityValue: Quantity? {
        isQuantity ? Quantity(value: asDouble, dimension: dimension) : nil
    }
}
