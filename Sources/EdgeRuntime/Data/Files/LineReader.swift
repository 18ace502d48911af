import Glibc

/// Reads a file, a pipe or standard input line by line. It keeps no more than a piece of it.
public final class LineReader {
    /// Whether lines come as time goes by: from a pipe, a terminal, a socket.
    public let isLive: Bool

    private let path: String
    private let ownsDescriptor: Bool
    private var descriptor: Int32
    private var buffer: LineBuffer

    /// Opens a file.
    ///
    /// - Throws: `DataError` where it is missing, a folder or not readable.
    public init(path: String, repairs: Bool = false) throws(DataError) {
        // A named pipe would keep `open` waiting for its other end.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path, reason: SystemError.text) }
        let kind = LineReader.kind(of: descriptor)
        if kind == S_IFDIR {
            Glibc.close(descriptor)
            throw .unreadable(path, reason: "it is a folder")
        }
        isLive = kind != S_IFREG
        self.path = path
        ownsDescriptor = true
        buffer = LineBuffer(name: path, repairs: repairs)
    }

    /// Reads what is open already, and leaves it open.
    public init(descriptor: Int32, name: String, repairs: Bool = false) {
        self.descriptor = descriptor
        path = name
        ownsDescriptor = false
        isLive = LineReader.kind(of: descriptor) != S_IFREG
        buffer = LineBuffer(name: name, repairs: repairs)
    }

    deinit { close() }

    private static func kind(of descriptor: Int32) -> mode_t {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    /// The next line.
    ///
    /// - Parameter milliseconds: How long to wait for one at most, where lines come as time goes by; a signal ends the waiting.
    /// - Throws: `DataError` where the system refuses, the text is not UTF-8 or a line is too long.
    public func next(waiting milliseconds: Int) throws(DataError) -> LineOutcome {
        while true {
            if let line = try buffer.next() { return .line(line) }
            guard descriptor >= 0 else { return .end }
            if isLive {
                var readiness = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&readiness, 1, Int32(clamping: milliseconds)) > 0 else { return .nothing }
            }
            let count = buffer.fill(from: descriptor)
            if count > 0 { continue }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { return .nothing }
                throw .unreadable(path, reason: SystemError.text)
            }
            close()
            return try buffer.rest().map { .line($0) } ?? .end
        }
    }

    /// Lets go of the file.
    public func close() {
        if ownsDescriptor, descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}
