package import EdgeLang

/// A list of records as rows and columns.
package struct ValueTable {
    /// The names of all records, in the order in which they first occur.
    package let columns: [String]
    private let records: [[PlainValue.Field]]

    /// nil where the value is no list of records.
    package init?(_ value: PlainValue) {
        guard case .list(let elements) = value, !elements.isEmpty else { return nil }
        var columns: [String] = []
        var seen: Set<String> = []
        var records: [[PlainValue.Field]] = []
        for element in elements {
            guard case .record(let fields) = element else { return nil }
            for field in fields where seen.insert(field.key).inserted { columns.append(field.key) }
            records.append(fields)
        }
        self.columns = columns
        self.records = records
    }

    /// The values of some columns, row by row; null where a record has none.
    package func cells(of columns: [String]) -> [[PlainValue]] {
        records.map { fields in
            columns.map { column in fields.first { $0.key == column }?.value ?? .null }
        }
    }

    /// Aligned columns, numbers to the right, at most as wide as the options allow.
    package static func render(columns: [String], rows: [[PlainValue]], options: DisplayOptions) -> String {
        let table = TextTable(
            columns: columns.indices.map { column in
                TextTable.Column(columns[column], rows.allSatisfy { $0[column].isNumeric } ? .right : .left)
            },
            rows: rows.map { $0.map { ReadableValue.cell($0) } })
        return table.render(width: options.width)
    }
}

extension PlainValue {
    /// Whether it is a number, or nothing where a number may stand.
    fileprivate var isNumeric: Bool {
        switch self {
        case .int, .float, .quantity, .null: true
        case .bool, .string, .bytes, .list, .record: false
        }
    }
}
