import EdgeFederation
import EdgeLang
import EdgeModels
import EdgeTensors

/// What scripts take for an update: a model, a record of tensors, a list of tensors, one tensor, or lists of numbers.
struct UpdateArgument: BuiltinArgument {
    /// How the update looked, so that a result can look the same.
    enum Form {
        case model(Model)
        case record
        case list
        case tensor
    }

    let update: Update
    let form: Form

    static var types: [ValueType] { [.host(ModelObject.typeName), .host(TensorObject.typeName), .record, .list] }
    static var typeDescription: String { "model | tensor | list | record of tensors" }
    static func describe(_ value: UpdateArgument) -> String { "" }

    static func decode(_ value: Value, _ context: CallContext) throws -> UpdateArgument? {
        if let model = try ModelObject.decode(value, context)?.model {
            return UpdateArgument(update: try Update(parametersOf: model), form: .model(model))
        }
        if let tensor = try TensorObject.decode(value, context)?.tensor {
            return UpdateArgument(update: Update([.init(name: "tensor", tensor: tensor)]), form: .tensor)
        }
        if let record = RecordValue.decode(value, context) {
            let parts = try record.map { key, value in
                Update.Part(name: key, tensor: try tensor(value, "`\(key)`", context))
            }
            return UpdateArgument(update: Update(parts), form: .record)
        }
        guard let list = ListValue.decode(value, context) else { return nil }
        // Lists of numbers are one tensor, however deep they nest.
        if try !list.isEmpty && list.allSatisfy({ try TensorObject.decode($0, context) == nil }) {
            return UpdateArgument(
                update: Update([.init(name: "tensor", tensor: try tensor(value, "the list", context))]), form: .tensor)
        }
        let parts = try list.enumerated().map { position, value in
            Update.Part(name: "\(position)", tensor: try tensor(value, "element \(position)", context))
        }
        return UpdateArgument(update: Update(parts), form: .list)
    }

    private static func tensor(_ value: Value, _ name: String, _ context: CallContext) throws -> Tensor {
        if let tensor = try TensorObject.decode(value, context)?.tensor { return tensor }
        guard ListValue.decode(value, context) != nil || value.doubleValue != nil else {
            throw RuntimeError(
                .unsuitableValue, "an update holds tensors, and \(name) is of type \(context.typeName(value))",
                hint: "`model_parameters` and `model_delta` make updates of models")
        }
        return try TensorBuilder.tensor(try context.plain(value), dtype: .f32)
    }

    /// The container that keeps the form on its way; a model has none.
    var container: UpdateContainer {
        switch form {
        case .model, .record: .record
        case .list: .list
        case .tensor: .tensor
        }
    }

    /// Refuses a whole model where a change of one is meant.
    func mustBeChange(_ function: String) throws {
        guard case .model = form else { return }
        throw RuntimeError(
            .unsuitableValue, "`\(function)` takes what training changed, not a whole model",
            hint: "`model_delta(model, base)` gives the change")
    }
}

extension Update {
    /// The update as scripts see it.
    func value(_ container: UpdateContainer, _ context: CallContext) throws -> Value {
        switch container {
        case .record:
            return try Fields(parts.map { ($0.name, TensorObject($0.tensor)) }).encode(context)
        case .list: return try parts.map { TensorObject($0.tensor) }.encode(context)
        case .tensor:
            guard let part = parts.first else { return .null }
            return try TensorObject(part.tensor).encode(context)
        }
    }
}

/// One device's part of a round: an update, alone or in a record `{update, client, samples, staleness}`.
struct ClientArgument: BuiltinArgument {
    let argument: UpdateArgument
    let client: String?
    let samples: Int?
    let staleness: Int

    static var types: [ValueType] { UpdateArgument.types }
    static var typeDescription: String { "update" }
    static func describe(_ value: ClientArgument) -> String { "" }

    private static let fields = ["update", "client", "samples", "staleness"]

    static func decode(_ value: Value, _ context: CallContext) throws -> ClientArgument? {
        guard let record = RecordValue.decode(value, context), let inner = record["update"] else {
            return try UpdateArgument.decode(value, context).map {
                ClientArgument(argument: $0, client: nil, samples: nil, staleness: 0)
            }
        }
        if let unknown = record.keys.first(where: { !fields.contains($0) }) {
            throw RuntimeError(
                .unsuitableValue, "the record of an update has no field `\(unknown)`",
                hint: Spelling.closest(to: unknown, among: fields).map { "did you mean `\($0)`?" },
                notes: ["fields: \(fields.joined(separator: ", "))"])
        }
        guard let argument = try UpdateArgument.decode(inner, context) else {
            throw RuntimeError(
                .unsuitableValue,
                "`update` must be \(UpdateArgument.typeDescription), found \(context.typeName(inner))")
        }
        return ClientArgument(
            argument: argument, client: try field("client", \.stringValue, "a string", of: record, context),
            samples: try field("samples", \.intValue, "an int", of: record, context),
            staleness: try field("staleness", \.intValue, "an int", of: record, context) ?? 0)
    }

    private static func field<Result>(
        _ name: String, _ read: (Value) -> Result?, _ type: String, of record: RecordValue, _ context: CallContext
    ) throws -> Result? {
        guard let value = record[name], !value.isNull else { return nil }
        guard let result = read(value) else {
            throw RuntimeError(
                .unsuitableValue, "`\(name)` of an update must be \(type), found \(context.typeName(value))")
        }
        return result
    }

    func update(at position: Int) -> ClientUpdate {
        ClientUpdate(
            client: client ?? "update \(position + 1)", update: argument.update, sampleCount: samples,
            staleness: staleness)
    }
}
