import EdgeData
import Synchronization

/// The grammars that come with edgesh and those of the user, compiled when first used.
public final class ProtocolLibrary: Sendable {
    private let folder: String?
    private let loaded = Mutex<[String: ProtocolCodec]>([:])

    /// - Parameter folder: The folder with grammars; nil: `protocols` in edgesh's own library.
    public init(folder: String? = nil) {
        self.folder = folder ?? StandardLibrary.folder.map { $0 + "/protocols" }
    }

    /// The names of the grammars in the folder, sorted. Files whose names begin with `_` are parts of others.
    public func names() throws(ProtocolError) -> [String] {
        guard let folder else { return [] }
        do throws(DataError) {
            return try Folder.names(in: folder).filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("_") }
                .map { String($0.dropLast(5)) }
        } catch {
            throw ProtocolError(code: "P0001", message: error.message, hint: error.hint)
        }
    }

    /// All grammars of the folder with their aliases, by name.
    public func all() throws(ProtocolError) -> [ProtocolCodec] {
        var codecs: [ProtocolCodec] = []
        for name in try names() { codecs += try family(name) }
        return codecs
    }

    /// A grammar and its aliases.
    private func family(_ name: String) throws(ProtocolError) -> [ProtocolCodec] {
        let codec = try self.codec(name)
        return [codec]
            + codec.grammar.aliases.compactMap { alias in
                loaded.withLock { $0[alias.name] }
            }
    }

    /// A protocol by its name, an alias, or the path of a grammar file.
    ///
    /// - Throws: `P0001` with line and column of a mistake in the grammar, `P0002` where no grammar has the name.
    public func codec(_ name: String) throws(ProtocolError) -> ProtocolCodec {
        if let known = loaded.withLock({ $0[name] }) { return known }
        if name.contains("/") || name.hasSuffix(".yaml") {
            // The user may be editing the file: it is read each time.
            return try load(name, as: name)[0]
        }
        guard name.utf8.allSatisfy({ $0 != 0 }), !name.hasPrefix("_"), let folder else {
            throw .unknownProtocol(name, suggestion: nil)
        }
        let names = try names()
        if names.contains(name) {
            let family = try load("\(folder)/\(name).yaml", as: "\(name).yaml")
            loaded.withLock { for codec in family { $0[codec.name] = codec } }
            return family[0]
        }
        // It may be an alias.
        for other in names where name.hasPrefix(other.prefix(2)) {
            _ = try codec(other)
            if let known = loaded.withLock({ $0[name] }) { return known }
        }
        let known = loaded.withLock { Array($0.keys) }
        let all = Set(names + known).sorted()
        throw .unknownProtocol(
            name,
            suggestion: NearestName.closest(to: name, among: all)
                ?? all.first { $0.hasPrefix(name.lowercased()) && !name.isEmpty })
    }

    private func load(_ path: String, as file: String) throws(ProtocolError) -> [ProtocolCodec] {
        let bytes: [UInt8]
        do throws(DataError) {
            bytes = try FileContents.read(path, limit: 4 << 20)
        } catch {
            throw ProtocolError(code: "P0002", message: error.message, hint: error.hint)
        }
        let base = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return try ProtocolLibrary.compile(bytes, file: file, folders: [base] + (folder.map { [$0] } ?? []))
    }

    /// A grammar from its text.
    ///
    /// - Parameter folders: Where the files of its `include` are looked for.
    public static func compile(
        _ bytes: [UInt8], file: String, folders: [String] = []
    ) throws(ProtocolError) -> [ProtocolCodec] {
        let grammar = try read(bytes, file: file, folders: folders, depth: 0)
        let codec = ProtocolCodec(grammar, try GrammarCompiler.compile(grammar), joined: try joined(grammar))
        return [codec]
            + grammar.aliases.map { alias in
                codec.alias(alias.name, Dictionary(alias.context.map { ($0.name, $0.value) }) { first, _ in first })
            }
    }

    /// What reads messages that were spread over several.
    private static func joined(_ grammar: Grammar) throws(ProtocolError) -> ProtocolCodec? {
        guard let fragments = grammar.fragments else { return nil }
        var whole = grammar
        whole.name += " \(fragments.type.name)"
        whole.message = [Element(name: nil, mark: fragments.type.mark, kind: .reference(fragments.type))]
        whole.framing = nil
        whole.transform = nil
        whole.fragments = nil
        whole.vectors = []
        return ProtocolCodec(whole, try GrammarCompiler.compile(whole))
    }

    private static func read(
        _ bytes: [UInt8], file: String, folders: [String], depth: Int
    ) throws(ProtocolError) -> Grammar {
        var reader = GrammarReader(file: file) { (name) throws(ProtocolError) in
            guard depth < 8 else {
                throw ProtocolError(code: "P0001", message: "\(file): grammars include each other too deep")
            }
            // A grammar takes in its neighbours and those of the library, and nothing from elsewhere.
            for folder in folders
            where !name.contains("/") && !name.contains("\0")
                && Folder.entry(at: "\(folder)/\(name).yaml") == .file
            {
                let content: [UInt8]
                do throws(DataError) {
                    content = try FileContents.read("\(folder)/\(name).yaml", limit: 4 << 20)
                } catch {
                    throw ProtocolError(code: "P0001", message: error.message, hint: error.hint)
                }
                return try read(content, file: "\(name).yaml", folders: folders, depth: depth + 1)
            }
            throw ProtocolError(
                code: "P0001", message: "\(file): there is no grammar `\(name)` to include",
                hint: "it is looked for in \(folders.joined(separator: " and "))")
        }
        return try reader.read(bytes)
    }
}
