import EdgeLang
import EdgeModels
import EdgeTensors

/// A model for people: what it takes and gives, its layers with their cost, what was done to it.
enum ModelText {
    static func describe(_ object: ModelObject, _ options: DisplayOptions) -> String {
        let model = object.model
        let summary = object.summary
        var lines = ["\(model.name)  (\(model.origin))"]
        for (title, ids) in [("in ", model.graph.inputs), ("out", model.graph.outputs)] {
            for id in ids { lines.append("  \(title)  \(port(id, model))") }
        }
        lines.append("")
        lines.append(table(summary).render(width: options.width))
        if !model.history.isEmpty {
            lines.append("")
            for entry in model.history { lines.append("\(entry.step): \(entry.effect)") }
        }
        return lines.joined(separator: "\n")
    }

    /// The labels of a classifier that are listed.
    private static let shownLabels = 12

    private static func port(_ id: ValueID, _ model: Model) -> String {
        let value = model.graph[id]
        guard let type = value.type else { return value.name }
        var text = "\(value.name)  \(type.dtype.rawValue) \(ModelFacts.text(type.shape))"
        if let quantization = type.quantization, let scale = quantization.scales.first, quantization.scales.count == 1 {
            text += "  scale \(ReadableValue.number(Double(scale))), zero \(quantization.zeroPoints.first ?? 0)"
        }
        if let labels = model.graph.columnLabels(of: id) {
            let more = labels.count > shownLabels ? " and \(labels.count - shownLabels) more" : ""
            text += "  labels \(labels.prefix(shownLabels).joined(separator: ", "))\(more)"
        }
        return text
    }

    static func table(_ summary: ModelSummary) -> TextTable {
        TextTable(
            columns: [
                .init("layer"), .init("operator"), .init("output"), .init("parameters", .right), .init("MACs", .right),
                .init("bytes", .right), .init("bits", .right),
            ],
            rows: summary.rows.map { row in
                [
                    shortened(row.name), row.op, ModelFacts.text(row.outputShape), blankForZero(row.parameters),
                    blankForZero(row.macs), blankForZero(row.weightBytes), row.bits.map(String.init) ?? "",
                ]
            },
            footer: [
                [
                    "\(summary.rows.count) layers", "", "", ReadableValue.count(summary.totalParameters),
                    ReadableValue.count(summary.totalMACs), ReadableValue.count(summary.totalWeightBytes), "",
                ]
            ])
    }

    /// Converters make names of hundreds of characters; both ends tell more than the middle.
    private static func shortened(_ name: String) -> String {
        name.count <= 40 ? name : "\(name.prefix(15))…\(name.suffix(24))"
    }

    private static func blankForZero(_ count: Int) -> String { count == 0 ? "" : ReadableValue.count(count) }
}
