import Glibc

/// Writes text to a descriptor: line by line to a terminal, in larger pieces to a file or another program.
///
/// Not safe for use by several threads at once: the interpreter's thread owns it.
final class OutputStream {
    /// The first error number that a write met; what came after it was dropped.
    private(set) var failure: Int32 = 0

    private let descriptor: Int32
    private let writesThrough: Bool
    private var buffer: [UInt8] = []
    private static let bufferSize = 1 << 16

    init(descriptor: Int32) {
        self.descriptor = descriptor
        writesThrough = Terminal.isTerminal(descriptor)
    }

    func write(_ text: String) {
        guard failure == 0 else { return }
        buffer.append(contentsOf: text.utf8)
        if writesThrough || buffer.count >= OutputStream.bufferSize { flush() }
    }

    /// Hands everything to the system.
    func flush() {
        defer { buffer.removeAll(keepingCapacity: true) }
        var written = 0
        while written < buffer.count, failure == 0 {
            let count = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                // Somebody made the descriptor non-blocking, perhaps another program that shares it: wait for room.
                var readiness = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&readiness, 1, -1)
            } else if errno != EINTR {
                failure = errno
            }
        }
    }
}
