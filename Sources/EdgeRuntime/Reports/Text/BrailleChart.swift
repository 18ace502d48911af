/// Curves drawn in the dots of Braille characters, two by four in each.
struct BrailleChart {
    private let series: [Plot.Series]
    private let isConnected: Bool
    private let columns: Int
    private let rows: Int
    private var dots: [UInt8]
    private var xRange = (low: Double.infinity, high: -Double.infinity)
    private var yRange = (low: Double.infinity, high: -Double.infinity)
    private let labels: (high: String, low: String)
    private let labelWidth: Int

    init(_ series: [Plot.Series], isConnected: Bool, width: Int, height: Int) {
        let thinned = series.map { $0.thinned(to: 8 * width) }
        for one in thinned {
            for (x, y) in zip(one.places(), one.y) where x.isFinite && y.isFinite {
                xRange = (min(xRange.low, x), max(xRange.high, x))
                yRange = (min(yRange.low, y), max(yRange.high, y))
            }
        }
        self.series = thinned
        self.isConnected = isConnected
        labels = (ShortNumber.text(yRange.high), ShortNumber.text(yRange.low))
        labelWidth = max(labels.high.count, labels.low.count)
        columns = max(8, width - labelWidth - 2)
        rows = height
        dots = [UInt8](repeating: 0, count: columns * rows)
        draw()
    }

    /// The chart with its axes.
    func lines(_ plot: Plot) -> [String] {
        var lines: [String] = []
        for row in 0..<rows {
            let label = row == 0 ? labels.high : row == rows - 1 ? labels.low : ""
            let cells = dots[row * columns..<(row + 1) * columns].map { dot in
                dot == 0 ? " " : String(Unicode.Scalar(0x2800 + UInt32(dot)).map(Character.init) ?? " ")
            }
            lines.append(trimmed(pad(label, labelWidth) + " │" + cells.joined()))
        }
        lines.append(pad("", labelWidth) + " └" + String(repeating: "─", count: columns))
        let moments = plot.isOverTime ? MomentLabel(span: xRange.high - xRange.low) : nil
        let (low, high) = (
            moments?.text(xRange.low) ?? ShortNumber.text(xRange.low),
            moments?.text(xRange.high) ?? ShortNumber.text(xRange.high)
        )
        let middle = PlainLabel.text(plot.xLabel, limit: max(0, columns - low.count - high.count - 2))
        let free = max(1, columns - low.count - high.count - middle.count)
        let left = middle.isEmpty ? free : free / 2
        let right = middle.isEmpty ? 0 : free - left
        lines.append(
            pad("", labelWidth + 2) + low + String(repeating: " ", count: left) + middle
                + String(repeating: " ", count: right) + high)
        if series.count > 1 {
            lines.append(
                pad("", labelWidth + 2) + series.map { PlainLabel.text($0.name, limit: 24) }.joined(separator: ", "))
        }
        return lines
    }

    private mutating func draw() {
        for one in series {
            var last: (Int, Int)?
            for (x, y) in zip(one.places(), one.y) {
                guard x.isFinite, y.isFinite else {
                    last = nil
                    continue
                }
                let point = (
                    place(x, xRange, columns * 2), rows * 4 - 1 - place(y, yRange, rows * 4)
                )
                if isConnected, let last { line(from: last, to: point) } else { set(point.0, point.1) }
                last = point
            }
        }
    }

    /// Which dot a number falls on; halved, so that the span of the largest numbers does not overflow.
    private func place(_ value: Double, _ range: (low: Double, high: Double), _ count: Int) -> Int {
        let span = range.high / 2 - range.low / 2
        guard span > 0 else { return count / 2 }
        let share = (value / 2 - range.low / 2) / span
        return max(0, min(count - 1, Int((share * Double(count - 1)).rounded())))
    }

    private mutating func line(from start: (Int, Int), to end: (Int, Int)) {
        let steps = max(abs(end.0 - start.0), abs(end.1 - start.1), 1)
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            set(
                start.0 + Int((Double(end.0 - start.0) * share).rounded()),
                start.1 + Int((Double(end.1 - start.1) * share).rounded()))
        }
    }

    private mutating func set(_ x: Int, _ y: Int) {
        // The dots of a character are numbered down the left column, then down the right one, the lowest row last.
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        dots[y / 4 * columns + x / 2] |= bits[y % 4][x % 2]
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func trimmed(_ text: String) -> String { String(text.reversed().drop { $0 == " " }.reversed()) }
}
