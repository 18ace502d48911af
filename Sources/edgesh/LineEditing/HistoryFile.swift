import Glibc

/// The entries of earlier sessions, one a line, in the user's state directory (XDG base directories).
///
/// Sessions may run side by side and may be killed: each entry is appended by one write as it is made, and what cannot be read
/// back (another program's bytes, a half-written line) is skipped. Line ends inside an entry are written `\n`, backslashes `\\`.
struct HistoryFile {
    static let maximumEntries = 2000
    /// An entry longer than this is not kept.
    private static let maximumEntryLength = 1 << 16
    /// What is older than the last bytes of the file is not read.
    private static let maximumLength = 4 << 20

    /// nil where there is no home: then nothing is kept.
    let path: String?

    init(path: String?) { self.path = path }

    /// The file of the user who runs the program.
    static func ofUser() -> HistoryFile {
        if let state = Terminal.environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            return HistoryFile(path: state + "/edgesh/history")
        }
        guard let home = Terminal.environment("HOME"), home.hasPrefix("/") else { return HistoryFile(path: nil) }
        return HistoryFile(path: home + "/.local/state/edgesh/history")
    }

    /// The entries that can be read, oldest first.
    func load() -> [String] {
        guard let path else { return [] }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
        let skipped = max(0, Int(status.st_size) - HistoryFile.maximumLength)
        guard lseek(descriptor, skipped, SEEK_SET) >= 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: min(Int(status.st_size), HistoryFile.maximumLength))
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + length, $0.count - length)
            }
            guard count > 0 else { break }
            length += count
        }
        var lines = bytes[..<length].split(separator: UInt8(ascii: "\n"))
        if skipped > 0, !lines.isEmpty { lines.removeFirst() }
        return lines.compactMap(HistoryFile.entry).suffix(HistoryFile.maximumEntries)
    }

    /// Adds an entry at the end. A history that cannot be written is no reason to disturb the session.
    func append(_ entry: String) {
        guard let path, !entry.isEmpty, entry.utf8.count <= HistoryFile.maximumEntryLength else { return }
        makeDirectories(above: path)
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let line = Array(HistoryFile.line(entry).utf8)
        _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    private func makeDirectories(above path: String) {
        let parts = path.split(separator: "/").dropLast()
        var directory = ""
        for part in parts {
            directory += "/" + part
            _ = mkdir(directory, 0o700)
        }
    }

    private static func line(_ entry: String) -> String {
        var line = ""
        for scalar in entry.unicodeScalars {
            switch scalar {
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line + "\n"
    }

    /// The entry a line holds; nil for what no session wrote.
    private static func entry(_ line: ArraySlice<UInt8>) -> String? {
        guard line.count <= maximumEntryLength, let text = String(validating: line, as: UTF8.self) else { return nil }
        var entry = ""
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                entry.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar.value < 0x20 && scalar != "\t" || scalar.value == 0x7F {
                return nil
            } else {
                entry.unicodeScalars.append(scalar)
            }
        }
        return isEscaped || entry.isEmpty ? nil : entry
    }
}
