/// Reads comma-separated values (RFC 4180; also with LF line ends and other separators).
public struct CSVReader: Sendable {
    /// The byte between two fields.
    public var separator: UInt8

    public init(separator: UInt8 = 0x2C) { self.separator = separator }

    /// The fields of every row as they stand, quotes taken off. Empty lines are skipped.
    ///
    /// - Throws: `DataError` for a quote that is not closed or not where one may stand, and for text that is not UTF-8.
    public func rows(_ bytes: [UInt8]) throws(DataError) -> [[String]] {
        var rows: [[String]] = []
        try forEachRow(bytes) { fields, _ in rows.append(fields) }
        return rows
    }

    /// Hands each row with the number of the line it begins on to `body`.
    public func forEachRow(
        _ bytes: [UInt8], _ body: (_ fields: [String], _ line: Int) throws(DataError) -> Void
    ) throws(DataError) {
        var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        var fields: [String] = []
        while position < bytes.count {
            let first = line
            try DataWork.check(line)
            fields.removeAll(keepingCapacity: true)
            var rowEnded = false
            var isBlank = true
            while !rowEnded {
                let field = try self.field(bytes, &position, &line)
                if field.wasQuoted || !field.text.isEmpty { isBlank = false }
                fields.append(field.text)
                if position < bytes.count, bytes[position] == separator {
                    position += 1
                    isBlank = false
                } else {
                    if position < bytes.count, bytes[position] == 0x0D { position += 1 }
                    if position < bytes.count, bytes[position] == 0x0A { position += 1 }
                    line += 1
                    rowEnded = true
                }
            }
            if !isBlank { try body(fields, first) }
        }
    }

    /// Reads one field and stops at what ends it: a separator, a line end or the end of the text.
    private func field(
        _ bytes: [UInt8], _ position: inout Int, _ line: inout Int
    ) throws(DataError) -> (text: String, wasQuoted: Bool) {
        guard position < bytes.count, bytes[position] == 0x22 else {
            let start = position
            while position < bytes.count, !endsField(bytes[position]) { position += 1 }
            return (try text(bytes[start..<position]), false)
        }
        let opened = line
        var content: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == 0x22 else {
                if byte == 0x0A { line += 1 }
                content.append(byte)
                continue
            }
            if position < bytes.count, bytes[position] == 0x22 {
                content.append(0x22)
                position += 1
                continue
            }
            guard position == bytes.count || endsField(bytes[position]) else {
                throw .csv("text follows a closing quote", line: line, hint: "a quote inside a field is written twice")
            }
            return (try text(content[...]), true)
        }
        throw .csv("a quote is not closed", line: opened)
    }

    private func endsField(_ byte: UInt8) -> Bool { byte == separator || byte == 0x0A || byte == 0x0D }

    private func text(_ bytes: ArraySlice<UInt8>) throws(DataError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8("CSV") }
        return text
    }
}
