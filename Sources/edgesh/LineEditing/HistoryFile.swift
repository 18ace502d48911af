import Glibc

/// The entries of earlier sessions, one a line, in the user's state directory (XDG base directories).
///
/// Sessions may run side by side and may be killed: each entry is appended by one write as it is made, and what cannot be read
/// back (another program's bytes, a half-written line) is skipped. Line ends inside an entry are written `\n`, backslashes `\\`.
///
/// A file that has grown long is replaced by one with the newest entries when a session begins. A lock keeps that from dropping what
/// another session appends meanwhile; nobody waits for it longer than a blink.
struct HistoryFile {
    static let maximumEntries = 2000
    /// An entry longer than this is not kept.
    private static let maximumEntryLength = 1 << 16
    /// A longer file is made short again; what is older than these last bytes is not read.
    private static let maximumLength = 1 << 20

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
        guard let content = HistoryFile.read(descriptor) else { return [] }
        if content.isLong { shorten(path) }
        return content.entries
    }

    /// Adds an entry at the end. A history that cannot be written is no reason to disturb the session.
    func append(_ entry: String) {
        guard let path, !entry.isEmpty, entry.utf8.count <= HistoryFile.maximumEntryLength / 2 else { return }
        makeDirectories(above: path)
        // The file may be replaced by a shorter one between opening and locking: then the entry goes there.
        for _ in 0..<4 {
            let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            let isLocked = HistoryFile.lock(descriptor)
            guard HistoryFile.isRegular(descriptor) else { return }
            if isLocked, !HistoryFile.isAt(path, descriptor) { continue }
            // What a killed session left half written ends here.
            let start = HistoryFile.endsInside(descriptor) ? "\n" : ""
            let line = Array((start + HistoryFile.line(entry)).utf8)
            _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            return
        }
    }

    // MARK: The file

    private static func read(_ descriptor: Int32) -> (entries: [String], isLong: Bool)? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let skipped = max(0, Int(status.st_size) - maximumLength)
        guard lseek(descriptor, skipped, SEEK_SET) >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: min(Int(status.st_size), maximumLength))
        let capacity = bytes.count
        var length = 0
        while length < capacity {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(
                    descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer[length...]).baseAddress,
                    capacity - length)
            }
            guard count > 0 else { break }
            length += count
        }
        var lines = bytes[..<length].split(separator: UInt8(ascii: "\n"))
        if skipped > 0, !lines.isEmpty { lines.removeFirst() }
        return (lines.compactMap(entry).suffix(maximumEntries), skipped > 0 || lines.count > 2 * maximumEntries)
    }

    /// Replaces the file by one with its newest entries.
    private func shorten(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // With the lock held nobody appends, so that nothing is lost between reading and replacing.
        guard HistoryFile.lock(descriptor), HistoryFile.isAt(path, descriptor),
            let content = HistoryFile.read(descriptor),
            content.isLong
        else { return }
        let shorter = "\(path).\(getpid())"
        let target = open(shorter, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard target >= 0 else { return }
        defer { close(target) }
        // A quarter is left free, so that this is not done again for every entry.
        let kept = content.entries.suffix(HistoryFile.maximumEntries * 3 / 4).map(HistoryFile.line)
        var bytes: [UInt8] = []
        for line in kept.reversed() where bytes.count + line.utf8.count < HistoryFile.maximumLength * 3 / 4 {
            bytes.insert(contentsOf: line.utf8, at: 0)
        }
        let written = bytes.withUnsafeBytes { write(target, $0.baseAddress, $0.count) }
        if written != bytes.count || rename(shorter, path) != 0 { unlink(shorter) }
    }

    /// - Returns: whether nobody else has the file for themselves now.
    private static func lock(_ descriptor: Int32) -> Bool {
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK || errno == EINTR else { return false }
            usleep(5_000)
        }
        return false
    }

    private static func isRegular(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether a path still names the file that was opened.
    private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
        var (named, opened) = (stat(), stat())
        guard stat(path, &named) == 0, fstat(descriptor, &opened) == 0 else { return false }
        return named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
    }

    /// Whether the last line has no end.
    private static func endsInside(_ descriptor: Int32) -> Bool {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > 0 else { return false }
        var last: UInt8 = 0
        return pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
    }

    private func makeDirectories(above path: String) {
        let parts = path.split(separator: "/").dropLast()
        var directory = ""
        for part in parts {
            directory += "/" + part
            _ = mkdir(directory, 0o700)
        }
    }

    // MARK: Lines

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
            } else if scalar.value < 0x20 && scalar != "\t" || (0x7F...0x9F).contains(scalar.value) {
                return nil
            } else {
                entry.unicodeScalars.append(scalar)
            }
        }
        return isEscaped || entry.isEmpty ? nil : entry
    }
}
