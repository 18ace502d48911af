import Glibc

/// A path as the system will understand it: absolute, without `.` and `..`, every symbolic link on the way followed.
///
/// It is found step by step, since the last parts need not exist: a file that is to be written lies where its folder leads to, and
/// where a link leads to a file that is not there yet, that place counts.
enum ResolvedPath {
    private static let mostLinks = 40

    /// The place that a path means; nil where it can mean none.
    static func of(_ path: String) -> String? {
        guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
        var pending = Array(path.split(separator: "/").reversed())
        var place: [Substring] = []
        if !path.hasPrefix("/") {
            guard let folder = workingDirectory else { return nil }
            place = folder.split(separator: "/")
        }
        var links = 0
        while let part = pending.popLast() {
            switch part {
            case ".": continue
            case "..": _ = place.popLast()
            default:
                place.append(part)
                guard let target = link(at: "/" + place.joined(separator: "/")) else { continue }
                links += 1
                guard links <= mostLinks else { return nil }
                if target.hasPrefix("/") { place = [] } else { place.removeLast() }
                pending += target.split(separator: "/").reversed()
            }
        }
        return "/" + place.joined(separator: "/")
    }

    private static var workingDirectory: String? {
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    /// Where a symbolic link leads to; nil for everything else.
    private static func link(at path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
        let length = buffer.withUnsafeMutableBytes { raw in
            raw.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, raw.count) } ?? -1
        }
        guard length > 0 else { return nil }
        return String(decoding: buffer[..<length], as: UTF8.self)
    }

    /// Whether a resolved path is a folder or file or lies below it.
    static func lies(_ path: String, in folder: String) -> Bool {
        folder == "/" || path == folder || path.hasPrefix(folder + "/")
    }
}
