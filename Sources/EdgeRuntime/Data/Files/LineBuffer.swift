import Glibc

/// Bytes that arrive in pieces, cut into lines.
struct LineBuffer {
    /// A line that is longer is an error: a file without line ends must not fill the memory.
    static let longest = 16 << 20

    private let name: String
    private let repairs: Bool
    private var bytes: [UInt8] = []
    /// Where the next line begins.
    private var start = 0
    /// Up to where there is no line end behind `start`.
    private var searched = 0
    private var number = 0

    /// - Parameters:
    ///   - name: Of the file, for messages.
    ///   - repairs: Whether bytes that are not UTF-8 become U+FFFD; otherwise they are an error.
    init(name: String, repairs: Bool) {
        self.name = name
        self.repairs = repairs
    }

    /// Bytes that wait to become a line.
    var count: Int { bytes.count - start }

    /// Reads from a descriptor what there is, up to 64 KiB.
    ///
    /// - Returns: what `read` gave.
    mutating func fill(from descriptor: Int32) -> Int {
        if start > 0 {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        let size = 64 << 10
        let end = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: size))
        let count = bytes.withUnsafeMutableBytes { buffer in
            Glibc.read(descriptor, buffer.baseAddress.map { $0 + end }, size)
        }
        bytes.removeLast(size - max(0, count))
        return count
    }

    /// The next whole line without its end; nil where there is none yet.
    mutating func next() throws(DataError) -> String? {
        let end = bytes.withUnsafeBytes { buffer -> Int? in
            guard let base = buffer.baseAddress, searched < buffer.count,
                let found = memchr(base + searched, 0x0A, buffer.count - searched)
            else { return nil }
            return found - UnsafeMutableRawPointer(mutating: base)
        }
        guard let end else {
            searched = bytes.count
            guard count <= LineBuffer.longest else {
                throw DataError(
                    code: "E0413", message: "\(name): line \(number + 1) is longer than 16 MiB",
                    hint: "is it text? `read_bytes` reads other files")
            }
            return nil
        }
        defer {
            start = end + 1
            searched = start
        }
        return try text(start..<end)
    }

    /// What stands behind the last line end, as a line; nil where that is nothing.
    mutating func rest() throws(DataError) -> String? {
        guard count > 0 else { return nil }
        defer {
            start = bytes.count
            searched = start
        }
        return try text(start..<bytes.count)
    }

    private mutating func text(_ range: Range<Int>) throws(DataError) -> String {
        number += 1
        var line = bytes[range]
        if line.last == 0x0D { line.removeLast() }
        // A mark of byte order at the start of a file is none of its text.
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        if let text = String(validating: line, as: UTF8.self) { return text }
        guard repairs else {
            throw DataError(
                code: "E0404", message: "\(name): line \(number) is not UTF-8",
                hint: "`repair: true` puts U+FFFD in place of what is not")
        }
        return String(decoding: line, as: UTF8.self)
    }
}

/// What a reader of lines found.
public enum LineOutcome: Sendable, Equatable {
    case line(String)
    /// There is none yet.
    case nothing
    case end
}
