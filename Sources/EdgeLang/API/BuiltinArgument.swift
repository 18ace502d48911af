/// A Swift type that a built-in function can take as an argument. The conversion is made before the function's body runs;
/// where it fails, the caller gets an error that names function, parameter, expected and found type.
public protocol BuiltinArgument: SendableMetatype {
    /// What it accepts, for the static check, help and messages.
    static var types: [ValueType] { get }
    /// What messages and help call it, where that says more than the names of `types`: `list of string`.
    static var typeDescription: String { get }
    /// The strings it accepts, where it is a choice.
    static var choices: [String] { get }
    /// Whether it accepts the absence of an argument.
    static var isOptional: Bool { get }
    /// The Swift value, nil where the value has the wrong type.
    static func decode(_ value: Value, _ context: CallContext) throws -> Self?
    /// The Swift value; throws `mismatch()` where the value has the wrong type. There is nothing to implement: it stands here
    /// because a caller that knows the type by its metadata alone would have to look up that of the optional at every call.
    static func decode(_ value: Value, _ context: CallContext, mismatch: () -> any Error) throws -> Self
    /// How a default is written in help.
    static func describe(_ value: Self) -> String
}

extension BuiltinArgument {
    public static var typeDescription: String {
        types.contains(.any) || types.isEmpty ? "any" : types.map(\.name).joined(separator: " | ")
    }
    public static var choices: [String] { [] }
    public static var isOptional: Bool { false }
    public static func describe(_ value: Self) -> String { "\(value)" }

    @inlinable
    public static func decode(_ value: Value, _ context: CallContext, mismatch: () -> any Error) throws -> Self {
        guard let argument = try decode(value, context) else { throw mismatch() }
        return argument
    }
}

extension Value: BuiltinArgument {
    public static var types: [ValueType] { [.any] }
    public static func decode(_ value: Value, _ context: CallContext) -> Value? { value }
    /// A default is made before there is a heap: of the values that need none only `null` has been one.
    public static func describe(_ value: Value) -> String { value.isNull ? "null" : value.typeName }
}

extension Int: BuiltinArgument {
    public static var types: [ValueType] { [.int] }
    public static func decode(_ value: Value, _ context: CallContext) -> Int? { value.intValue }
}

extension Double: BuiltinArgument {
    public static var types: [ValueType] { [.int, .float] }
    public static var typeDescription: String { "number" }
    public static func decode(_ value: Value, _ context: CallContext) -> Double? { value.doubleValue }
}

extension Bool: BuiltinArgument {
    public static var types: [ValueType] { [.bool] }
    public static func decode(_ value: Value, _ context: CallContext) -> Bool? { value.boolValue }
}

extension String: BuiltinArgument {
    public static var types: [ValueType] { [.string] }
    public static func decode(_ value: Value, _ context: CallContext) -> String? { value.stringValue }
    public static func describe(_ value: String) -> String { quoted(value) }
}

extension Optional: BuiltinArgument where Wrapped: BuiltinArgument {
    public static var types: [ValueType] {
        Wrapped.types.contains(.any) || Wrapped.types.isEmpty ? Wrapped.types : Wrapped.types + [.null]
    }
    public static var typeDescription: String { Wrapped.typeDescription + "?" }
    public static var choices: [String] { Wrapped.choices }
    public static var isOptional: Bool { true }
    public static func decode(_ value: Value, _ context: CallContext) throws -> Wrapped?? {
        if value.isNull || value.isAbsent { return .some(nil) }
        guard let wrapped = try Wrapped.decode(value, context) else { return nil }
        return .some(wrapped)
    }
    public static func describe(_ value: Wrapped?) -> String { value.map(Wrapped.describe) ?? "null" }
}

extension Array: BuiltinArgument where Element: BuiltinArgument {
    public static var types: [ValueType] { [.list] }
    public static var typeDescription: String {
        Element.types.contains(.any) ? "list" : "list of \(Element.typeDescription)"
    }
    public static func decode(_ value: Value, _ context: CallContext) throws -> [Element]? {
        guard value.isList else { return nil }
        let list = value.list
        var result: [Element] = []
        result.reserveCapacity(list.pointee.count)
        for index in 0..<list.pointee.count {
            guard let element = try Element.decode(list.pointee.elements[index], context) else { return nil }
            result.append(element)
        }
        return result
    }
    public static func describe(_ value: [Element]) -> String {
        "[" + value.map(Element.describe).joined(separator: ", ") + "]"
    }
}

/// One of two types: `OneOf<Int, Mixed>` for `bits: 8` or `bits: "mixed"`.
public enum OneOf<First: BuiltinArgument, Second: BuiltinArgument>: BuiltinArgument {
    case first(First)
    case second(Second)

    public static var types: [ValueType] { First.types + Second.types }
    public static var typeDescription: String { "\(First.typeDescription) | \(Second.typeDescription)" }
    public static var choices: [String] { First.choices + Second.choices }
    public static var isOptional: Bool { First.isOptional || Second.isOptional }
    public static func decode(_ value: Value, _ context: CallContext) throws -> OneOf? {
        if let first = try First.decode(value, context) { return .first(first) }
        if let second = try Second.decode(value, context) { return .second(second) }
        return nil
    }
    public static func describe(_ value: OneOf) -> String {
        switch value {
        case .first(let value): First.describe(value)
        case .second(let value): Second.describe(value)
        }
    }
}

extension OneOf: Sendable where First: Sendable, Second: Sendable {}

/// An enumeration of strings as an argument: `metric: "accuracy"`. Declare `enum Metric: String, BuiltinChoice { case accuracy, loss }`.
public protocol BuiltinChoice: BuiltinArgument, CaseIterable, RawRepresentable, Sendable where RawValue == String {}

extension BuiltinChoice {
    public static var types: [ValueType] { [.string] }
    public static var typeDescription: String { choices.map(quoted).joined(separator: " | ") }
    public static var choices: [String] { allCases.map(\.rawValue) }
    public static func decode(_ value: Value, _ context: CallContext) -> Self? {
        value.stringValue.flatMap { Self(rawValue: $0) }
    }
    public static func describe(_ value: Self) -> String { quoted(value.rawValue) }
}

/// A text as a literal of the language.
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
