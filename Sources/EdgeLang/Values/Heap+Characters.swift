import Glibc

/// Strings by character: a character of the language is a Unicode scalar value. Strings of ASCII find the n-th one at once, others by counting.
extension Heap {
    /// How many characters a string has.
    func characterCount(_ text: UnsafeMutablePointer<StringCell>) -> Int {
        if text.pointee.isASCII { return text.pointee.count }
        var count = 0
        for index in 0..<text.pointee.count where text.pointee.bytes[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// The offset of the n-th character; the end where there are fewer.
    func offset(of character: Int, in text: UnsafeMutablePointer<StringCell>, from start: Int = 0) -> Int {
        if text.pointee.isASCII { return min(start + character, text.pointee.count) }
        var left = character
        var offset = start
        while offset < text.pointee.count {
            if text.pointee.bytes[offset] & 0xC0 != 0x80 {
                if left == 0 { return offset }
                left -= 1
            }
            offset += 1
        }
        return offset
    }

    /// Part of a string, counted in characters.
    func characters(_ value: Value, from lower: Int, to upper: Int) -> Value {
        let text = value.string
        let from = offset(of: lower, in: text)
        let to = text.pointee.isASCII ? min(upper, text.pointee.count) : offset(of: upper - lower, in: text, from: from)
        return slice(value, from: from, to: to)
    }

    /// A list of a string's characters.
    func characterList(_ value: Value) -> Value {
        let text = value.string
        let list = makeList(capacity: characterCount(text))
        var start = 0
        while start < text.pointee.count {
            var end = start + 1
            while end < text.pointee.count, text.pointee.bytes[end] & 0xC0 == 0x80 { end += 1 }
            append(slice(value, from: start, to: end), to: list)
            start = end
        }
        return list
    }

    /// The offset at which some bytes first occur in others, at or behind a start.
    static func firstOccurrence(
        of part: UnsafeBufferPointer<UInt8>, in whole: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        guard part.count > 0 else { return start <= whole.count ? start : nil }
        guard let needle = part.baseAddress, let text = whole.baseAddress else { return nil }
        var offset = start
        while offset + part.count <= whole.count {
            guard let found = memchr(text + offset, Int32(needle[0]), whole.count - part.count - offset + 1) else {
                return nil
            }
            offset = found - UnsafeMutableRawPointer(mutating: text)
            if memcmp(text + offset, needle, part.count) == 0 { return offset }
            offset += 1
        }
        return nil
    }
}
