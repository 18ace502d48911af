/// A string literal while it is being read.
struct StringLiteral {
    /// A run of text between interpolations.
    struct Segment {
        /// The token that will carry it.
        let token: Int
        var bytes: [UInt8] = []
        /// Where lines of the source begin in `bytes`, and where they begin in the source.
        var lineStarts: [(inText: Int, inSource: Int)] = []
    }

    /// Offset of the `r` or the first quote.
    let start: Int
    let isRaw: Bool
    let isMultiline: Bool
    var segments: [Segment] = []

    /// Takes the indentation of the closing quotes off every line, and the newline before them off the end.
    ///
    /// - Returns: the source offset of the first line that is indented less, if there is one.
    mutating func removeIndentation() -> Int? {
        guard var last = segments.last, let closingLine = last.lineStarts.last?.inText else { return nil }
        let indentation = Array(last.bytes[closingLine...])
        guard indentation.allSatisfy(\.isBlank) else { return nil }
        last.bytes.removeSubrange(max(closingLine - 1, 0)...)
        last.lineStarts.removeLast()
        segments[segments.count - 1] = last

        var misindented: Int?
        for index in segments.indices {
            for line in segments[index].lineStarts.reversed() {
                let rest = segments[index].bytes[line.inText...]
                if rest.starts(with: indentation) {
                    segments[index].bytes.removeSubrange(line.inText..<line.inText + indentation.count)
                    continue
                }
                // A line of nothing but white space may be shorter.
                let blank = rest.prefix(while: \.isBlank).count
                let isEmptyLine =
                    blank < rest.count
                    ? rest[line.inText + blank] == UInt8(ascii: "\n") : index == segments.count - 1
                if isEmptyLine {
                    segments[index].bytes.removeSubrange(line.inText..<line.inText + blank)
                } else {
                    misindented = min(misindented ?? line.inSource, line.inSource)
                }
            }
        }
        return misindented
    }
}

extension UInt8 {
    /// Whether it is a space or a tab.
    var isBlank: Bool { self == 0x20 || self == 0x09 }
}
