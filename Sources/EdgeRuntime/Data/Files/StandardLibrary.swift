import Glibc

/// The folder `stdlib` that comes with edgesh: modules, protocol grammars and device profiles.
public enum StandardLibrary {
    /// The environment variable that names another one.
    public static let variable = "EDGESH_STDLIB"

    /// Where the library is: what the variable says, else `share/edgesh/stdlib` beside the program's `bin`, else `stdlib` in the
    /// nearest folder above the program, which is where a build in a checkout finds it. Nil where there is none.
    public static let folder: String? = {
        if let named = getenv(variable) {
            let path = String(cString: named)
            return Folder.entry(at: path) == .folder ? path : nil
        }
        var folder = programFolder
        let installed = folder + "/../share/edgesh/stdlib"
        if holdsLibrary(installed) { return installed }
        while !folder.isEmpty {
            if holdsLibrary(folder + "/stdlib") { return folder + "/stdlib" }
            folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        }
        return nil
    }()

    /// The path of one file of the library, `protocols/modbus-tcp.yaml`.
    ///
    /// - Throws: `DataError` where the library or the file is missing.
    public static func path(_ name: String) throws(DataError) -> String {
        guard let folder else {
            throw .unreadable("stdlib/\(name)", reason: "edgesh's library is not installed; \(variable) may name it")
        }
        let path = Folder.join(folder, name)
        guard Folder.entry(at: path) != .nothing else { throw .unreadable(path, reason: "there is no such file") }
        return path
    }

    private static func holdsLibrary(_ path: String) -> Bool {
        Folder.entry(at: path + "/protocols") == .folder && Folder.entry(at: path + "/devices") == .folder
    }

    private static var programFolder: String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes { raw in
            guard let start = raw.bindMemory(to: CChar.self).baseAddress else { return 0 }
            return readlink("/proc/self/exe", start, raw.count)
        }
        guard length > 0, let path = String(validating: buffer[..<length], as: UTF8.self),
            let slash = path.lastIndex(of: "/")
        else { return "" }
        return String(path[..<slash])
    }
}
