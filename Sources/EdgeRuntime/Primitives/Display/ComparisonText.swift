import EdgeLang
import EdgeTraining

/// A comparison for people: one row a figure, one column a model, and how the second relates to the first.
enum ComparisonText {
    static func describe(_ comparison: Comparison, _ options: DisplayOptions) -> String {
        guard let first = comparison.entries.first, let second = comparison.entries.last else {
            return "nothing to compare"
        }
        var rows: [[String]] = []
        if let before = first.value?.number, let after = second.value?.number {
            let isShare = comparison.metric.isShare
            rows.append([
                comparison.metric.name, isShare ? ReadableValue.percent(before) : ReadableValue.number(before),
                isShare ? ReadableValue.percent(after) : ReadableValue.number(after),
                isShare ? signed((after - before) * 100) + " points" : ratio(after, before),
            ])
        }
        rows.append([
            "bytes", ReadableValue.count(first.weightBytes), ReadableValue.count(second.weightBytes),
            ratio(Double(second.weightBytes), Double(first.weightBytes)),
        ])
        rows.append([
            "MACs", ReadableValue.count(first.macs), ReadableValue.count(second.macs),
            ratio(Double(second.macs), Double(first.macs)),
        ])
        rows.append([
            "latency", ReadableValue.seconds(first.latency), ReadableValue.seconds(second.latency),
            ratio(second.latency, first.latency),
        ])
        let table = TextTable(
            columns: [
                .init("\(comparison.samples) samples"), .init(first.name, .right), .init(second.name, .right),
                .init("", .right),
            ],
            rows: rows)
        var lines = [table.render(width: options.width)]
        if let difference = second.difference {
            var facts: [String] = []
            if let agreement = difference.agreement {
                facts.append("same class for \(ReadableValue.percent(agreement))")
            }
            facts.append("mean error of the outputs \(ReadableValue.number(difference.meanError))")
            facts.append(
                difference.sqnr.isFinite ? "SQNR \(ReadableValue.number(difference.sqnr)) dB" : "outputs are equal")
            lines.append(facts.joined(separator: ", "))
        }
        return lines.joined(separator: "\n")
    }

    private static func ratio(_ after: Double, _ before: Double) -> String {
        before > 0 ? "× " + ReadableValue.number((after / before * 1000).rounded() / 1000) : ""
    }

    private static func signed(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return (rounded > 0 ? "+" : "") + ReadableValue.number(rounded)
    }
}

/// The values of metrics for scripts.
enum MetricText {
    static func plain(_ value: MetricValue) -> PlainValue {
        switch value {
        case .number(let number): .float(number)
        case .matrix(let rows): .list(rows.map { .list($0.map { .int($0) }) })
        }
    }
}

extension Metric {
    /// Whether the value is a share of the samples.
    fileprivate var isShare: Bool {
        switch self {
        case .accuracy, .topK: true
        case .mse, .rmse, .mae, .auc, .crossEntropy, .confusionMatrix: false
        }
    }
}
