#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Whole files, read and written through libc.
package enum FileBytes {
    /// The length of a file; zero where it has none of its own.
    static func length(path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw ModelError.unreadable(path, reason: reason()) }
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    }

    /// The bytes of a regular file, or a part of it that must lie within it.
    package static func read(path: String, offset: Int = 0, length: Int? = nil) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ModelError.unreadable(path, reason: reason()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ModelError.unreadable(path, reason: reason()) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ModelError.unreadable(
                path, reason: status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a regular file")
        }
        let size = Int(status.st_size)
        let wanted = length ?? size - min(offset, size)
        guard offset <= size, wanted <= size - offset else {
            throw ModelError.unreadable(
                path, reason: "bytes \(offset)..<\(offset)+\(wanted) lie beyond its end at \(size)")
        }
        return try Array(unsafeUninitializedCapacity: wanted) { buffer, filled in
            while filled < wanted {
                let got = pread(descriptor, buffer.baseAddress! + filled, wanted - filled, off_t(offset + filled))
                if got < 0 && errno == EINTR { continue }
                guard got >= 0 else { throw ModelError.unreadable(path, reason: reason()) }
                if got == 0 { throw ModelError.unreadable(path, reason: "it became shorter while it was read") }
                filled += got
            }
        }
    }

    /// Writes to a temporary name beside the target, then renames, so that no reader ever sees half a file.
    package static func write(_ bytes: [UInt8], path: String) throws {
        let temporary = path + ".\(getpid()).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ModelError.unwritten(path, reason: reason()) }
        func fail() -> ModelError {
            let error = ModelError.unwritten(path, reason: reason())
            close(descriptor)
            unlink(temporary)
            return error
        }
        var done = 0
        while done < bytes.count {
            let sent = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress! + done, bytes.count - done) }
            if sent < 0 && errno == EINTR { continue }
            guard sent > 0 else { throw fail() }
            done += sent
        }
        guard fsync(descriptor) == 0 else { throw fail() }
        close(descriptor)
        guard rename(temporary, path) == 0 else {
            let error = ModelError.unwritten(path, reason: reason())
            unlink(temporary)
            throw error
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}

/// `write` of libc, under a name that does not hide behind `FileBytes.write`.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
