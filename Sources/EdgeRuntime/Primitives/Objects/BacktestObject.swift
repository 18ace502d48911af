public import EdgeForecasting
public import EdgeLang

/// What a backtest found: one record a model.
public final class BacktestObject: HostObject {
    public static let typeName = "backtest"

    public let backtest: Backtest

    public init(_ backtest: Backtest) { self.backtest = backtest }

    public func display(_ options: DisplayOptions) -> String { ForecastText.describe(backtest, options) }

    public var fieldNames: [String] { ["models", "best", "horizon", "season", "folds"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "models": try plainValue.encode(context)
        case "best": try best.map { PlainValue.string($0.model.rawValue) }.encode(context)
        case "horizon": .int(backtest.horizon)
        case "season": .int(backtest.season)
        case "folds": .int(backtest.folds)
        default: nil
        }
    }

    public var plainValue: PlainValue { .list(backtest.entries.map(record)) }

    public var elementCount: Int? { backtest.entries.count }

    public func element(at index: Int, _ context: CallContext) throws -> Value {
        try record(backtest.entries[index]).encode(context)
    }

    private var best: Backtest.Entry? {
        backtest.entries.filter { $0.failure == nil && !$0.errors.mae.isNaN }.min { $0.errors.mae < $1.errors.mae }
    }

    private func record(_ entry: Backtest.Entry) -> PlainValue {
        var fields: [PlainValue.Field] = [
            .init("model", .string(entry.model.rawValue)), .init("mae", SeriesPlain.number(entry.errors.mae)),
            .init("rmse", SeriesPlain.number(entry.errors.rmse)), .init("mape", SeriesPlain.number(entry.errors.mape)),
            .init("mase", SeriesPlain.number(entry.mase)),
        ]
        for (level, coverage) in zip(backtest.levels, entry.coverage) {
            fields.append(.init("coverage_\(ReadableValue.number(level * 100))", SeriesPlain.number(coverage)))
        }
        fields.append(.init("time", .quantity(Quantity(value: entry.seconds, dimension: .time))))
        fields.append(.init("failure", entry.failure.map { .string($0.message) } ?? .null))
        return .record(fields)
    }
}
