import EdgeLang
import EdgeRuntime

/// The value of an entry for people: lists of records and records as aligned tables, everything else as the language shows it.
enum ResultText {
    /// More rows than this are cut in the middle.
    private static let maximumRows = 200

    static func describe(
        _ value: Value, _ interpreter: Interpreter, _ options: DisplayOptions, quotesStrings: Bool
    ) -> String {
        switch value.kind {
        case .list:
            // A list of functions, say, has no plain form, and is no table either.
            guard let plain = try? interpreter.plain(value), let table = ValueTable(plain) else { break }
            return describe(table, options)
        case .record:
            guard let plain = try? interpreter.plain(value), case .record(let fields) = plain, fields.count > 1 else {
                break
            }
            return describe(fields, options)
        case .int, .float, .null, .bool, .quantity, .builtin, .absent, .string, .bytes, .range, .closure, .box, .error,
            .host:
            break
        }
        return quotesStrings ? interpreter.literal(value, options) : interpreter.display(value, options)
    }

    private static func describe(_ table: ValueTable, _ options: DisplayOptions) -> String {
        let rows = table.cells(of: table.columns)
        guard rows.count > maximumRows else {
            return ValueTable.render(columns: table.columns, rows: rows, options: options)
        }
        let shown = ValueTable.render(
            columns: table.columns, rows: Array(rows.prefix(maximumRows)), options: options)
        return shown + "\n… \(rows.count - maximumRows) more rows"
    }

    private static func describe(_ fields: [PlainValue.Field], _ options: DisplayOptions) -> String {
        let width = fields.map { $0.key.count }.max() ?? 0
        let lines = fields.map { field in
            let line = TextTable.fit(field.key, width: width, .left) + "  " + ReadableValue.cell(field.value)
            return options.width.map { line.count > $0 ? TextTable.fit(line, width: $0, .left) : line } ?? line
        }
        return lines.joined(separator: "\n")
    }
}
