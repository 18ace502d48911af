import EdgeLang
import EdgeRuntime

extension ResultText {
    /// Deeper lists and records are only hinted at.
    private static let deepest = 4
    /// So many elements of a list within something else are shown.
    private static let mostElements = 8
    /// So many rows of a table within a record are shown.
    private static let mostRows = 5
    /// No cell of a table is wider.
    private static let widestCell = 200

    // MARK: Records

    /// A record as lines, one a field; records and tables within it stand indented below their names.
    func tree(_ fields: [(key: String, value: Value)], indent: Int, depth: Int = 0) -> [String] {
        let margin = String(repeating: " ", count: indent)
        let columns = screen?.columns ?? .max
        let width = min(fields.map { DisplayWidth.of($0.key) }.max() ?? 0, 32)
        var lines: [String] = []
        for field in fields {
            let text = cell(field.value)
            let room = columns - indent - width - 2
            let nested =
                DisplayWidth.of(text) > room || text.hasPrefix("[…") ? below(field.value, indent + 2, depth + 1) : nil
            let name = TextTable.fit(field.key, width: width, .left)
            let line = margin + name + "  " + (nested?.head ?? text)
            lines.append(clipped(line, columns))
            lines += nested?.lines ?? []
            // What lies beyond the screen is counted and not shown.
            if depth > 0, lines.count > rows { break }
        }
        return lines
    }

    /// What stands below the name of a field; nil where its value stands beside it.
    private func below(_ value: Value, _ indent: Int, _ depth: Int) -> (head: String, lines: [String])? {
        guard depth < ResultText.deepest else { return nil }
        if value.kind == .record { return ("", tree(interpreter.fields(of: value), indent: indent, depth: depth)) }
        let head = interpreter.elements(of: value, first: ResultText.mostRows)
        guard let count = interpreter.count(of: value), !head.isEmpty, head.allSatisfy({ $0.kind == .record }) else {
            return nil
        }
        let margin = String(repeating: " ", count: indent)
        let width = screen.map { max(20, $0.columns - indent) }
        let rows = table(head, width: width).split(separator: "\n").map { margin + $0 }
        let left = count - head.count
        return ("\(count) records", rows + (left > 0 ? [margin + "… \(ReadableValue.count(left)) more rows"] : []))
    }

    // MARK: Parts

    func isNumeric(_ value: Value) -> Bool {
        switch value.kind {
        case .int, .float, .quantity, .null: true
        default: false
        }
    }

    /// A value in a cell: numbers with few digits, strings without quotes.
    func cell(_ value: Value, depth: Int = 0) -> String {
        switch value.kind {
        case .list:
            let count = interpreter.count(of: value) ?? 0
            guard count <= ResultText.mostElements, depth < ResultText.deepest else { return "[… \(count) elements]" }
            let elements = interpreter.elements(of: value, first: count).map { cell($0, depth: depth + 1) }
            return "[" + elements.joined(separator: ", ") + "]"
        case .record:
            let fields = interpreter.fields(of: value)
            guard depth < ResultText.deepest else { return "{…}" }
            let shown = fields.prefix(ResultText.mostElements).map { "\($0.key): \(cell($0.value, depth: depth + 1))" }
            let left = fields.count - shown.count
            return "{" + (shown + (left > 0 ? ["… \(left) more"] : [])).joined(separator: ", ") + "}"
        case .string: return clipped(value.stringValue ?? "", ResultText.widestCell)
        case .host: return firstLine(value)
        case .closure, .builtin, .error, .range: return interpreter.display(value, DisplayOptions(width: 60))
        default:
            guard let plain = try? interpreter.plain(value) else { return interpreter.display(value, options) }
            return ReadableValue.cell(plain)
        }
    }

    /// A value as it would be written, as far as one line has room.
    func inline(_ value: Value, depth: Int = 0) -> String {
        switch value.kind {
        case .list:
            guard depth < ResultText.deepest else { return "[…]" }
            let count = interpreter.count(of: value) ?? 0
            let most = screen.map { $0.columns / 3 } ?? count
            var parts = interpreter.elements(of: value, first: most).map { inline($0, depth: depth + 1) }
            if count > parts.count { parts.append("… \(count - parts.count) more") }
            return "[" + parts.joined(separator: ", ") + "]"
        case .record:
            guard depth < ResultText.deepest else { return "{…}" }
            let fields = interpreter.fields(of: value)
            let most = screen.map { $0.columns / 5 } ?? fields.count
            var parts = fields.prefix(most).map { "\($0.key): \(inline($0.value, depth: depth + 1))" }
            if fields.count > parts.count { parts.append("… \(fields.count - parts.count) more") }
            return "{" + parts.joined(separator: ", ") + "}"
        case .string: return Interpreter.quoted(clipped(value.stringValue ?? "", ResultText.widestCell))
        case .host: return firstLine(value)
        default: return interpreter.literal(value, options)
        }
    }

    private func firstLine(_ value: Value) -> String {
        let text = interpreter.display(value, DisplayOptions(width: options.width))
        let line = String(text.prefix { !$0.isNewline })
        return line.count < text.count ? line + " …" : line
    }

    /// A text cut to so many columns.
    func clipped(_ text: String, _ columns: Int) -> String {
        // Bytes bound columns from above, except for invisible characters, which may as well be cut.
        guard text.utf8.count > columns, DisplayWidth.of(String(text.prefix(columns + 1))) > columns else {
            return text
        }
        var width = 0
        let kept = text.prefix { character in
            width += DisplayWidth.of(character)
            return width < columns
        }
        return kept + "…"
    }
}
