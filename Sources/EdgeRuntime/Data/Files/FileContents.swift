import Glibc

/// Whole files, read and written through libc.
public enum FileContents {
    /// A file larger than this is not read at once.
    public static let maximumLength = 2 << 30

    /// The bytes of a file. A pipe or device is read to its end.
    ///
    /// - Throws: `DataError` where it is missing, a folder, too large or not readable.
    public static func read(_ path: String, limit: Int = maximumLength) throws(DataError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path, reason: SystemError.text) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path, reason: SystemError.text) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .unreadable(path, reason: "it is a folder") }
        let expected = Int(status.st_size)
        guard expected <= limit else { throw .tooLarge(path, bytes: expected, limit: limit) }
        // One byte more than the file says, so that its end is seen without growing the buffer.
        var bytes = [UInt8](repeating: 0, count: max(expected + 1, 4096))
        var length = 0
        while true {
            if length == bytes.count {
                guard length <= limit else { throw .tooLarge(path, bytes: length, limit: limit) }
                bytes.append(contentsOf: repeatElement(0, count: length))
            }
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + length }, buffer.count - length)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path, reason: SystemError.text) }
            if count == 0 { break }
            length += count
        }
        bytes.removeLast(bytes.count - length)
        return bytes
    }

    /// The text of a file, which must be UTF-8; a mark of byte order at its start is left out.
    public static func readText(_ path: String, limit: Int = maximumLength) throws(DataError) -> String {
        let bytes = try read(path, limit: limit)
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: content, as: UTF8.self) else {
            throw .unreadable(path, reason: "it is not text in UTF-8")
        }
        return text
    }

    /// Writes a file under a temporary name beside its place, then renames it, so that no reader ever sees half of it.
    ///
    /// - Throws: `DataError` where the system refuses; what was there before is then still there.
    public static func write(_ bytes: some Collection<UInt8>, to path: String) throws(DataError) {
        let temporary = path + ".\(getpid()).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritten(path, reason: SystemError.text) }
        let failure = Array(bytes).withUnsafeBytes { writeAll($0, to: descriptor) }
        close(descriptor)
        guard failure == nil, rename(temporary, path) == 0 else {
            let reason = failure ?? SystemError.text
            unlink(temporary)
            throw .unwritten(path, reason: reason)
        }
    }

    /// Adds bytes at the end of a file, which is made where it is missing.
    public static func append(_ bytes: some Collection<UInt8>, to path: String) throws(DataError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritten(path, reason: SystemError.text) }
        defer { close(descriptor) }
        let failure = Array(bytes).withUnsafeBytes { writeAll($0, to: descriptor) }
        if let failure { throw .unwritten(path, reason: failure) }
    }

    /// - Returns: why it failed, nil where it did not.
    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> String? {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return SystemError.text }
            written += count
        }
        return nil
    }
}

/// What the system said about its last refusal.
enum SystemError {
    static var text: String {
        switch errno {
        case ENOENT: "there is no such file"
        case EISDIR: "it is a folder"
        case EACCES: "permission denied"
        case let number: String(cString: strerror(number)).lowercased()
        }
    }
}
