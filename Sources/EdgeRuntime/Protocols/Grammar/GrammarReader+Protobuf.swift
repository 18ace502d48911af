import EdgeData

extension GrammarReader {
    private static let protobufForms: [String: ProtobufField.Form] = [
        "uint32": .uint32, "uint64": .uint64, "int32": .int32, "int64": .int64, "sint32": .sint32, "sint64": .sint64,
        "bool": .bool, "float": .float, "double": .double, "fixed32": .fixed32, "fixed64": .fixed64, "string": .string,
        "bytes": .bytes,
    ]

    /// `1: {timestamp: uint64}`, `2: {metrics: [metric]}` for a repeated field, `4: {datatype: {type: uint32, enum: datatype}}`.
    func protobuf(_ tree: MarkedTree) throws(ProtocolError) -> [ProtobufField] {
        var result: [ProtobufField] = []
        for field in try record(tree, "`protobuf`") {
            guard let number = GrammarReader.number(field.name), (1...536_870_911).contains(number) else {
                throw mistake(field, "`\(field.name)` is no field number", hint: "write `1: {name: type}`")
            }
            let named = try record(field.value, "a protobuf field")
            guard let entry = named.first, named.count == 1 else {
                throw mistake(field, "a protobuf field has one name and a type")
            }
            var type = entry.value
            var isRepeated = false
            var enumeration: Element.Reference?
            if case .list(let elements) = type.node {
                guard let element = elements.first, elements.count == 1 else {
                    throw mistake(type, "a repeated field has one type: `[string]`")
                }
                isRepeated = true
                type = element
            }
            if case .record(let attributes) = type.node {
                try check(attributes, allowed: ["type", "enum"], of: "a protobuf field")
                enumeration = try type["enum"].map(reference)
                guard let inner = type["type"] else { throw mistake(type, "a protobuf field needs a `type`") }
                type = inner
            }
            let name = try text(type)
            result.append(
                ProtobufField(
                    number: Int(number), name: entry.name,
                    form: GrammarReader.protobufForms[name] ?? .message(.init(name: name, mark: mark(type))),
                    isRepeated: isRepeated, enumeration: enumeration))
        }
        return result.sorted { $0.number < $1.number }
    }
}
