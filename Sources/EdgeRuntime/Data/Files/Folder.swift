import Glibc

/// Folders and what is in them.
public enum Folder {
    /// What a path names.
    public enum Entry: Sendable {
        case nothing, file, folder
    }

    /// What stands at a path; links are followed.
    public static func entry(at path: String) -> Entry {
        var status = stat()
        guard stat(path, &status) == 0 else { return .nothing }
        return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }

    /// Whether a path names a symbolic link.
    public static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// The names in a folder, sorted, without `.` and `..`. Names that are not UTF-8 are left out: no text can say them.
    ///
    /// - Throws: `DataError` where it is missing, no folder or not readable.
    public static func names(in path: String) throws(DataError) -> [String] {
        guard let stream = opendir(path) else {
            throw .unreadable(path, reason: errno == ENOTDIR ? "it is not a folder" : SystemError.text)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(validating: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a folder and those above it that are missing.
    ///
    /// - Throws: `DataError` where the system refuses or a file is in the way.
    public static func make(_ path: String) throws(DataError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += part
            if mkdir(partial, 0o777) != 0 {
                let reason = errno == EEXIST ? "a file is in the way" : SystemError.text
                guard entry(at: partial) == .folder else { throw .unwritten(path, reason: reason) }
            }
            partial += "/"
        }
    }

    /// A path joined to a folder, unless it starts at the root already.
    public static func join(_ folder: String, _ path: String) -> String {
        if folder.isEmpty || path.hasPrefix("/") { return path }
        return folder.hasSuffix("/") ? folder + path : folder + "/" + path
    }
}
