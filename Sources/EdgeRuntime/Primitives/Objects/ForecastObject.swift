public import EdgeForecasting
public import EdgeLang

/// A forecast with its intervals.
public final class ForecastObject: HostObject {
    public static let typeName = "forecast"

    public let forecast: Forecast

    public init(_ forecast: Forecast) { self.forecast = forecast }

    public var byteCount: Int { forecast.values.count * (16 + 16 * forecast.levels.count) }

    public func display(_ options: DisplayOptions) -> String { ForecastText.describe(forecast, options) }

    public var fieldNames: [String] {
        ["values", "times", "lower", "upper", "levels", "model", "summary", "season", "tried"]
    }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        let widest = forecast.levels.indices.max { forecast.levels[$0] < forecast.levels[$1] }
        return switch name {
        case "values": try SeriesPlain.numbers(forecast.values).encode(context)
        case "times": try PlainValue.list(forecast.times.map(SeriesPlain.time)).encode(context)
        case "lower": try SeriesPlain.numbers(widest.map { forecast.bounds[$0].map(\.lower) } ?? []).encode(context)
        case "upper": try SeriesPlain.numbers(widest.map { forecast.bounds[$0].map(\.upper) } ?? []).encode(context)
        case "levels": try forecast.levels.map { $0 * 100 }.encode(context)
        case "model": context.string(forecast.model.rawValue)
        case "summary": context.string(forecast.summary)
        case "season": .int(forecast.season)
        case "tried": try tried.encode(context)
        default: nil
        }
    }

    public var plainValue: PlainValue { .list(forecast.values.indices.map(record)) }

    public var elementCount: Int? { forecast.values.count }

    public func element(at index: Int, _ context: CallContext) throws -> Value { try record(index).encode(context) }

    private var tried: PlainValue {
        .list(
            forecast.candidates.map {
                .record([.init("model", .string($0.model.rawValue)), .init("mae", .float($0.mae))])
            })
    }

    private func record(_ index: Int) -> PlainValue {
        var fields: [PlainValue.Field] = [
            .init("time", SeriesPlain.time(forecast.times[index])), .init("value", .float(forecast.values[index])),
        ]
        for (level, bounds) in zip(forecast.levels, forecast.bounds) {
            let name = ReadableValue.number(level * 100)
            fields.append(.init("lower_\(name)", SeriesPlain.number(bounds[index].lower)))
            fields.append(.init("upper_\(name)", SeriesPlain.number(bounds[index].upper)))
        }
        return .record(fields)
    }
}
