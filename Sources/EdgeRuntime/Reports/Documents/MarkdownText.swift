/// A report as Markdown, as GitHub and most others read it.
enum MarkdownText {
    static func page(_ title: String, _ parts: [String]) -> String {
        (["# " + escaped(title)] + parts).joined(separator: "\n\n") + "\n"
    }

    static func block(_ block: Report.Block) -> String {
        switch block {
        case .heading(let text): "## " + escaped(text)
        case .text(let text):
            HTMLText.paragraphs(of: text).map { paragraph in
                paragraph.split(separator: "\n").map { paragraphLine(String($0)) }.joined(separator: "\n")
            }.joined(separator: "\n\n")
        case .verbatim(let text): verbatim(text)
        case .table(let table): self.table(table)
        case .plot(let plot): verbatim(TextPlot.draw(plot))
        }
    }

    static func picture(_ file: String, _ plot: Plot) -> String {
        let label = plot.title.isEmpty ? "plot" : escaped(plot.title)
        return "![\(label)](<\(file.filter { $0 != "<" && $0 != ">" && !$0.isNewline })>)"
    }

    /// A block whose fence is longer than any row of backticks within.
    static func verbatim(_ text: String) -> String {
        var longest = 0
        var current = 0
        for character in text {
            current = character == "`" ? current + 1 : 0
            longest = max(longest, current)
        }
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return "\(fence)text\n\(text)\n\(fence)"
    }

    private static func table(_ table: Report.Table) -> String {
        func row(_ cells: [String]) -> String { "| " + cells.map { escaped($0) }.joined(separator: " | ") + " |" }
        let rule = table.columns.indices.map { table.numeric.contains($0) ? "---:" : "---" }
        var lines = [row(table.columns), "| " + rule.joined(separator: " | ") + " |"]
        lines += table.rows.prefix(Report.maximumRows).map(row)
        if let more = HTMLText.moreRows(table) { lines += ["", more] }
        return lines.joined(separator: "\n")
    }

    /// A line of a paragraph: what would begin a heading, list or quotation there means itself.
    private static func paragraphLine(_ line: String) -> String {
        let line = String(line.drop(while: \.isWhitespace))
        let text = escaped(line)
        if let first = line.first, "-+=~".contains(first) { return "\\" + text }
        let digits = line.prefix { $0.isNumber }
        if !digits.isEmpty, digits.endIndex < line.endIndex, ".)".contains(line[digits.endIndex]) {
            return digits + "\\" + escaped(String(line[digits.endIndex...]))
        }
        return text
    }

    /// A text on one line that means itself.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "`", "*", "_", "[", "]", "<", ">", "#", "|", "!", "&", "$":
                result += "\\"
                result.unicodeScalars.append(scalar)
            default:
                let isControl = scalar.properties.generalCategory == .control
                result.unicodeScalars.append(isControl ? " " : scalar)
            }
        }
        return result
    }
}
