/// Pictures of characters, for terminals without gnuplot and for plain text.
public enum TextPlot {
    /// - Parameters:
    ///   - width: The columns it may take.
    ///   - height: The lines of the picture itself; titles and axes come on top.
    public static func draw(_ plot: Plot, width: Int = 72, height: Int = 16) -> String {
        let width = max(24, min(width, 400))
        let height = max(4, min(height, 200))
        var lines: [String] = []
        if !plot.title.isEmpty { lines.append(PlainLabel.text(plot.title, limit: width)) }
        switch plot.content {
        case .lines(let series), .points(let series):
            let isConnected = if case .lines = plot.content { true } else { false }
            lines += BrailleChart(series, isConnected: isConnected, width: width, height: height).lines(plot)
        case .bars(let categories, let series): lines += bars(categories, series, width: width)
        case .matrix(let rows, let columns, let values): lines += matrix(rows, columns, values, width: width)
        }
        return lines.joined(separator: "\n")
    }

    private static func bars(_ categories: [String], _ series: [Plot.Series], width: Int) -> [String] {
        var rows: [(label: String, value: Double)] = []
        for (index, category) in categories.enumerated() {
            for one in series {
                let label = series.count == 1 ? category : "\(category) \(one.name)"
                rows.append((PlainLabel.text(label, limit: max(8, width / 3)), one.y[index]))
            }
        }
        let labelWidth = rows.map(\.label.count).max() ?? 0
        let texts = rows.map { ShortNumber.text($0.value) }
        let textWidth = texts.map(\.count).max() ?? 0
        let room = max(8, width - labelWidth - textWidth - 3)
        let largest = rows.map { $0.value.isFinite ? $0.value.magnitude : 0 }.max() ?? 0
        return zip(rows, texts).map { row, text in
            let share = row.value.isFinite && largest > 0 ? row.value.magnitude / largest : 0
            let eighths = Int((share * Double(room) * 8).rounded())
            var bar = String(repeating: "█", count: eighths / 8)
            if eighths % 8 > 0 { bar.append(["▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8 - 1]) }
            let label = row.label + String(repeating: " ", count: labelWidth - row.label.count)
            return "\(label) │\(bar) \(text)"
        }
    }

    private static func matrix(
        _ rows: [String], _ columns: [String], _ values: [[Double]], width: Int
    ) -> [String] {
        let cells = values.map { $0.map(ShortNumber.text) }
        let rowWidth = min(max(8, width / 4), rows.map { PlainLabel.text($0, limit: 24).count }.max() ?? 0)
        let cellWidth = max(
            3, min(10, (cells.flatMap { $0 } + columns.map { PlainLabel.text($0, limit: 10) }).map(\.count).max() ?? 0))
        let shown = max(1, min(columns.count, (width - rowWidth - 2) / (cellWidth + 2)))
        let shades: [Character] = [" ", "░", "▒", "▓", "█"]
        let finite = values.joined().filter(\.isFinite)
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
        func fit(_ text: String, _ width: Int, left: Bool) -> String {
            let text = text.count > width ? String(text.prefix(width - 1)) + "…" : text
            let blanks = String(repeating: " ", count: width - text.count)
            return left ? text + blanks : blanks + text
        }
        func line(_ label: String, _ cells: [(String, Character)]) -> String {
            fit(label, rowWidth, left: true) + " "
                + cells.prefix(shown).map { fit($0.0, cellWidth, left: false) + String($0.1) }
                .joined(separator: " ") + (columns.count > shown ? " …" : "")
        }
        var lines = [line("", columns.map { (PlainLabel.text($0, limit: 10), " ") })]
        for (index, row) in values.enumerated().prefix(100) {
            let shaded = zip(row, cells[index]).map { value, text in
                let share = value.isFinite && high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0
                return (text, shades[max(0, min(4, Int((share * 4).rounded())))])
            }
            lines.append(line(PlainLabel.text(rows[index], limit: 24), shaded))
        }
        if values.count > 100 { lines.append("… \(values.count - 100) more rows") }
        return lines
    }
}
