import CSQLite
public import EdgeData
import Synchronization

/// The two sides of a shadow.
public enum ShadowSide: String, Sendable, Hashable, CaseIterable {
    /// What is wanted of the device.
    case desired
    /// What the device said of itself.
    case reported

    var number: Int64 { self == .desired ? 0 : 1 }
}

/// What became of a write.
public struct ShadowUpdate: Sendable, Hashable {
    /// The version of the device's shadow now; the same as before where nothing was changed.
    public let version: Int
    /// The time the write counts from, in nanoseconds since 1970-01-01T00:00:00Z.
    public let time: Int64
    /// The paths of values that stayed as they are, since they were written later than that.
    public let stale: [String]
}

/// All that is known of a device.
public struct ShadowState: Sendable, Hashable {
    public let device: String
    /// Counts the changes of both sides; 0 for a device of which nothing is known.
    public let version: Int
    public let desired: DataTree
    public let reported: DataTree
    /// What is desired and not reported.
    public let delta: DataTree
    /// When each side was last changed, in nanoseconds since 1970-01-01T00:00:00Z.
    public let desiredTime: Int64?
    public let reportedTime: Int64?
}

/// The shadows of devices in an SQLite file. Several programs may use the file at once.
///
/// A write that returned is on the disk: it survives the end of the program and a loss of power.
public final class ShadowStore: Sendable {
    public let path: String
    private let database: Mutex<SQLiteDatabase?>

    // `application_id` of the file, "edsh" in ASCII, and the version of the tables.
    private static let application: Int64 = 0x6564_7368
    private static let tables = [
        "CREATE TABLE device (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID, STRICT",
        """
        CREATE TABLE entry (device TEXT NOT NULL, side INTEGER NOT NULL, path TEXT NOT NULL, value TEXT, \
        time INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (device, side, path)) WITHOUT ROWID, STRICT
        """,
    ]

    /// Opens the file, or makes it; `:memory:` keeps the shadows for as long as the object lives.
    ///
    /// - Throws: `S0001` where the file cannot be opened, `S0002` where it is something else or damaged, `S0003` where another
    ///   program holds it.
    public init(_ path: String, _ wait: Wait) throws {
        guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count < 4096 else {
            throw ShadowError.cannotOpen(String(path.prefix(40)), "this is no path")
        }
        self.path = path
        let opened: SQLiteDatabase
        do throws(SQLiteDatabase.Failure) {
            opened = try SQLiteDatabase(path)
        } catch {
            throw ShadowError.cannotOpen(path, error.text)
        }
        try ShadowStore.retry(path, wait) { () throws(SQLiteDatabase.Failure) in
            try opened.run("PRAGMA trusted_schema = OFF")
            try opened.run("PRAGMA cell_size_check = ON")
            try opened.run("PRAGMA synchronous = FULL")
        }
        try ShadowStore.makeTables(opened, path, wait)
        // Readers and the writer do not wait for each other.
        try ShadowStore.retry(path, wait) { () throws(SQLiteDatabase.Failure) in
            try opened.run("PRAGMA journal_mode = WAL")
        }
        database = Mutex(opened)
    }

    /// Lets go of the file.
    public func close() { database.withLock { $0 = nil } }

    /// Writes to one side of a device's shadow: the record is merged into what is there, `null` deletes.
    ///
    /// - Parameters:
    ///   - time: When it was decided, in nanoseconds since 1970-01-01T00:00:00Z: a value that was written later stays. Nil for
    ///     now, which is after all that was written before.
    ///   - expected: The version that the shadow must have.
    /// - Throws: `S0004` for another version, `S0005` for a record that cannot be kept.
    public func update(
        _ device: String, _ side: ShadowSide, _ record: DataTree, time: Int64? = nil, expecting expected: Int? = nil,
        _ wait: Wait
    ) throws -> ShadowUpdate {
        try ShadowStore.check(device)
        return try transaction("BEGIN IMMEDIATE", wait) { [path] database in
            let old = try ShadowStore.version(of: device, database)
            if let expected, expected != old { throw ShadowError.conflict(device, expected: expected, found: old) }
            var document = try ShadowStore.document(device, side, database, path)
            let after = (document.lastTime ?? .min + 1)
            let moment = time ?? max(Wait.timeOfDay(), after == .max ? after : after + 1)
            let stale = try document.merge(record, time: moment, version: old + 1)
            guard !document.changed.isEmpty || !document.removed.isEmpty else {
                return ShadowUpdate(version: old, time: moment, stale: stale)
            }
            try ShadowStore.store(document, device, side, database)
            try database.run(
                "INSERT INTO device VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET version = ?2",
                [.text(device), .int(Int64(old + 1))])
            return ShadowUpdate(version: old + 1, time: moment, stale: stale)
        }
    }

    /// All that is known of a device; of one that nobody has written about, two empty sides.
    public func state(_ device: String, _ wait: Wait) throws -> ShadowState {
        try ShadowStore.check(device)
        return try transaction("BEGIN", wait) { [path] database in
            let desired = try ShadowStore.document(device, .desired, database, path)
            let reported = try ShadowStore.document(device, .reported, database, path)
            let (wanted, found) = (desired.tree, reported.tree)
            return ShadowState(
                device: device, version: try ShadowStore.version(of: device, database), desired: wanted,
                reported: found, delta: ShadowDelta.between(desired: wanted, reported: found),
                desiredTime: desired.lastTime, reportedTime: reported.lastTime)
        }
    }

