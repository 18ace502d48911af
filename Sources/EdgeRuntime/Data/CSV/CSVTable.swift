/// A table read from CSV: named columns, and rows of values whose type their text shows.
public struct CSVTable: Sendable, Hashable {
    public var columns: [String]
    /// As many values as columns in each row.
    public var rows: [[DataTree]]

    public init(columns: [String], rows: [[DataTree]]) {
        self.columns = columns
        self.rows = rows
    }

    /// Reads a table. Without a header the columns are called `column1`, `column2`, …
    ///
    /// - Throws: `DataError` for a row with another number of fields than the first and for two columns of one name.
    public init(_ bytes: [UInt8], separator: UInt8 = 0x2C, hasHeader: Bool = true) throws(DataError) {
        var columns: [String] = []
        var rows: [[DataTree]] = []
        var isFirst = true
        try CSVReader(separator: separator).forEachRow(bytes) { (fields, line) throws(DataError) in
            if isFirst {
                isFirst = false
                columns = hasHeader ? fields.map(CSVTable.trimmed) : fields.indices.map { "column\($0 + 1)" }
                var seen: Set<String> = []
                for column in columns where !seen.insert(column).inserted {
                    throw .csv("the column \"\(column)\" stands twice", line: line)
                }
                if hasHeader { return }
            }
            guard fields.count == columns.count else {
                throw .csv("\(fields.count) fields where \(columns.count) are expected", line: line)
            }
            rows.append(fields.map(CSVTable.value))
        }
        self.init(columns: columns, rows: rows)
    }

    /// What a field's text stands for: nothing, a number, a truth value or itself.
    static func value(_ field: String) -> DataTree {
        let text = trimmed(field)
        guard let first = text.utf8.first else { return .null }
        switch text {
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case "nan", "NaN", "NAN": return .float(.nan)
        default: break
        }
        // Only what begins like a number is one: Swift would also read "infinity" and hexadecimal floats.
        guard (0x30...0x39).contains(first) || first == 0x2D || first == 0x2B || first == 0x2E else {
            return .text(field)
        }
        if let whole = Int64(text) { return .int(whole) }
        if text.utf8.contains(where: { $0 == 0x78 || $0 == 0x58 }) { return .text(field) }
        return Double(text).map { .float($0) } ?? .text(field)
    }

    private static func trimmed(_ text: String) -> String {
        var bytes = text.utf8[...]
        while bytes.first == 0x20 || bytes.first == 0x09 { bytes = bytes.dropFirst() }
        while bytes.last == 0x20 || bytes.last == 0x09 { bytes = bytes.dropLast() }
        return String(Substring(bytes))
    }
}
