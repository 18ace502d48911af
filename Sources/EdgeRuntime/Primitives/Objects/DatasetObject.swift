public import EdgeLang
public import EdgeTraining
import EdgeTensors

/// Samples with their labels as scripts hold them. They never change.
public final class DatasetObject: DivisibleObject {
    public static let typeName = "dataset"

    public let dataset: LabelledDataset

    public init(_ dataset: LabelledDataset) { self.dataset = dataset }

    public var byteCount: Int {
        dataset.inputs.reduce(0) { $0 + $1.byteCount } + (dataset.labels?.byteCount ?? 0)
    }

    public func display(_ options: DisplayOptions) -> String { DatasetText.describe(dataset, options) }

    public var fieldNames: [String] { ["count", "inputs", "labels", "classes", "class_counts", "shape", "size"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "count": return .int(dataset.count)
        case "inputs": return try dataset.inputs.map { TensorObject($0) }.encode(context)
        case "labels": return try dataset.labels.map { TensorObject($0) }.encode(context)
        case "classes": return try dataset.classNames.encode(context)
        case "class_counts":
            let counts = DatasetText.classCounts(dataset)
            return try PlainValue.record(counts.map { .init($0.name, .int($0.count)) }).encode(context)
        case "shape": return try (dataset.inputs.first?.shape.dropFirst()).map { Array($0) }.encode(context)
        case "size": return .quantity(Double(byteCount), .size)
        default: return nil
        }
    }

    public var plainValue: PlainValue {
        .record([
            .init("count", .int(dataset.count)),
            .init("shapes", .list(dataset.inputs.map { .list($0.shape.dropFirst().map { .int($0) }) })),
            .init("classes", .list(dataset.classNames.map { .string($0) })),
            .init("class_counts", .record(DatasetText.classCounts(dataset).map { .init($0.name, .int($0.count)) })),
        ])
    }

    public var elementCount: Int? { dataset.count }

    public func divided(share: Double, seed: UInt64, stratified: Bool) throws -> [any HostObject] {
        let parts = try dataset.split(share, seed: seed, stratified: stratified)
        return [DatasetObject(parts.first), DatasetObject(parts.second)]
    }

    /// One sample: `{input, label}`, the label as a class's number, a number or a tensor; with several inputs a list of them.
    public func element(at index: Int, _ context: CallContext) throws -> Value {
        let row = try dataset.rows(index..<index + 1)
        let inputs = try row.inputs.map { TensorObject(try $0.reshaped(Array($0.shape.dropFirst()))) }
        let input = inputs.count == 1 ? try inputs[0].encode(context) : try inputs.encode(context)
        let label: Value
        if let labels = row.labels {
            let object = TensorObject(try labels.reshaped(Array(labels.shape.dropFirst())))
            label =
                object.tensor.rank == 0 ? try object.plainValue.encode(context) : try object.encode(context)
        } else {
            label = .null
        }
        return context.record([("input", input), ("label", label)])
    }
}
