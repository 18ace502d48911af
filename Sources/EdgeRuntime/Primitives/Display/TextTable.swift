import EdgeLang

/// Lays out rows of texts in aligned columns, cut to a width.
///
/// Where the room is too small, the widest columns give way first, down to a few characters each; if that is not enough, columns
/// at the right are left out, and a last column `…` says so.
package struct TextTable {
    /// How the cells of a column stand in it.
    package enum Alignment: Sendable {
        case left, right
    }

    /// One column: its heading and how its cells stand.
    package struct Column: Sendable {
        package var title: String
        package var alignment: Alignment

        package init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    package var columns: [Column]
    /// As many cells as columns in each row.
    package var rows: [[String]]
    /// Rows that sum up the others, below a line.
    package var footer: [[String]]

    package init(columns: [Column], rows: [[String]], footer: [[String]] = []) {
        self.columns = columns
        self.rows = rows
        self.footer = footer
    }

    private static let gap = "  "
    private static let narrowest = 8

    /// The table's lines, each at most `width` columns of a terminal wide, the last without a line end.
    package func render(width: Int?) -> String {
        let width = width ?? Int.max
        var widths = columns.indices.map { column in
            (rows + footer).reduce(DisplayWidth.of(columns[column].title)) { max($0, DisplayWidth.of($1[column])) }
        }
        var shown = columns.count
        func total() -> Int { widths[..<shown].reduce(0, +) + TextTable.gap.count * max(0, shown - 1) }
        while total() > width {
            guard let widest = widths[..<shown].max(), widest > TextTable.narrowest,
                let column = widths[..<shown].lastIndex(of: widest)
            else { break }
            widths[column] -= 1
        }
        var hasMore = false
        while total() + (hasMore ? TextTable.gap.count + 1 : 0) > width, shown > 1 {
            shown -= 1
            hasMore = true
        }
        var lines = [line(columns.map(\.title), widths: widths[..<shown], hasMore: hasMore)]
        lines.append(rule(widths[..<shown], hasMore: hasMore))
        for row in rows { lines.append(line(row, widths: widths[..<shown], hasMore: hasMore)) }
        if !footer.isEmpty { lines.append(rule(widths[..<shown], hasMore: hasMore)) }
        for row in footer { lines.append(line(row, widths: widths[..<shown], hasMore: hasMore)) }
        return lines.joined(separator: "\n")
    }

    private func line(_ cells: [String], widths: ArraySlice<Int>, hasMore: Bool) -> String {
        var parts = widths.indices.map { column in
            TextTable.fit(cells[column], width: widths[column], columns[column].alignment)
        }
        if hasMore { parts.append("…") }
        let text = parts.joined(separator: TextTable.gap)
        return String(text.reversed().drop { $0 == " " }.reversed())
    }

    private func rule(_ widths: ArraySlice<Int>, hasMore: Bool) -> String {
        let parts = widths.map { String(repeating: "─", count: $0) } + (hasMore ? ["─"] : [])
        return parts.joined(separator: TextTable.gap)
    }

    /// A text filled up or cut to a width; control characters, which would break the lines, are shown as blanks.
    package static func fit(_ text: String, width: Int, _ alignment: Alignment) -> String {
        let text = String(text.map { $0.isNewline || $0 == "\t" || $0 == "\u{1B}" ? " " : $0 })
        let count = DisplayWidth.of(text)
        if count > width {
            var kept = 0
            let start = text.prefix { character in
                kept += DisplayWidth.of(character)
                return kept < width
            }
            // A wide character that did not fit leaves a column.
            return start + "…" + String(repeating: " ", count: max(0, width - 1 - DisplayWidth.of(String(start))))
        }
        let blanks = String(repeating: " ", count: width - count)
        switch alignment {
        case .left: return text + blanks
        case .right: return blanks + text
        }
    }
}
