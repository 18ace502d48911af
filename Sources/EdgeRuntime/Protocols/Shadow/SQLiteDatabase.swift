import CSQLite

/// A connection to an SQLite database, closed when it goes. Every call of SQLite's is checked here.
///
/// SQLite itself lets one thread after the other in; who needs several statements to belong together keeps others away.
final class SQLiteDatabase: @unchecked Sendable {
    /// What SQLite says, as its result code and a sentence.
    struct Failure: Error, Sendable {
        /// An extended result code.
        let code: Int32
        let text: String

        /// The code without what extends it.
        var kind: Int32 { code & 0xFF }
    }

    enum Value: Sendable, Hashable {
        case null
        case int(Int64)
        case text(String)
    }

    private let handle: OpaquePointer

    /// Opens a file, or makes it; `:memory:` is a database of its own that goes with the connection.
    init(_ path: String) throws(Failure) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let text = String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(opened)
            throw Failure(code: code, text: text)
        }
        handle = opened
        sqlite3_extended_result_codes(opened, 1)
        // Short: whoever waits longer does so in a loop that hears Ctrl-C.
        sqlite3_busy_timeout(opened, 20)
        // Values of a shadow are bounded; so is what a hostile file can make us hold.
        sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, 4 << 20)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs one statement and gives its rows.
    @discardableResult
    func run(_ statement: String, _ values: [Value] = []) throws(Failure) -> [[Value]] {
        var prepared: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, statement, -1, &prepared, nil))
        defer { sqlite3_finalize(prepared) }
        for (position, value) in values.enumerated() { try bind(value, to: prepared, at: Int32(position + 1)) }
        var rows: [[Value]] = []
        while true {
            let code = sqlite3_step(prepared)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else {
                try check(code)
                return rows
            }
            rows.append((0..<sqlite3_column_count(prepared)).map { SQLiteDatabase.column(prepared, $0) })
        }
    }

    private func bind(_ value: Value, to statement: OpaquePointer?, at position: Int32) throws(Failure) {
        switch value {
        case .null: try check(sqlite3_bind_null(statement, position))
        case .int(let value): try check(sqlite3_bind_int64(statement, position, value))
        case .text(let value):
            // SQLite is asked to copy (SQLITE_TRANSIENT): the buffer is ours for the call only.
            let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            var text = value
            let code = text.withUTF8 { bytes in
                sqlite3_bind_text64(
                    statement, position, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
                    UInt64(bytes.count), copies, UInt8(SQLITE_UTF8))
            }
            try check(code)
        }
    }

    private static func column(_ statement: OpaquePointer?, _ position: Int32) -> Value {
        switch sqlite3_column_type(statement, position) {
        case SQLITE_INTEGER: return .int(sqlite3_column_int64(statement, position))
        case SQLITE_NULL: return .null
        default:
            let text = sqlite3_column_text(statement, position)
            let count = Int(sqlite3_column_bytes(statement, position))
            return .text(
                String(decoding: UnsafeBufferPointer(start: text, count: text == nil ? 0 : count), as: UTF8.self))
        }
    }

    private func check(_ code: Int32) throws(Failure) {
        guard code != SQLITE_OK else { return }
        throw Failure(code: code, text: String(cString: sqlite3_errmsg(handle)))
    }
}

extension SQLiteDatabase.Value {
    var integer: Int64? { if case .int(let value) = self { value } else { nil } }
    var string: String? { if case .text(let value) = self { value } else { nil } }
}
