public import EdgeLang
public import EdgeModels
import EdgeTensors

/// A model as scripts hold it. The model never changes; a session that runs it is made at the first run and kept.
public final class ModelObject: HostObject {
    public static let typeName = "model"

    public let model: Model
    private var session: Session?
    private var cachedSummary: ModelSummary?

    public init(_ model: Model) { self.model = model }

    /// A training goes wherever a model goes.
    public static var types: [ValueType] { [.host(typeName), .host(TrainingObject.typeName)] }
    public static var typeDescription: String { typeName }

    public static func decode(_ value: Value, _ context: CallContext) throws -> ModelObject? {
        (value.hostObject as? TrainingObject)?.model ?? value.hostObject as? ModelObject
    }

    /// The layers and their cost.
    var summary: ModelSummary {
        if let cachedSummary { return cachedSummary }
        let summary = ModelSummary(model)
        cachedSummary = summary
        return summary
    }

    /// A session that is used by this object alone.
    func session(_ context: CallContext) throws -> Session {
        if let session { return session }
        let session = try Session(model, options: .forScripts(context))
        self.session = session
        return session
    }

    /// Back to how the model was before its first run.
    func resetState() { session?.resetState() }

    public var byteCount: Int { model.graph.constants.values.reduce(0) { $0 + $1.byteCount } }

    public func display(_ options: DisplayOptions) -> String { ModelText.describe(self, options) }

    public var fieldNames: [String] {
        [
            "name", "size", "parameters", "macs", "bits", "inputs", "outputs", "layers", "operators", "origin",
            "metadata",
            "history",
        ]
    }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "name": return context.string(model.name)
        case "size": return .quantity(Double(summary.totalWeightBytes), .size)
        case "parameters": return .int(summary.totalParameters)
        case "macs": return .int(summary.totalMACs)
        case "bits": return ModelFacts.weightBits(summary).map { .int($0) } ?? .null
        case "inputs": return try ModelFacts.ports(model, model.graph.inputs).encode(context)
        case "outputs": return try ModelFacts.ports(model, model.graph.outputs).encode(context)
        case "layers": return try ModelFacts.layers(summary).encode(context)
        case "operators": return try ModelFacts.operators(summary).encode(context)
        case "origin": return context.string(model.origin)
        case "metadata":
            let fields = model.metadata.sorted { $0.key < $1.key }.map { PlainValue.Field($0.key, .string($0.value)) }
            return try PlainValue.record(fields).encode(context)
        case "history":
            return try PlainValue.list(
                model.history.map { .record([.init("step", .string($0.step)), .init("effect", .string($0.effect))]) }
            ).encode(context)
        default: return nil
        }
    }

    public var plainValue: PlainValue {
        .record([
            .init("name", .string(model.name)), .init("origin", .string(model.origin)),
            .init("parameters", .int(summary.totalParameters)), .init("macs", .int(summary.totalMACs)),
            .init("size", .quantity(Quantity(value: Double(summary.totalWeightBytes), dimension: .size))),
            .init("inputs", ModelFacts.ports(model, model.graph.inputs)),
            .init("outputs", ModelFacts.ports(model, model.graph.outputs)),
            .init("layers", ModelFacts.layers(summary)),
        ])
    }
}

extension ExecutionOptions {
    /// One thread, and an end at the user's wish.
    static func forScripts(_ context: CallContext) -> ExecutionOptions {
        let cancellation = context.cancellation
        return ExecutionOptions(isCancelled: { cancellation.isCancelled })
    }
}
