public import EdgeForecasting
public import EdgeLang

/// A time series as scripts hold it. It never changes.
public final class SeriesObject: HostObject {
    public static let typeName = "series"

    public let series: TimeSeries

    public init(_ series: TimeSeries) { self.series = series }

    public var byteCount: Int { series.count * 16 }

    public func display(_ options: DisplayOptions) -> String { SeriesText.describe(series, options) }

    public var fieldNames: [String] { ["name", "values", "times", "step", "start", "end", "missing", "gaps"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "name": context.string(series.name)
        case "values": try SeriesPlain.numbers(series.values).encode(context)
        case "times": try PlainValue.list(series.times.map(SeriesPlain.time)).encode(context)
        case "step": try series.step.map { TimeSpan(seconds: $0.approximateSeconds) }.encode(context)
        case "start": try series.times.first.map(SeriesPlain.time).encode(context)
        case "end": try series.times.last.map(SeriesPlain.time).encode(context)
        case "missing": .int(series.missing)
        case "gaps": try PlainValue.list(series.gaps.map(gap)).encode(context)
        default: nil
        }
    }

    public func isEqual(to other: any HostObject) -> Bool {
        guard let other = (other as? SeriesObject)?.series, other.times == series.times else { return false }
        return zip(series.values, other.values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }

    public var plainValue: PlainValue { .list(series.times.indices.map(record)) }

    public var elementCount: Int? { series.count }

    public func element(at index: Int, _ context: CallContext) throws -> Value { try record(index).encode(context) }

    private func record(_ index: Int) -> PlainValue {
        .record([
            .init("time", SeriesPlain.time(series.times[index])),
            .init("value", SeriesPlain.number(series.values[index])),
        ])
    }

    private func gap(_ range: Range<Int>) -> PlainValue {
        .record([
            .init("from", SeriesPlain.time(series.times[range.lowerBound])),
            .init("to", SeriesPlain.time(series.times[range.upperBound - 1])), .init("count", .int(range.count)),
        ])
    }
}

/// Numbers and times of series as values of the language.
enum SeriesPlain {
    /// A time as the language has it: a duration since 1970.
    static func time(_ nanoseconds: Int64) -> PlainValue {
        .quantity(Quantity(value: Double(nanoseconds) / 1e9, dimension: .time))
    }

    /// A number; null where it is missing.
    static func number(_ value: Double) -> PlainValue { value.isNaN ? .null : .float(value) }

    static func numbers(_ values: [Double]) -> PlainValue { .list(values.map(number)) }
}
