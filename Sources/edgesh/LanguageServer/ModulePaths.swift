import EdgeData
import Glibc

/// Where modules lie, as an editor asks for them.
enum ModulePaths {
    /// The real path of the file that an import means; nil where there is none.
    static func resolve(_ path: String, from file: String, library: [String]) -> String? {
        let name = path.hasSuffix(".edge") ? path : path + ".edge"
        return folders(for: path, from: file, library).lazy
            .map { $0 + name }
            .first { Folder.entry(at: $0) == .file }
            .flatMap { realPath($0) }
    }

    /// How a path in quotes may go on: folders with a slash, and modules without their ending.
    static func completions(of typed: String, from file: String, library: [String]) -> [String] {
        let slash = typed.lastIndex(of: "/")
        let folder = slash.map { String(typed[...$0]) } ?? ""
        var found: Set<String> = folder.isEmpty ? ["./", "../"] : []
        for root in folders(for: typed, from: file, library) {
            for name in (try? Folder.names(in: root + folder)) ?? [] where !name.hasPrefix(".") {
                let isFolder = Folder.entry(at: root + folder + name) == .folder
                if isFolder {
                    found.insert(folder + name + "/")
                } else if name.hasSuffix(".edge"), root + folder + name != file {
                    found.insert(folder + name.dropLast(".edge".count))
                }
            }
        }
        return found.filter { $0.hasPrefix(typed) }.sorted()
    }

    private static func folders(for path: String, from file: String, _ library: [String]) -> [String] {
        if path.hasPrefix("/") { return [""] }
        guard path.hasPrefix("./") || path.hasPrefix("../") else { return library.map { $0 + "/" } }
        return [file.lastIndex(of: "/").map { String(file[...$0]) } ?? "./"]
    }

    static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
