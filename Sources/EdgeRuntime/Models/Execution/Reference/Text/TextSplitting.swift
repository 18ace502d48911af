/// Taking texts apart as Python's `str.split` does.
enum TextSplitting {
    /// The parts between delimiters, at most `limit` of which are used.
    static func parts(_ text: [UInt8], by delimiter: [UInt8], limit: Int) -> [ArraySlice<UInt8>] {
        guard !text.isEmpty else { return [] }
        var result: [ArraySlice<UInt8>] = []
        var start = 0
        var position = 0
        while result.count < limit, position + delimiter.count <= text.count {
            if text[position] == delimiter[0], text[position..<position + delimiter.count].elementsEqual(delimiter) {
                result.append(text[start..<position])
                position += delimiter.count
                start = position
            } else {
                position += 1
            }
        }
        result.append(text[start...])
        return result
    }

    /// The words between white space; behind the last of `limit` splits the rest stays whole.
    static func words(_ text: [UInt8], limit: Int) -> [ArraySlice<UInt8>] {
        var result: [ArraySlice<UInt8>] = []
        var position = 0
        while true {
            while position < text.count, isSpace(text[position]) { position += 1 }
            guard position < text.count else { return result }
            guard result.count < limit else {
                result.append(text[position...])
                return result
            }
            let start = position
            while position < text.count, !isSpace(text[position]) { position += 1 }
            result.append(text[start..<position])
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
