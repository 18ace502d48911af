import EdgeData
import EdgeLang

/// A text that an editor has open, or a file that an open text refers to.
///
/// Positions of the protocol count lines and UTF-16 units, ours are offsets in UTF-8.
final class ServerDocument {
    let uri: String
    private(set) var source: SourceFile
    private var analysis: (parsed: ParseResult, index: SymbolIndex)?

    init(uri: String, text: [UInt8]) {
        self.uri = uri
        source = SourceFile(name: DocumentAddress.path(of: uri) ?? uri, bytes: text)
    }

    /// The tree, as far as the text can be read.
    var parsed: ParseResult { analyzed.parsed }

    /// What its names mean.
    var index: SymbolIndex { analyzed.index }

    private var analyzed: (parsed: ParseResult, index: SymbolIndex) {
        if let analysis { return analysis }
        let parsed = Parser.parse(source, as: FileID(0))
        let fresh = (parsed, SymbolIndex(parsed.program))
        analysis = fresh
        return fresh
    }

    // MARK: Changes

    /// Replaces a range of the text, or all of it.
    func change(_ range: DataTree?, to text: String) throws(ServerError) {
        var bytes = source.bytes
        if let range {
            let (start, end) = try offsets(of: range)
            bytes.replaceSubrange(start..<max(start, end), with: Array(text.utf8))
        } else {
            bytes = Array(text.utf8)
        }
        source = SourceFile(name: source.name, bytes: bytes)
        analysis = nil
    }

    // MARK: Positions

    /// The offset of a position; one behind the end of a line is at its end, one behind the text at the text's.
    func offset(of position: DataTree?) throws(ServerError) -> Int {
        guard let line = position?["line"]?.number, let character = position?["character"]?.number, line >= 0,
            character >= 0
        else { throw .invalidParameters("a position has `line` and `character`, numbers from 0 on") }
        guard line < source.lineStarts.count else { return source.bytes.count }
        let range = source.range(ofLine: line)
        var units = 0
        var offset = range.lowerBound
        while offset < range.upperBound, units < character {
            let (length, width) = Self.scalar(source.bytes[offset])
            units += width
            offset += length
        }
        return min(offset, range.upperBound)
    }

    func offsets(of range: DataTree) throws(ServerError) -> (start: Int, end: Int) {
        (try offset(of: range["start"]), try offset(of: range["end"]))
    }

    /// The position of an offset.
    func position(of offset: UInt32) -> DataTree {
        let line = source.line(at: offset)
        let range = source.range(ofLine: line)
        var units = 0
        var current = range.lowerBound
        while current < min(Int(offset), range.upperBound) {
            let (length, width) = Self.scalar(source.bytes[current])
            units += width
            current += length
        }
        return .object(["line": .int(line), "character": .int(units)])
    }

    func range(of span: Span) -> DataTree {
        .object(["start": position(of: span.start), "end": position(of: span.end)])
    }

    func location(of span: Span) -> DataTree {
        .object(["uri": .text(uri), "range": range(of: span)])
    }

    /// The bytes of a character and its UTF-16 units, by its first byte.
    private static func scalar(_ byte: UInt8) -> (length: Int, units: Int) {
        switch byte {
        case 0xC0..<0xE0: (2, 1)
        case 0xE0..<0xF0: (3, 1)
        case 0xF0...: (4, 2)
        default: (1, 1)
        }
    }
}

/// Addresses of documents: `file:///folder/a%20b.edge`.
enum DocumentAddress {
    /// The path of a file; nil for documents that are no files.
    static func path(of uri: String) -> String? {
        guard uri.hasPrefix("file://") else { return nil }
        let bytes = Array(uri.utf8.dropFirst("file://".utf8.count))
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        var result: [UInt8] = []
        var index = slash
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    static func uri(of path: String) -> String {
        var result = "file://"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}
