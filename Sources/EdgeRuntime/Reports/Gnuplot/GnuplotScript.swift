/// A plot as commands for gnuplot.
///
/// Data reaches gnuplot as numbers in a data block, and as texts in single quotes, where gnuplot knows neither
/// substitution nor escapes. A text has no line ends or control characters, so it cannot begin a command, and no
/// single quotes, so it cannot end: these become ’. (Doubling them, as the manual says, is not enough: gnuplot 5.4
/// takes one at the beginning of a text for its end.) The picture goes to the standard output: a path that named a
/// program would never be opened.
struct GnuplotScript {
    /// What is made.
    enum Terminal: Sendable, Hashable {
        case text(columns: Int, lines: Int)
        /// `name` keeps the marks within the file apart from those of other pictures on the same page.
        case svg(width: Int, height: Int, name: String)
        case png(width: Int, height: Int)

        fileprivate var command: String {
            switch self {
            case .text(let columns, let lines): "set terminal dumb size \(columns),\(lines) noenhanced mono"
            case .svg(let width, let height, let name):
                "set terminal svg size \(width),\(height) noenhanced font 'sans-serif,12' background '#ffffff' name \(quoted(name.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }))"
            case .png(let width, let height): "set terminal pngcairo size \(width),\(height) noenhanced font 'sans,10'"
            }
        }

        fileprivate var isText: Bool { if case .text = self { true } else { false } }
    }

    /// More points than this are not told apart, and would only make the file large.
    private static let maximumPoints = 4000

    let text: String

