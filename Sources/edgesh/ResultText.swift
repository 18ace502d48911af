import EdgeLang
import EdgeRuntime

/// The value of an entry for people: lists of records and records as aligned tables, everything else as the language shows it.
///
/// On a terminal nothing takes more than a screen: what is left out is counted, and never formatted. Where the output goes to a
/// file or a program, nothing is left out.
struct ResultText {
    /// The room there is.
    struct Screen {
        var columns: Int
        var rows: Int
    }

    let interpreter: Interpreter
    /// nil where there is as much room as one likes.
    let screen: Screen?
    let options: DisplayOptions
    /// Whether the value is the result of an entry of a session: then strings are quoted, and `_` names it.
    let isEntry: Bool

    init(_ interpreter: Interpreter, screen: Screen?, colour: Bool, isEntry: Bool) {
        self.interpreter = interpreter
        self.screen = screen
        self.isEntry = isEntry
        options = DisplayOptions(width: screen?.columns, colour: colour)
    }

    /// The lines a value may take: a few of the screen stay for the entry and the prompt.
    var rows: Int { screen.map { max(8, $0.rows - 4) } ?? .max }
    /// A list that is no table is cut earlier: nobody reads twenty lines of numbers.
    private var listRows: Int { min(rows, 12) }

    func describe(_ value: Value) -> String {
        switch value.kind {
        case .list: return list(value)
        case .record:
            let fields = interpreter.fields(of: value)
            if fields.count > 1 { return cut(tree(fields, indent: 0)) }
        case .string where isEntry: return string(value)
        case .bytes: return bytes(value)
        case .host:
            let text = interpreter.display(value, options)
            // A picture without its middle shows nothing.
            if value.typeName == "plot" { return text }
            return cut(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        default: break
        }
        return isEntry ? interpreter.literal(value, options) : interpreter.display(value, options)
    }

    /// What is said where something is left out.
    func more(_ left: Int, _ what: String, of count: Int? = nil, all: String = "print(_)") -> String {
        let total = count.map { " of \(ReadableValue.count($0))" } ?? ""
        return "… \(ReadableValue.count(left)) more \(what)\(total)" + (isEntry ? "; `\(all)` shows all" : "")
    }

    /// Lines without their middle, where they are more than a screen: the end of a table often sums it up.
    private func cut(_ lines: [String]) -> String {
        guard lines.count > rows else { return lines.joined(separator: "\n") }
        let ending = 2
        let beginning = rows - ending - 1
        let left = lines.count - beginning - ending
        return (lines.prefix(beginning) + [more(left, "lines")] + lines.suffix(ending)).joined(separator: "\n")
    }

    // MARK: Texts

    private func string(_ value: Value) -> String {
        let limit = (screen?.columns ?? .max / 12) * listRows
        guard let count = interpreter.count(of: value), count > limit, let text = value.stringValue else {
            return interpreter.literal(value, options)
        }
        let shown = String(text.prefix(limit - listRows))
        return Interpreter.quoted(shown) + "\n" + more(count - shown.utf8.count, "bytes", of: count)
    }

    private func bytes(_ value: Value) -> String {
        guard let screen, let count = interpreter.count(of: value), count * 5 / 2 > screen.columns * listRows else {
            return interpreter.display(value)
        }
        let shown = interpreter.display(value, DisplayOptions(width: screen.columns * (listRows - 1)))
        return shown + "\n" + "… of \(ReadableValue.count(count)) bytes" + (isEntry ? "; `print(_)` shows all" : "")
    }

    // MARK: Lists

    private func list(_ value: Value) -> String {
        let count = interpreter.count(of: value) ?? 0
        // Heading, rule, and the line that says what is left out.
        let room = screen == nil ? count : count <= rows - 2 ? count : rows - 3
        let head = interpreter.elements(of: value, first: room)
        if !head.isEmpty, head.allSatisfy({ $0.kind == .record }) {
            let text = table(head, width: screen?.columns)
            guard count > head.count else { return text }
            return text + "\n" + more(count - head.count, "rows", of: count, all: "print(table(_))")
        }
        guard let screen else { return interpreter.literal(value, options) }
        return flat(value, count, screen.columns)
    }

    /// Records as rows.
    func table(_ records: [Value], width: Int?) -> String {
        var columns: [String] = []
        var seen: Set<String> = []
        let rows = records.map { interpreter.fields(of: $0) }
        for row in rows {
            for field in row where seen.insert(field.key).inserted { columns.append(field.key) }
        }
        let values = rows.map { row in
            let values = Dictionary(row.map { ($0.key, $0.value) }) { _, last in last }
            return columns.map { values[$0] ?? .null }
        }
        let table = TextTable(
            columns: columns.indices.map { column in
                TextTable.Column(columns[column], values.allSatisfy { isNumeric($0[column]) } ? .right : .left)
            },
            rows: values.map { $0.map { cell($0) } })
        return table.render(width: width)
    }

    /// Elements one behind the other, or one a line where they are lists themselves and do not fit in one.
    private func flat(_ value: Value, _ count: Int, _ columns: Int) -> String {
        // As many as can stand in the lines, each with a digit, a comma and a blank.
        let elements = interpreter.elements(of: value, first: listRows * columns / 3 + 1)
        let texts = elements.map { clipped(inline($0), columns - 3) }
        let line = "[" + texts.joined(separator: ", ") + "]"
        if elements.count == count, DisplayWidth.of(line) <= columns { return line }
        let breaks = elements.contains { $0.kind == .list || $0.kind == .record }
        var lines = ["["]
        var shown = 0
        for text in texts {
            let part = text + (shown == count - 1 ? "]" : ",")
            if shown > 0, breaks || DisplayWidth.of(lines[lines.count - 1]) + 1 + DisplayWidth.of(part) > columns {
                if lines.count == listRows { break }
                lines.append("")
            }
            lines[lines.count - 1] += (shown == 0 ? "" : " ") + part
            shown += 1
        }
        if shown < count { lines.append(more(count - shown, "elements", of: count)) }
        return lines.joined(separator: "\n")
    }
}
