import EdgeLang
import EdgeModels
import EdgeTensors

/// What scripts ask of a model, as plain values.
enum ModelFacts {
    /// Inputs or outputs: name, type and shape of each.
    static func ports(_ model: Model, _ ids: [ValueID]) -> PlainValue {
        .list(
            ids.map { id in
                let type = model.graph.type(of: id)
                let labels = model.graph.columnLabels(of: id).map {
                    [PlainValue.Field("labels", .list($0.map { .string($0) }))]
                }
                return .record(
                    [
                        .init("name", .string(model.graph[id].name)),
                        .init("dtype", type.map { .string($0.dtype.rawValue) } ?? .null),
                        .init("shape", shape(type?.shape)),
                    ] + (labels ?? []))
            })
    }

    /// The layer table.
    static func layers(_ summary: ModelSummary) -> PlainValue {
        .list(
            summary.rows.map { row in
                .record([
                    .init("name", .string(row.name)), .init("operator", .string(row.op)),
                    .init("shape", shape(row.outputShape)), .init("parameters", .int(row.parameters)),
                    .init("macs", .int(row.macs)),
                    .init("size", .quantity(Quantity(value: Double(row.weightBytes), dimension: .size))),
                    .init("bits", row.bits.map { .int($0) } ?? .null),
                ])
            })
    }

    /// How often each operator occurs.
    static func operators(_ summary: ModelSummary) -> PlainValue {
        var counts: [(name: String, count: Int)] = []
        for row in summary.rows {
            if let position = counts.firstIndex(where: { $0.name == row.op }) {
                counts[position].count += 1
            } else {
                counts.append((row.op, 1))
            }
        }
        return .record(counts.map { .init($0.name, .int($0.count)) })
    }

    /// The bits that most weights have; nil for a model without weights.
    static func weightBits(_ summary: ModelSummary) -> Int? {
        var parameters: [Int: Int] = [:]
        for row in summary.rows { if let bits = row.bits { parameters[bits, default: 0] += row.parameters } }
        return parameters.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    /// Extents as numbers, open ones as the names that stand for them.
    private static func shape(_ dimensions: [Dimension]?) -> PlainValue {
        guard let dimensions else { return .null }
        return .list(
            dimensions.map { dimension in
                switch dimension {
                case .fixed(let extent): .int(extent)
                case .symbol(let name): .string(name)
                }
            })
    }

    /// `[1, 49, 10, 1]`, `?` where it is not known.
    static func text(_ dimensions: [Dimension]?) -> String {
        dimensions.map { "[" + $0.map(\.description).joined(separator: ", ") + "]" } ?? "?"
    }

    typealias Dimension = EdgeModels.Dimension
}
