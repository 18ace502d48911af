import Glibc

/// The files and folders a path may go on to.
struct FileCandidates {
    /// No more names are read of one folder: completion answers at once, whatever lies there.
    static let mostNames = 10_000

    struct Entry: Equatable {
        /// The path as the user would write it.
        var path: String
        var name: String
        var isFolder: Bool
    }

    /// What the last part of a path may become, sorted by name.
    ///
    /// - Parameters:
    ///   - path: what has been typed; names that begin with a dot are left out unless it has one.
    ///   - root: the folder that a relative path is seen from.
    static func entries(beginning path: String, in root: String = "") -> [Entry] {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? ""
        let start = slash.map { String(path[path.index(after: $0)...]) } ?? path
        var place = folder.hasPrefix("/") || root.isEmpty ? folder : root + "/" + folder
        if place.hasPrefix("~/"), let home = Terminal.environment("HOME") { place = home + place.dropFirst() }
        guard let stream = opendir(place.isEmpty ? "." : place) else { return [] }
        defer { closedir(stream) }
        var entries: [Entry] = []
        var count = 0
        while count < mostNames, let entry = readdir(stream) {
            count += 1
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(validating: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name, name != ".", name != "..", name.hasPrefix(start) else { continue }
            guard start.hasPrefix(".") || !name.hasPrefix(".") else { continue }
            // A name that a string of the language would have to escape is not offered.
            guard !name.contains(where: { $0 == "\"" || $0 == "\\" || $0.isNewline }) else { continue }
            let isFolder: Bool
            switch Int(entry.pointee.d_type) {
            case Int(DT_DIR): isFolder = true
            case Int(DT_REG): isFolder = false
            default: isFolder = FileCandidates.isFolder(place + name)
            }
            entries.append(Entry(path: folder + name, name: name, isFolder: isFolder))
        }
        return entries.sorted { $0.name < $1.name }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
