public import EdgeLang
public import EdgeTraining

/// Two models side by side on one data set.
public final class ComparisonObject: HostObject {
    public static let typeName = "comparison"

    let comparison: Comparison

    public init(_ comparison: Comparison) { self.comparison = comparison }

    public func display(_ options: DisplayOptions) -> String { ComparisonText.describe(comparison, options) }

    public var fieldNames: [String] {
        ["first", "second", "agreement", "error", "max_error", "sqnr", "samples", "metric"]
    }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        guard fieldNames.contains(name) else { return nil }
        return try (plainValue[name] ?? .null).encode(context)
    }

    public var plainValue: PlainValue {
        let difference = comparison.entries.last?.difference
        return .record([
            .init("first", comparison.entries.first.map(entry) ?? .null),
            .init("second", comparison.entries.last.map(entry) ?? .null),
            .init("agreement", difference?.agreement.map { .float($0) } ?? .null),
            .init("error", difference.map { .float($0.meanError) } ?? .null),
            .init("max_error", difference.map { .float($0.maxError) } ?? .null),
            .init("sqnr", difference.map { .float($0.sqnr) } ?? .null),
            .init("samples", .int(comparison.samples)), .init("metric", .string(comparison.metric.name)),
        ])
    }

    private func entry(_ entry: Comparison.Entry) -> PlainValue {
        .record([
            .init("name", .string(entry.name)),
            .init(comparison.metric.name, entry.value.map(MetricText.plain) ?? .null),
            .init("size", .quantity(Quantity(value: Double(entry.weightBytes), dimension: .size))),
            .init("macs", .int(entry.macs)),
            .init("latency", .quantity(Quantity(value: entry.latency, dimension: .time))),
        ])
    }
}
