import Glibc

/// Reads lines as they come: for terminals that cannot move a cursor, and for input that is no terminal.
final class PlainLineEditor: LineEditor {
    var completer: (any LineCompleter)?
    private var pending: [UInt8] = []
    private var reachedEnd = false
    /// A line longer than this is cut: a person did not type it.
    private static let maximumLength = 16 << 20

    func remember(_ entry: String) {}

    func read(prompt: String) -> LineEvent {
        writeAll(prompt)
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeFirst(end + 1)
                return .line(line)
            }
            if reachedEnd || pending.count > PlainLineEditor.maximumLength {
                guard !pending.isEmpty else { return .end }
                defer { pending.removeAll() }
                return .line(String(decoding: pending, as: UTF8.self))
            }
            switch Keyboard.wait() {
            case .interrupted:
                pending.removeAll()
                writeAll("\n")
                return .interrupted
            case .ready: readMore()
            case .signal: break
            }
        }
    }

    private func readMore() {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
        if count > 0 {
            pending.append(contentsOf: chunk[..<count])
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            reachedEnd = true
        }
    }

    private func writeAll(_ text: String) {
        let stream = OutputStream(descriptor: STDERR_FILENO)
        stream.write(text)
        stream.flush()
    }
}
