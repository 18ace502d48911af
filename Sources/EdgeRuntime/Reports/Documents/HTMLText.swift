/// A report as one page of HTML that needs no other file.
enum HTMLText {
    static func page(_ title: String, _ parts: [String]) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="generator" content="edgesh">
        <title>\(escaped(title))</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.8rem; line-height: 1.2; }
        h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; padding-bottom: .2rem; border-bottom: 1px solid #d5dae0; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .92rem; margin: .8rem 0; }
        th, td { padding: .25rem .8rem .25rem 0; text-align: left; border-bottom: 1px solid #e4e8ec; white-space: nowrap; }
        th { border-bottom: 2px solid #b8c0c8; }
        .n { text-align: right; font-variant-numeric: tabular-nums; }
        pre { background: #f5f7f9; padding: .8rem; overflow-x: auto; font-size: .85rem; line-height: 1.25; }
        figure { margin: 1rem 0; }
        figure svg { max-width: 100%; height: auto; }
        @media print { body { max-width: none; margin: 0; } }
        </style>
        </head>
        <body>
        <h1>\(escaped(title))</h1>
        \(parts.joined(separator: "\n"))
        </body>
        </html>

        """
    }

    static func block(_ block: Report.Block) -> String {
        switch block {
        case .heading(let text): "<h2>\(escaped(text))</h2>"
        case .text(let text): paragraphs(of: text).map { "<p>\(escaped($0))</p>" }.joined(separator: "\n")
        case .verbatim(let text): "<pre>\(escaped(text))</pre>"
        case .table(let table): self.table(table)
        case .plot(let plot): figure(nil, plot)
        }
    }

    /// - Parameter svg: nil where nothing draws it but characters.
    static func figure(_ svg: String?, _ plot: Plot) -> String {
        guard let svg, let start = svg.firstRange(of: "<svg") else {
            return "<pre>\(escaped(TextPlot.draw(plot)))</pre>"
        }
        // Within a page the declarations of an XML file have no place.
        let label = escaped(plot.title.isEmpty ? "plot" : plot.title)
        return "<figure role=\"img\" aria-label=\"\(label)\">\n\(svg[start.lowerBound...])</figure>"
    }

    private static func table(_ table: Report.Table) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            let cells = cells.enumerated().map { index, cell in
                "<\(tag)\(table.numeric.contains(index) ? " class=\"n\"" : "")>\(escaped(cell))</\(tag)>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        var lines = ["<div class=\"wide\"><table>", "<thead>\(row(table.columns, "th"))</thead>", "<tbody>"]
        lines += table.rows.prefix(Report.maximumRows).map { row($0, "td") }
        lines.append("</tbody></table></div>")
        if let more = moreRows(table) { lines.append("<p>\(escaped(more))</p>") }
        return lines.joined(separator: "\n")
    }

    static func moreRows(_ table: Report.Table) -> String? {
        let more = table.rows.count - Report.maximumRows
        return more > 0 ? "… \(more) more rows" : nil
    }

    /// What empty lines set apart.
    static func paragraphs(of text: String) -> [String] {
        var paragraphs: [[Substring]] = [[]]
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if line.allSatisfy(\.isWhitespace) {
                paragraphs.append([])
            } else {
                paragraphs[paragraphs.count - 1].append(line)
            }
        }
        return paragraphs.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    }

    /// A text that can stand in an element or in an attribute, without what HTML does not allow.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default:
                let isControl = scalar.properties.generalCategory == .control
                result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }
}
