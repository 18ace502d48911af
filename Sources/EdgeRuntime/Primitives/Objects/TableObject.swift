public import EdgeLang

/// Records of the same names, shown as a table.
public final class TableObject: HostObject {
    public static let typeName = "table"

    let columns: [String]
    /// As many values as columns in each row.
    let rows: [[PlainValue]]

    init(columns: [String], rows: [[PlainValue]]) {
        self.columns = columns
        self.rows = rows
    }

    public var byteCount: Int { rows.count * columns.count * MemoryLayout<PlainValue>.stride }

    public func display(_ options: DisplayOptions) -> String {
        ValueTable.render(columns: columns, rows: rows, options: options)
    }

    public var fieldNames: [String] { ["columns", "rows"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "columns": try columns.encode(context)
        case "rows": try plainValue.encode(context)
        default: nil
        }
    }

    public func isEqual(to other: any HostObject) -> Bool {
        guard let other = other as? TableObject else { return false }
        return columns == other.columns && rows == other.rows
    }

    public var plainValue: PlainValue { .list(rows.map(record)) }

    public var elementCount: Int? { rows.count }

    public func element(at index: Int, _ context: CallContext) throws -> Value {
        try record(rows[index]).encode(context)
    }

    private func record(_ row: [PlainValue]) -> PlainValue {
        .record(zip(columns, row).map { PlainValue.Field($0, $1) })
    }
}