    init(_ plot: Plot, _ terminal: Terminal) {
        var lines = [
            "set encoding utf8", terminal.command, "set datafile missing 'NaN'", "set title \(quoted(plot.title))",
            "set xlabel \(quoted(plot.xLabel))", "set ylabel \(quoted(plot.yLabel))",
        ]
        if !terminal.isText { lines.append("set grid back linecolor rgb '#dddddd'") }
        switch plot.content {
        case .lines(let series): GnuplotScript.curves(plot, series, "lines linewidth 1.5", terminal, &lines)
        case .points(let series):
            GnuplotScript.curves(plot, series, "points pointtype 7 pointsize 0.5", terminal, &lines)
        case .bars(let categories, let series): GnuplotScript.bars(categories, series, terminal, &lines)
        case .matrix(let rows, let columns, let values):
            GnuplotScript.matrix(rows, columns, values, isText: terminal.isText, &lines)
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func curves(
        _ plot: Plot, _ series: [Plot.Series], _ style: String, _ terminal: Terminal, _ lines: inout [String]
    ) {
        let shown = series.map { $0.thinned(to: maximumPoints) }
        for (index, one) in shown.enumerated() {
            lines.append("$d\(index) << EOD")
            // A gap in x is one in y: gnuplot would take the place of the next value for it.
            for (x, y) in zip(one.places(), one.y) {
                lines.append(x.isFinite && y.isFinite ? "\(x) \(y)" : "NaN NaN")
            }
            lines.append("EOD")
        }
        let places = shown.flatMap { $0.places() }
        range("x", places, &lines)
        if plot.isOverTime { moments(places.filter(\.isFinite), isText: terminal.isText, &lines) }
        range("y", shown.flatMap(\.y), &lines)
        let parts = shown.enumerated().map { index, one in
            "$d\(index) using 1:2 with \(style) \(title(one.name, isAlone: shown.count == 1))"
        }
        lines.append("plot " + parts.joined(separator: ", "))
    }

    /// Marks at moments. The places stay plain numbers, so that a range is written as for any other axis.
    private static func moments(_ places: [Double], isText: Bool, _ lines: inout [String]) {
        guard let low = places.min(), let high = places.max() else { return }
        let label = MomentLabel(span: high - low)
        let marks = label.places(from: low, to: high, most: isText ? 3 : 7).map { "\(quoted(label.text($0))) \($0)" }
        lines.append("set xtics (\(marks.joined(separator: ", "))) noenhanced")
    }

    private static func bars(
        _ categories: [String], _ series: [Plot.Series], _ terminal: Terminal, _ lines: inout [String]
    ) {
        for (index, one) in series.enumerated() {
            lines.append("$d\(index) << EOD")
            for (place, value) in one.y.enumerated() { lines.append("\(place) \(value.isFinite ? "\(value)" : "NaN")") }
            lines.append("EOD")
        }
        let width = 0.8 / Double(series.count)
        if !terminal.isText { lines.append("set style fill solid 0.85 noborder") }
        lines.append("set boxwidth \(width)")
        lines.append("set xrange [-0.6:\(Double(categories.count) - 0.4)]")
        let all = series.flatMap(\.y).filter(\.isFinite)
        if all.allSatisfy({ $0 >= 0 }) { lines.append("set yrange [0:\(all.allSatisfy { $0 == 0 } ? "1" : "*")]") }
        lines.append(ticks("x", categories) + (categories.count > 6 && !terminal.isText ? " rotate by -40" : ""))
        let parts = series.enumerated().map { index, one in
            let shift = (Double(index) - Double(series.count - 1) / 2) * width
            return "$d\(index) using ($1 + \(shift)):2 with boxes \(title(one.name, isAlone: series.count == 1))"
        }
        lines.append("plot " + parts.joined(separator: ", "))
    }

    private static func matrix(
        _ rows: [String], _ columns: [String], _ values: [[Double]], isText: Bool, _ lines: inout [String]
    ) {
        lines.append("$d0 << EOD")
        for (row, line) in values.enumerated() {
            for (column, value) in line.enumerated() {
                lines.append("\(column) \(row) \(value.isFinite ? "\(value)" : "NaN")")
            }
        }
        lines.append("EOD")
        lines += [
            "set xrange [-0.5:\(Double(columns.count) - 0.5)]", "set yrange [\(Double(rows.count) - 0.5):-0.5]",
            ticks("x", columns) + (columns.count > 6 && !isText ? " rotate by -40" : ""), ticks("y", rows),
            "unset grid",
            "set palette defined (0 '#ffffff', 1 '#1f5fa8')",
        ]
        let cells = "$d0 using 1:2:3 with image notitle"
        // Numbers are written into the cells while they fit there.
        guard rows.count <= 20, columns.count <= 20 else {
            lines.append("plot \(cells)")
            return
        }
        let labels = "$d0 using 1:2:(sprintf('%.4g', $3)) with labels notitle"
        lines.append("plot " + (isText ? labels : "\(cells), \(labels)"))
    }

    /// Equal numbers have no range of their own, and gnuplot would complain.
    private static func range(_ axis: String, _ numbers: [Double], _ lines: inout [String]) {
        let finite = numbers.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max(), low == high else { return }
        let margin = low == 0 ? 1 : min(low.magnitude / 2, .greatestFiniteMagnitude / 4)
        lines.append("set \(axis)range [\(low - margin):\(low + margin)]")
    }

    /// At most thirty ticks: more overlap. Their texts are formats of numbers, in which a percent sign is doubled.
    private static func ticks(_ axis: String, _ names: [String]) -> String {
        let step = (names.count + 29) / 30
        let marks = stride(from: 0, to: names.count, by: max(1, step)).map {
            "\(quoted(names[$0], limit: 24).replacing("%", with: "%%")) \($0)"
        }
        return "set \(axis)tics (\(marks.joined(separator: ", "))) noenhanced"
    }

    private static func title(_ name: String, isAlone: Bool) -> String {
        name.isEmpty || isAlone ? "notitle" : "title \(quoted(name, limit: 40))"
    }
}

/// A text in single quotes.
private func quoted(_ text: String, limit: Int = 120) -> String {
    "'" + PlainLabel.text(text, limit: limit).replacing("'", with: "’") + "'"
}
