public import EdgeLang
public import EdgeTraining
import EdgeModels

/// A training run as scripts hold it. It goes wherever a model goes, and has a model's fields besides its own.
public final class TrainingObject: HostObject {
    public static let typeName = "training"

    public let result: TrainingResult
    let model: ModelObject

    init(_ result: TrainingResult) {
        self.result = result
        model = ModelObject(result.model)
    }

    public var byteCount: Int { model.byteCount }

    /// One row an epoch.
    var history: TableObject {
        var columns = ["epoch", "lr", "loss"]
        let hasMetric = result.isValidated && result.watched != .loss
        if result.isValidated { columns.append("validation_loss") }
        if hasMetric { columns.append(result.watched.name) }
        columns.append("time")
        let rows = result.history.map { epoch -> [PlainValue] in
            var row: [PlainValue] = [.int(epoch.epoch), .float(epoch.rate), .float(epoch.loss)]
            if result.isValidated { row.append(.float(epoch.validationLoss)) }
            if hasMetric { row.append(.float(epoch.metric)) }
            return row + [.quantity(Quantity(value: epoch.seconds, dimension: .time))]
        }
        return TableObject(columns: columns, rows: rows)
    }

    public func display(_ options: DisplayOptions) -> String {
        let table = history
        let shown =
            table.rows.count > 24
            ? TableObject(columns: table.columns, rows: Array(table.rows.prefix(4) + table.rows.suffix(18))) : table
        var lines = [shown.display(options)]
        if shown.rows.count < table.rows.count {
            lines.append("(\(table.rows.count - shown.rows.count) epochs behind the fourth are left out)")
        }
        lines.append("")
        lines += result.model.history.suffix(1).map { "\($0.step): \($0.effect)" }
        return lines.joined(separator: "\n")
    }

    private static let own = ["model", "history", "best", "best_epoch", "metric", "loss", "epochs", "ending", "time"]

    public var fieldNames: [String] { Self.own + model.fieldNames.filter { !Self.own.contains($0) } }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "model": return try model.encode(context)
        case "history": return try history.encode(context)
        case "best": return try SeriesPlain.number(result.best).encode(context)
        case "best_epoch": return .int(result.bestEpoch)
        case "metric": return context.string(result.watched.name)
        case "loss": return try SeriesPlain.number(result.history.last?.loss ?? .nan).encode(context)
        case "epochs": return .int(result.history.count)
        case "ending": return context.string(result.ending.rawValue)
        case "time": return .quantity(result.history.reduce(0) { $0 + $1.seconds }, .time)
        default: return try model.field(name, context)
        }
    }

    public var plainValue: PlainValue {
        .record([
            .init("model", model.plainValue), .init("history", history.plainValue),
            .init("best", SeriesPlain.number(result.best)), .init("best_epoch", .int(result.bestEpoch)),
            .init("metric", .string(result.watched.name)), .init("ending", .string(result.ending.rawValue)),
        ])
    }
}
