import EdgeData

// One side of a shadow as the writes it is made of.
//
// A document is a tree; what is kept is its leaves, each under its path (RFC 6901: `/motor/speed`) with the time it was
// written. So two writers that change different leaves never undo each other's work, and of two writes of the same leaf the later
// one counts, in whatever order they arrive. A deleted leaf stays behind as a mark: else an older write that arrives late
// would bring it back.
//
// A leaf and something below it cannot both exist. There, too, the later write counts: `a = 1` hides an older `a/b`, and
// writing or deleting `a/b` hides an older `a = 1`.

/// One side of a shadow: what is wanted of a device, or what the device said.
struct ShadowDocument: Sendable, Hashable {
    /// The last write of a leaf.
    struct Entry: Sendable, Hashable {
        /// nil for one that was deleted.
        var value: DataTree?
        /// Nanoseconds since 1970-01-01T00:00:00Z.
        var time: Int64
        /// The version of the device's shadow that the write made.
        var version: Int

        func isNewer(than other: Entry) -> Bool { (time, version) > (other.time, other.version) }
    }

    /// By path.
    private(set) var entries: [String: Entry]
    /// What the last merge changed, so that only that is stored.
    private(set) var changed: Set<String> = []
    private(set) var removed: Set<String> = []

    static let mostEntries = 10_000
    static let deepest = 32

    init(_ entries: [String: Entry] = [:]) { self.entries = entries }

    /// The time of the last write; nil where there is none.
    var lastTime: Int64? { entries.values.map(\.time).max() }

    /// Merges a document into this one: its leaves are written, `null` deletes, what it does not name stays.
    ///
    /// - Returns: the paths that newer writes kept from being changed.
    /// - Throws: `S0005` for what is no record, nests too deep, or has too many leaves.
    mutating func merge(_ document: DataTree, time: Int64, version: Int) throws(ShadowError) -> [String] {
        changed = []
        removed = []
        var stale: [String] = []
        for (path, value) in try ShadowDocument.leaves(of: document) {
            let entry = Entry(value: value, time: time, version: version)
            if !write(entry, at: path) { stale.append(path) }
        }
        if entries.count > ShadowDocument.mostEntries { forgetDeletions() }
        guard entries.count <= ShadowDocument.mostEntries else {
            throw .document("one side of a shadow has at most \(ShadowDocument.mostEntries) values")
        }
        return stale
    }

    /// - Returns: whether it can be seen afterwards.
    private mutating func write(_ entry: Entry, at path: String) -> Bool {
        if let old = entries[path], old.isNewer(than: entry) { return false }
        for ancestor in ShadowDocument.ancestors(of: path) {
            if let above = entries[ancestor], above.isNewer(than: entry) { return false }
        }
        // What is older below can never be seen again: this entry, or a newer one in its place, hides it.
        var isHidden = false
        let prefix = path + "/"
        for (below, other) in entries where below.hasPrefix(prefix) {
            if other.isNewer(than: entry) {
                isHidden = true
            } else {
                entries[below] = nil
                changed.remove(below)
                removed.insert(below)
            }
        }
        entries[path] = entry
        changed.insert(path)
        removed.remove(path)
        return !isHidden
    }

    /// Makes place: deletions that hide nothing are forgotten, and with them that older writes of those leaves do not count.
    private mutating func forgetDeletions() {
        for (path, entry) in entries where entry.value == nil {
            if ShadowDocument.ancestors(of: path).contains(where: { entries[$0] != nil }) { continue }
            entries[path] = nil
            changed.remove(path)
            removed.insert(path)
        }
    }

    /// The document as it stands.
    var tree: DataTree {
        var hidden: Set<String> = []
        for (path, entry) in entries {
            for ancestor in ShadowDocument.ancestors(of: path) {
                guard let above = entries[ancestor] else { continue }
                hidden.insert(above.isNewer(than: entry) ? path : ancestor)
            }
        }
        var root: [DataTree.Field] = []
        for path in entries.keys.sorted() where !hidden.contains(path) {
            guard let value = entries[path]?.value else { continue }
            ShadowDocument.insert(value, ShadowDocument.names(of: path)[...], into: &root)
        }
        return .record(root)
    }

    private static func insert(_ value: DataTree, _ names: ArraySlice<String>, into fields: inout [DataTree.Field]) {
        guard let name = names.first else { return }
        let place = fields.firstIndex { $0.name == name }
        if names.count == 1 {
            fields.append(.init(name: name, value: value))
        } else {
            var inner: [DataTree.Field] = []
            if let place, case .record(let found) = fields[place].value { inner = found }
            insert(value, names.dropFirst(), into: &inner)
            if let place {
                fields[place].value = .record(inner)
            } else {
                fields.append(.init(name: name, value: .record(inner)))
            }
        }
    }

    // MARK: Paths

    /// The leaves of a document: everything that is not a record with fields. Lists are leaves.
    static func leaves(of document: DataTree) throws(ShadowError) -> [(path: String, value: DataTree?)] {
        guard case .record(let fields) = document else {
            throw .document("a shadow takes a record", hint: "for example {fan: \"on\", setpoint: 21.5}")
        }
        var result: [(path: String, value: DataTree?)] = []
        try collect(fields, below: "", depth: 1, &result)
        return result
    }

    private static func collect(
        _ fields: [DataTree.Field], below prefix: String, depth: Int, _ result: inout [(path: String, value: DataTree?)]
    ) throws(ShadowError) {
        guard depth <= deepest else { throw .document("records nest deeper than \(deepest) levels") }
        for field in fields {
            guard field.name.utf8.count <= 256 else { throw .document("a name is longer than 256 bytes") }
            guard result.count < mostEntries else { throw .document("the record has more than \(mostEntries) values") }
            let path = prefix + "/" + escaped(field.name)
            switch field.value {
            case .null: result.append((path, nil))
            case .record(let inner) where !inner.isEmpty: try collect(inner, below: path, depth: depth + 1, &result)
            case .bool, .int, .float, .text, .list, .record: result.append((path, field.value))
            }
        }
    }

    private static func escaped(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func names(of path: String) -> [String] {
        path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).dropFirst().map { part in
            var bytes: [UInt8] = []
            var rest = part
            while let byte = rest.popFirst() {
                guard byte == 0x7E, let code = rest.popFirst() else {
                    bytes.append(byte)
                    continue
                }
                bytes.append(code == 0x31 ? 0x2F : 0x7E)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The paths above a path, nearest first.
    static func ancestors(of path: String) -> [String] {
        var result: [String] = []
        var rest = path.utf8[...]
        while let slash = rest.lastIndex(of: 0x2F), slash > path.startIndex {
            rest = rest[..<slash]
            result.append(String(Substring(rest)))
        }
        return result
    }
}
