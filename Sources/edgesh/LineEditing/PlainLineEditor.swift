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

/// Waits for what a person does next.
enum Keyboard {
    enum Event { case ready, interrupted }

    /// Returns when standard input can be read (or has ended), or Ctrl-C was pressed.
    static func wait() -> Event {
        while true {
            if Interrupts.isPending {
                Interrupts.clear()
                return .interrupted
            }
            var descriptors = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: Interrupts.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&descriptors, 2, -1) > 0 else { continue }
            if descriptors[1].revents == 0, descriptors[0].revents != 0 { return .ready }
        }
    }
}
