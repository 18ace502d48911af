/// An object of the runtime that scripts hold: a model, a tensor, a data set, a connection.
///
/// To the language it is a value with a type name, fields and equality. It is released once no value names it.
/// It has reference semantics, so a type whose scripts expect values should be immutable.
public protocol HostObject: AnyObject, BuiltinArgument, BuiltinResult {
    /// The name scripts know the type by, in annotations and errors: `model`, `tensor`.
    static var typeName: String { get }

    /// Roughly the bytes it keeps alive; they count towards the next garbage collection.
    var byteCount: Int { get }

    /// How it prints for people; may have several lines.
    func display(_ options: DisplayOptions) -> String

    /// The names behind the dot, for completion and error messages.
    var fieldNames: [String] { get }
    /// The value of a field, nil where there is none of that name.
    func field(_ name: String, _ context: CallContext) throws -> Value?

    /// Whether the two are equal to a script; identity unless the type says otherwise.
    func isEqual(to other: any HostObject) -> Bool

    /// What `--json` and writers of data files show.
    var plainValue: PlainValue { get }

    /// The count of elements, for `len`, `for` and indexing; nil where it has none.
    var elementCount: Int? { get }
    /// An element; `index` is checked against `elementCount`.
    func element(at index: Int, _ context: CallContext) throws -> Value

    /// The result of an operator with this object on one side, nil where the operator is not defined for it.
    func apply(_ operator: BinaryOperator, with other: Value, isLeft: Bool, _ context: CallContext) throws -> Value?
}

extension HostObject {
    public var byteCount: Int { 0 }
    public func display(_ options: DisplayOptions) -> String { "<\(Self.typeName)>" }
    public var fieldNames: [String] { [] }
    public func field(_ name: String, _ context: CallContext) throws -> Value? { nil }
    public func isEqual(to other: any HostObject) -> Bool { self === other }
    public var plainValue: PlainValue { .string(display(DisplayOptions())) }
    public var elementCount: Int? { nil }
    public func element(at index: Int, _ context: CallContext) throws -> Value { .null }
    public func apply(
        _ operator: BinaryOperator, with other: Value, isLeft: Bool, _ context: CallContext
    ) throws -> Value? { nil }

    public static var types: [ValueType] { [.host(typeName)] }
    public static func decode(_ value: Value, _ context: CallContext) throws -> Self? { value.hostObject as? Self }
    public func encode(_ context: CallContext) throws -> Value { context.heap.makeHost(self) }
}

/// How values are shown.
public struct DisplayOptions: Sendable {
    /// The columns there are, nil where lines may be as long as they like.
    public var width: Int?
    /// Whether escape sequences for colour are welcome.
    public var colour: Bool

    public init(width: Int? = nil, colour: Bool = false) {
        self.width = width
        self.colour = colour
    }
}
