import EdgeData

/// The scripts that a tool is to work on.
enum ScriptFiles {
    /// How deep folders are searched.
    private static let maximumDepth = 64

    /// The file itself, or all files of a folder and those below it that end in `.edge`, in order. Hidden ones are left out, and
    /// links to folders are not followed.
    static func find(at path: String) throws(DataError) -> [String] {
        guard Folder.entry(at: path) == .folder else { return [path] }
        return try scripts(in: path == "." ? "" : path, depth: 0)
    }

    private static func scripts(in folder: String, depth: Int) throws(DataError) -> [String] {
        guard depth < maximumDepth else { return [] }
        var found: [String] = []
        for name in try Folder.names(in: folder.isEmpty ? "." : folder) where !name.hasPrefix(".") {
            let path = Folder.join(folder, name)
            switch Folder.entry(at: path) {
            case .folder: if !Folder.isLink(path) { found += try scripts(in: path, depth: depth + 1) }
            case .file: if name.hasSuffix(".edge") { found.append(path) }
            case .nothing: break
            }
        }
        return found
    }
}
