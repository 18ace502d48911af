import Glibc

/// Reads the lines of a file as they are written to it, as `tail -F` does: it goes on in the new file where the file was replaced (a log that
/// is rotated), from the start where it was cut short, and waits for a file that is not there.
public final class FollowedFile {
    private let path: String
    private var buffer: LineBuffer
    private var descriptor: Int32 = -1
    private var device: dev_t = 0
    private var inode: ino_t = 0
    private var offset = 0
    private var skipsToEnd: Bool
    /// Whether another file stands in its place: then this one is read to its end once more, and left.
    private var isReplaced = false

    /// - Parameter fromStart: Whether to begin with what stands in the file already.
    public init(path: String, fromStart: Bool, repairs: Bool = false) {
        self.path = path
        skipsToEnd = !fromStart
        buffer = LineBuffer(name: path, repairs: repairs)
    }

    deinit { close() }

    /// The next line, if it stands in the file by now.
    ///
    /// - Throws: `DataError` where the system refuses, the text is not UTF-8 or a line is too long.
    public func next() throws(DataError) -> LineOutcome {
        while true {
            if let line = try buffer.next() { return .line(line) }
            if descriptor < 0 {
                guard try begin() else { return .nothing }
            }
            let count = buffer.fill(from: descriptor)
            if count > 0 {
                offset += count
                continue
            }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { return .nothing }
                throw .unreadable(path, reason: SystemError.text)
            }
            if isReplaced {
                close()
                if let rest = try buffer.rest() { return .line(rest) }
                continue
            }
            guard try hasChanged() else { return .nothing }
            if let rest = isReplaced ? nil : try buffer.rest() { return .line(rest) }
        }
    }

    /// Opens the file.
    ///
    /// - Returns: whether it is there.
    private func begin() throws(DataError) -> Bool {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT {
                // What will be written is new from its start on.
                skipsToEnd = false
                return false
            }
            throw .unreadable(path, reason: SystemError.text)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path, reason: SystemError.text) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close()
            throw .unreadable(path, reason: "only a file can be followed")
        }
        (device, inode, offset, isReplaced) = (status.st_dev, status.st_ino, 0, false)
        if skipsToEnd {
            offset = Int(lseek(descriptor, 0, SEEK_END))
            skipsToEnd = false
        }
        return true
    }

    /// Looks whether the file was cut short or replaced, and gets ready for what stands there now.
    private func hasChanged() throws(DataError) -> Bool {
        var status = stat()
        if fstat(descriptor, &status) == 0, Int(status.st_size) < offset {
            guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .unreadable(path, reason: SystemError.text) }
            offset = 0
            return true
        }
        guard stat(path, &status) == 0 else { return false }
        isReplaced = status.st_dev != device || status.st_ino != inode
        return isReplaced
    }

    /// Lets go of the file.
    public func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}
