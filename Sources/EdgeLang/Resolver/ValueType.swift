/// What a parameter or an annotation accepts: the types a script can name, and those of host objects.
public enum ValueType: Hashable, Sendable {
    case any
    case null
    case bool
    case int
    case float
    case string
    case bytes
    case list
    case record
    case range
    case function
    /// A quantity of one dimension, `duration`.
    case quantity(Dimension)
    /// A quantity of any dimension.
    case anyQuantity
    /// An object of the runtime, by the name scripts know it by: `model`, `tensor`.
    case host(String)

    /// Any object of the runtime that has elements or gives a stream of them: which types these are is known only when one comes.
    public static let elements = ValueType.host("object with elements")

    /// What a name in an annotation accepts; nil for a name that is none of the language's own.
    public static func named(_ name: String) -> [ValueType]? {
        switch name {
        case "any": [.any]
        case "null": [.null]
        case "bool": [.bool]
        case "int": [.int]
        case "float": [.float]
        case "number": [.int, .float]
        case "string": [.string]
        case "bytes": [.bytes]
        case "list": [.list]
        case "record": [.record]
        case "range": [.range]
        case "function": [.function]
        case "quantity": [.anyQuantity]
        case "duration": [.quantity(.time)]
        case "size": [.quantity(.size)]
        case "rate": [.quantity(.rate)]
        case "frequency": [.quantity(.frequency)]
        case "power": [.quantity(.power)]
        case "energy": [.quantity(.energy)]
        default: nil
        }
    }

    /// The names `named` knows, for suggestions and completion.
    public static let names = [
        "any", "null", "bool", "int", "float", "number", "string", "bytes", "list", "record", "range", "function",
        "quantity", "duration", "size", "rate", "frequency", "power", "energy",
    ]

    /// What diagnostics call it.
    public var name: String {
        switch self {
        case .any: "any"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .record: "record"
        case .range: "range"
        case .function: "function"
        case .quantity(.time): "duration"
        case .quantity(.rate): "rate"
        case .quantity(let dimension): dimension.name
        case .anyQuantity: "quantity"
        case .host(let name): name
        }
    }
}
