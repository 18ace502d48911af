import EdgeLang
import EdgeTensors

/// What `save` writes: a model, a report, or tensors with names.
enum SavedArgument: BuiltinArgument {
    case model(ModelObject)
    case report(ReportObject)
    case tensors([(name: String, tensor: Tensor)])

    static var types: [ValueType] { ModelObject.types + [.host(ReportObject.typeName), .record] }
    static var typeDescription: String { "model | report | record of tensors" }
    static func describe(_ value: SavedArgument) -> String { "" }

    static func decode(_ value: Value, _ context: CallContext) throws -> SavedArgument? {
        if let model = try ModelObject.decode(value, context) { return .model(model) }
        if let report = try ReportObject.decode(value, context) { return .report(report) }
        guard let record = RecordValue.decode(value, context) else { return nil }
        return .tensors(
            try record.map { key, value in
                if let tensor = try TensorObject.decode(value, context)?.tensor { return (key, tensor) }
                guard ListValue.decode(value, context) != nil || value.doubleValue != nil else {
                    throw RuntimeError(
                        .unsuitableValue,
                        "`save` writes records of tensors, and `\(key)` is of type \(context.typeName(value))")
                }
                return (key, try TensorBuilder.tensor(try context.plain(value), dtype: .f32))
            })
    }
}