    /// The devices that something is known of, in order of their names.
    public func devices(_ wait: Wait) throws -> [String] {
        try transaction("BEGIN", wait) { database in
            try database.run("SELECT name FROM device ORDER BY name").compactMap { $0.first?.string }
        }
    }

    // MARK: Rows

    private static func check(_ device: String) throws(ShadowError) {
        guard !device.isEmpty, device.utf8.count <= 256 else {
            throw .document("the name of a device has 1 to 256 bytes")
        }
    }

    private static func version(of device: String, _ database: SQLiteDatabase) throws -> Int {
        let rows = try database.run("SELECT version FROM device WHERE name = ?1", [.text(device)])
        return rows.first?.first?.integer.map { Int($0) } ?? 0
    }

    private static func document(
        _ device: String, _ side: ShadowSide, _ database: SQLiteDatabase, _ path: String
    ) throws -> ShadowDocument {
        let rows = try database.run(
            "SELECT path, value, time, version FROM entry WHERE device = ?1 AND side = ?2 LIMIT \(ShadowDocument.mostEntries + 1)",
            [.text(device), .int(side.number)])
        var entries: [String: ShadowDocument.Entry] = [:]
        for row in rows {
            guard row.count == 4, let place = row[0].string, place.hasPrefix("/"), let time = row[2].integer,
                let version = row[3].integer
            else { throw ShadowError.notAShadow(path, "a row of `\(device)` is damaged") }
            var value: DataTree?
            if let text = row[1].string {
                guard let read = try? JSONReader.read(Array(text.utf8)) else {
                    throw ShadowError.notAShadow(path, "the value of \(place) of `\(device)` is damaged")
                }
                value = read
            }
            entries[place] = .init(value: value, time: time, version: Int(version))
        }
        guard entries.count <= ShadowDocument.mostEntries else {
            throw ShadowError.notAShadow(path, "`\(device)` has more values than a shadow takes")
        }
        return ShadowDocument(entries)
    }

    private static func store(
        _ document: ShadowDocument, _ device: String, _ side: ShadowSide, _ database: SQLiteDatabase
    ) throws {
        for place in document.removed {
            try database.run(
                "DELETE FROM entry WHERE device = ?1 AND side = ?2 AND path = ?3",
                [.text(device), .int(side.number), .text(place)])
        }
        for place in document.changed {
            guard let entry = document.entries[place] else { continue }
            var value = SQLiteDatabase.Value.null
            if let tree = entry.value {
                let text = try JSONWriter().write(tree)
                guard text.utf8.count <= 1 << 20 else {
                    throw ShadowError.document("the value of \(place) is larger than one mebibyte")
                }
                value = .text(text)
            }
            try database.run(
                "INSERT OR REPLACE INTO entry VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                [
                    .text(device), .int(side.number), .text(place), value, .int(entry.time),
                    .int(Int64(entry.version)),
                ])
        }
    }

    // MARK: Transactions

    private static func makeTables(_ database: SQLiteDatabase, _ path: String, _ wait: Wait) throws {
        try within("BEGIN IMMEDIATE", database, path, wait) { database in
            let found = try database.run("SELECT sql FROM sqlite_schema WHERE type != 'index' ORDER BY rowid")
            let application = try database.run("PRAGMA application_id").first?.first?.integer
            if found.isEmpty, application == 0 {
                for table in tables { try database.run(table) }
                try database.run("PRAGMA application_id = \(ShadowStore.application)")
            } else if application != ShadowStore.application {
                throw ShadowError.notAShadow(path, "it is a database of another program")
            } else if found.map({ $0.first?.string }) != tables.map({ $0 }) {
                throw ShadowError.notAShadow(path, "it was made by another version")
            }
        }
    }

    private func transaction<Result: Sendable>(
        _ begin: String, _ wait: Wait, _ body: (SQLiteDatabase) throws -> Result
    ) throws -> Result {
        try database.withLock { database in
            guard let database else { throw ShadowError.closed(path) }
            return try ShadowStore.within(begin, database, path, wait, body)
        }
    }

    private static func within<Result>(
        _ begin: String, _ database: SQLiteDatabase, _ path: String, _ wait: Wait,
        _ body: (SQLiteDatabase) throws -> Result
    ) throws -> Result {
        try retry(path, wait) { () throws(SQLiteDatabase.Failure) in try database.run(begin) }
        do {
            let result = try body(database)
            try retry(path, wait) { () throws(SQLiteDatabase.Failure) in try database.run("COMMIT") }
            return result
        } catch {
            // Where this fails too, SQLite has rolled back by itself.
            _ = try? database.run("ROLLBACK")
            throw (error as? SQLiteDatabase.Failure).map { describe($0, path) } ?? error
        }
    }

    /// Tries again while another program is in the way.
    private static func retry(
        _ path: String, _ wait: Wait, _ body: () throws(SQLiteDatabase.Failure) -> Void
    ) throws {
        while true {
            do throws(SQLiteDatabase.Failure) {
                return try body()
            } catch {
                guard error.kind == SQLITE_BUSY, wait.remaining > 0 else { throw describe(error, path) }
                try wait.interrupt()
            }
        }
    }

    private static func describe(_ failure: SQLiteDatabase.Failure, _ path: String) -> ShadowError {
        switch failure.kind {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy(path)
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_SCHEMA, SQLITE_MISMATCH, SQLITE_TOOBIG:
            .notAShadow(path, failure.text)
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: .cannotOpen(path, failure.text)
        default: .failed(path, failure.text)
        }
    }
}
