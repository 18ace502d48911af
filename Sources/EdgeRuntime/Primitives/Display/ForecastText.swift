import EdgeForecasting
import EdgeLang

/// Forecasts, backtests, detections and spectra for people.
enum ForecastText {
    private static let mostRows = 24

    static func describe(_ forecast: Forecast, _ options: DisplayOptions) -> String {
        let shown = min(forecast.values.count, mostRows)
        var columns: [TextTable.Column] = [.init("time"), .init("forecast", .right)]
        for level in forecast.levels { columns.append(.init("\(ReadableValue.number(level * 100)) %", .right)) }
        let rows = (0..<shown).map { row in
            [SeriesText.time(forecast.times[row]), ReadableValue.number(forecast.values[row])]
                + forecast.bounds.map { bounds in interval(bounds[row]) }
        }
        var lines = ["\(forecast.name): \(forecast.summary)"]
        if forecast.candidates.count > 1 {
            lines[0] += " (best of " + forecast.candidates.map(\.model.rawValue).joined(separator: ", ") + ")"
        }
        lines.append(Sparkline.text(forecast.values, width: min(options.width ?? 72, 72)))
        lines.append(TextTable(columns: columns, rows: rows).render(width: options.width))
        if forecast.values.count > shown { lines.append("… \(forecast.values.count - shown) more") }
        return lines.joined(separator: "\n")
    }

    private static func interval(_ bounds: (lower: Double, upper: Double)) -> String {
        bounds.lower.isNaN ? "–" : "\(ReadableValue.number(bounds.lower)) … \(ReadableValue.number(bounds.upper))"
    }

    static func describe(_ backtest: Backtest, _ options: DisplayOptions) -> String {
        var columns: [TextTable.Column] = [
            .init("model"), .init("MAE", .right), .init("RMSE", .right), .init("MAPE", .right), .init("MASE", .right),
        ]
        for level in backtest.levels { columns.append(.init("in \(ReadableValue.number(level * 100)) %", .right)) }
        columns.append(.init("time", .right))
        var notes: [String] = []
        let rows = backtest.entries.map { entry in
            if let failure = entry.failure { notes.append("\(entry.model.rawValue): \(failure)") }
            return [
                entry.model.rawValue, number(entry.errors.mae), number(entry.errors.rmse), percent(entry.errors.mape),
                number(entry.mase),
            ] + entry.coverage.map(percent) + [ReadableValue.seconds(entry.seconds)]
        }
        let span = "\(SeriesText.time(backtest.span.first)) to \(SeriesText.time(backtest.span.last))"
        return
            ([
                "\(backtest.folds) forecasts of \(backtest.horizon) steps from \(span)",
                TextTable(columns: columns, rows: rows).render(width: options.width),
            ] + notes).joined(separator: "\n")
    }

    private static func number(_ value: Double) -> String { value.isNaN ? "–" : ReadableValue.number(value) }
    private static func percent(_ share: Double) -> String { share.isNaN ? "–" : ReadableValue.percent(share) }

    static func describe(_ detection: Detection, _ options: DisplayOptions) -> String {
        let found = detection.anomalies
        let what =
            switch (detection.method, found.count) {
            case (.residual, 1): "anomaly"
            case (.residual, _): "anomalies"
            case (.changePoint, let count): count == 1 ? "change" : "changes"
            }
        let head =
            "\(found.isEmpty ? "no" : ReadableValue.count(found.count)) \(what) in "
            + "\(ReadableValue.count(detection.verdicts.count)) values of \"\(detection.series.name)\""
        guard !found.isEmpty else { return head }
        let rows = found.prefix(mostRows).map { position in
            let verdict = detection.verdicts[position]
            return [
                SeriesText.time(detection.series.times[position]), number(verdict.value), number(verdict.expected),
                number(verdict.score),
            ]
        }
        let table = TextTable(
            columns: [.init("time"), .init("value", .right), .init("expected", .right), .init("score", .right)],
            rows: rows)
        var lines = [head, table.render(width: options.width)]
        if found.count > mostRows { lines.append("… \(found.count - mostRows) more") }
        return lines.joined(separator: "\n")
    }

    static func describe(_ spectrum: Spectrum, _ options: DisplayOptions) -> String {
        let rows = spectrum.peaks(5).map {
            [ReadableValue.number($0.frequency) + " Hz", ReadableValue.number($0.value)]
        }
        let table = TextTable(
            columns: [.init("strongest", .right), .init(spectrum.scaling.rawValue, .right)], rows: rows)
        let last = spectrum.frequencies.last ?? 0
        return [
            "spectrum: 0 to \(ReadableValue.number(last)) Hz, \(ReadableValue.number(spectrum.resolution)) Hz apart, "
                + "\(spectrum.segments) segment\(spectrum.segments == 1 ? "" : "s")",
            Sparkline.text(spectrum.values, width: min(options.width ?? 72, 72)),
            table.render(width: options.width),
        ].joined(separator: "\n")
    }
}
