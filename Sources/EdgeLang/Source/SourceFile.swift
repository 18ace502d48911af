/// One text a program is read from: a file, a `-e` argument, an entry at the prompt.
///
/// Kept as bytes, since everything from the lexer to the traceback counts in UTF-8 offsets.
public struct SourceFile: Sendable {
    /// Texts longer than this are refused before they are read: offsets are 32 bits wide, and no script is that long.
    public static let maximumLength = 64 << 20

    /// What diagnostics call it: the path as the user wrote it, `<command line>`, `<prompt 3>`.
    public let name: String
    public let bytes: [UInt8]
    /// Offsets at which lines begin; the first is always 0.
    public let lineStarts: [UInt32]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        var starts: [UInt32] = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(UInt32(clamping: offset + 1))
        }
        lineStarts = starts
    }

    public init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    /// The zero-based index of the line that holds an offset; offsets behind the end belong to the last line.
    public func line(at offset: UInt32) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The offsets a line covers, without its line ending.
    public func range(ofLine line: Int) -> Range<Int> {
        guard lineStarts.indices.contains(line) else { return bytes.count..<bytes.count }
        let start = Int(lineStarts[line])
        var end = line + 1 < lineStarts.count ? Int(lineStarts[line + 1]) - 1 : bytes.count
        if end > start, end <= bytes.count, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<max(start, end)
    }

    /// Where an offset lies for people: line and column, both counted from one, the column in characters.
    public func position(at offset: UInt32) -> (line: Int, column: Int) {
        let line = line(at: offset)
        let range = range(ofLine: line)
        let end = min(max(Int(offset), range.lowerBound), bytes.count)
        let column = String(decoding: bytes[range.lowerBound..<end], as: UTF8.self).count + 1
        return (line + 1, column)
    }

    /// The text a span covers; empty where the span lies outside.
    public func text(of span: Span) -> String {
        let end = min(Int(span.end), bytes.count)
        guard Int(span.start) < end else { return "" }
        return String(decoding: bytes[Int(span.start)..<end], as: UTF8.self)
    }
}
