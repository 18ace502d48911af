import EdgeData
import Glibc

/// Messages of the Language Server Protocol over standard input and output: a header with `Content-Length`, an empty line, JSON.
///
/// What arrives is not trusted: lines and bodies have bounds, and what makes no sense is reported and skipped.
final class MessageChannel {
    enum Incoming {
        case message(DataTree)
        /// What arrived is no message; says why.
        case malformed(String)
        case end
    }

    /// A body longer than this is skipped.
    static let maximumBody = 96 << 20
    /// A header line longer than this is skipped.
    private static let maximumLine = 4096

    private let output = OutputStream(descriptor: STDOUT_FILENO)
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var position = 0
    private var end = 0

    /// Whether answers still arrive.
    var isBroken: Bool { output.failure != 0 }

    /// Waits for the next message.
    func receive() -> Incoming {
        var length: Int?
        var sawHeader = false
        while true {
            guard let line = readLine() else { return .end }
            if line.isEmpty {
                // Empty lines between messages do no harm.
                if !sawHeader { continue }
                guard let length else { return .malformed("a message needs the header Content-Length") }
                return readBody(length)
            }
            sawHeader = true
            let text = String(decoding: line, as: UTF8.self)
            guard let colon = text.firstIndex(of: ":") else { return .malformed("a header line is `Name: value`") }
            guard text[..<colon].lowercased() == "content-length" else { continue }
            let digits = text[text.index(after: colon)...].filter { !$0.isWhitespace }
            guard let value = Int(digits), value >= 0 else {
                return .malformed("Content-Length is not a number of bytes: \(digits.prefix(40))")
            }
            length = value
        }
    }

    func send(_ message: DataTree) {
        guard let text = try? JSONWriter(nonFinite: .null).write(message) else { return }
        output.write("Content-Length: \(text.utf8.count)\r\n\r\n\(text)")
        output.flush()
    }

    private func readBody(_ length: Int) -> Incoming {
        guard length <= Self.maximumBody else {
            for _ in 0..<length where readByte() == nil { return .end }
            return .malformed("a message of \(length) bytes is longer than the \(Self.maximumBody) that are read")
        }
        var body: [UInt8] = []
        while body.count < length {
            if position == end, !fill() { return .end }
            let count = min(end - position, length - body.count)
            body += buffer[position..<position + count]
            position += count
        }
        do {
            return .message(try JSONReader.read(body))
        } catch {
            return .malformed("the message is not JSON: \(error.message)")
        }
    }

    /// A header line without its end; nil at the end of the input. Of a line that is too long only the beginning is kept.
    private func readLine() -> [UInt8]? {
        var line: [UInt8] = []
        while let byte = readByte() {
            if byte == 0x0A {
                if line.last == 0x0D { line.removeLast() }
                return line
            }
            if line.count < Self.maximumLine { line.append(byte) }
        }
        return nil
    }

    private func readByte() -> UInt8? {
        if position == end, !fill() { return nil }
        defer { position += 1 }
        return buffer[position]
    }

    private func fill() -> Bool {
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR || errno == EAGAIN {
                var readiness = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
                _ = poll(&readiness, 1, -1)
                continue
            }
            (position, end) = (0, max(0, count))
            return count > 0
        }
    }
}
