/// Finds what must not stand in a source text: bytes that are not UTF-8, and characters that reverse the direction of
/// text, which make a program read other than it runs.
struct EncodingCheck {
    enum Finding: Equatable {
        case invalidUTF8
        case directionControl
    }

    /// The first few findings with their byte ranges.
    static func findings(in bytes: [UInt8], limit: Int = 5) -> [(finding: Finding, range: Range<Int>)] {
        var found: [(finding: Finding, range: Range<Int>)] = []
        var cursor = SourceCursor(bytes)
        while found.count < limit {
            cursor.skip { $0 < 0x80 }
            if cursor.isAtEnd { break }
            let start = cursor.position
            guard let (scalar, length) = cursor.scalar() else {
                // One report for a run of bad bytes.
                repeat { cursor.advance() } while !cursor.isAtEnd && cursor.peek() >= 0x80 && cursor.scalar() == nil
                found.append((.invalidUTF8, start..<cursor.position))
                continue
            }
            cursor.advance(length)
            switch scalar.value {
            case 0x202A...0x202E, 0x2066...0x2069: found.append((.directionControl, start..<cursor.position))
            default: break
            }
        }
        return found
    }
}
