import Glibc

extension FileContents {
    /// Replaces the contents of a file that is there, under a temporary name and a rename, and keeps its permissions. Where the path
    /// is a link, the file it leads to is replaced.
    ///
    /// - Throws: `DataError` where the system refuses; the old contents are then still there.
    public static func replace(_ bytes: some Collection<UInt8>, at path: String) throws(DataError) {
        var status = stat()
        guard let resolved = realpath(path, nil) else { throw .unwritten(path, reason: SystemError.text) }
        defer { free(resolved) }
        let target = String(cString: resolved)
        guard stat(target, &status) == 0 else { throw .unwritten(path, reason: SystemError.text) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unwritten(path, reason: "it is no file") }
        // Where the file itself may not be written, a rename must not get around that.
        guard access(target, W_OK) == 0 else { throw .unwritten(path, reason: SystemError.text) }
        let temporary = target + ".\(getpid()).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unwritten(path, reason: SystemError.text) }
        var failure = Array(bytes).withUnsafeBytes { writeAll($0, to: descriptor) }
        if failure == nil, fchmod(descriptor, status.st_mode & 0o7777) != 0 { failure = SystemError.text }
        if failure == nil, fsync(descriptor) != 0 { failure = SystemError.text }
        close(descriptor)
        guard failure == nil, rename(temporary, target) == 0 else {
            let reason = failure ?? SystemError.text
            unlink(temporary)
            throw .unwritten(path, reason: reason)
        }
    }
}
