import EdgeForecasting
import EdgeLang

/// A series for people: its shape as a line of blocks, its span, and what is missing.
enum SeriesText {
    static func describe(_ series: TimeSeries, _ options: DisplayOptions) -> String {
        guard let first = series.times.first, let last = series.times.last else {
            return "series \"\(series.name)\": empty"
        }
        let step = series.step.map { "every \($0)" } ?? "irregular"
        let present = series.values.filter(\.isFinite)
        var range = "no values"
        if let low = present.min(), let high = present.max() {
            let mean = present.reduce(0, +) / Double(present.count)
            range = "\(ReadableValue.number(low)) to \(ReadableValue.number(high)), mean \(ReadableValue.number(mean))"
        }
        var lines = [
            "series \"\(series.name)\": \(ReadableValue.count(series.count)) values, \(step), \(time(first)) to \(time(last))",
            Sparkline.text(series.values, width: min(options.width ?? 72, 72)),
            range,
        ]
        let gaps = series.gaps
        if !gaps.isEmpty {
            let shown = gaps.prefix(3).map { gap in
                time(series.times[gap.lowerBound]) + (gap.count > 1 ? " (\(gap.count) values)" : "")
            }
            lines.append(
                "\(ReadableValue.count(series.missing)) missing: " + shown.joined(separator: ", ")
                    + (gaps.count > 3 ? " … in \(gaps.count) places" : ""))
        }
        return lines.joined(separator: "\n")
    }

    static func time(_ nanoseconds: Int64) -> String { CalendarTime(nanoseconds: nanoseconds).text(dateOnly: true) }
}
