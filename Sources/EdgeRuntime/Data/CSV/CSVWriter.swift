/// Writes comma-separated values (RFC 4180 with LF line ends).
public struct CSVWriter: Sendable {
    public var separator: Character

    public init(separator: Character = ",") { self.separator = separator }

    /// A table with its header. Lists and records inside a field are written as JSON.
    public func write(columns: [String], rows: [[DataTree]]) throws(DataError) -> String {
        var output = ""
        appendRow(columns, to: &output)
        for (position, row) in rows.enumerated() {
            try DataWork.check(position)
            output += try self.row(row)
        }
        return output
    }

    /// The names of the columns, as a line.
    func header(_ columns: [String]) -> String {
        var output = ""
        appendRow(columns, to: &output)
        return output
    }

    /// A row, as a line.
    func row(_ values: [DataTree]) throws(DataError) -> String {
        var fields: [String] = []
        fields.reserveCapacity(values.count)
        for value in values { fields.append(try text(of: value)) }
        var output = ""
        appendRow(fields, to: &output)
        return output
    }

    private func appendRow(_ fields: [String], to output: inout String) {
        for (position, field) in fields.enumerated() {
            if position > 0 { output.append(separator) }
            let needsQuotes =
                field.contains(separator) || field.utf8.contains { $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
                || field.utf8.first == 0x20 || field.utf8.last == 0x20 || (fields.count == 1 && field.isEmpty)
            guard needsQuotes else {
                output += field
                continue
            }
            output += "\""
            for character in field.unicodeScalars {
                if character == "\"" { output += "\"" }
                output.unicodeScalars.append(character)
            }
            output += "\""
        }
        output += "\n"
    }

    private func text(of value: DataTree) throws(DataError) -> String {
        switch value {
        case .null: ""
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .float(let value): String(describing: value)
        case .text(let value): value
        case .list, .record: try JSONWriter(nonFinite: .null).write(value)
        }
    }
}
