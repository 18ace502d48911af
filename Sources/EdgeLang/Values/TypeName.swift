extension Value {
    /// What messages and `type_of` call the type: `list`, `duration`, `model`.
    public var typeName: String {
        switch kind {
        case .int: "int"
        case .float: "float"
        case .null: "null"
        case .bool: "bool"
        case .quantity: ValueType.quantity(dimension).name
        case .builtin, .closure: "function"
        case .absent: "nothing"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .record: "record"
        case .range: "range"
        case .box: "variable"
        case .error: "error"
        case .host: hostObject.map { type(of: $0).typeName } ?? "object"
        }
    }
}
