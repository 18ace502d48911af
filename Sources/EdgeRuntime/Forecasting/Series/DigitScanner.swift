/// Walks over the digits and marks of a written time.
struct DigitScanner {
    enum HalfOfDay { case morning, afternoon }

    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        skipBlanks()
    }

    /// Whether nothing but blanks is left.
    var isAtEnd: Bool { bytes[position...].allSatisfy { $0 == 0x20 || $0 == 0x09 } }

    mutating func skipBlanks() {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    }

    /// Digits, nine at most, and their count.
    mutating func digits(atMost most: Int = 9) -> (value: Int, count: Int)? {
        var (value, count) = (0, 0)
        while position < bytes.count, count < most, (0x30...0x39).contains(bytes[position]) {
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
            count += 1
        }
        return count > 0 ? (value, count) : nil
    }

    /// A number with so many digits; what follows them is left.
    mutating func number(in counts: ClosedRange<Int>) -> Int? {
        guard let digits = digits(atMost: counts.upperBound), counts.contains(digits.count) else { return nil }
        return digits.value
    }

    /// The fraction of a second in nanoseconds; digits beyond the ninth are dropped.
    mutating func fraction() -> Int64? {
        guard var (value, count) = digits() else { return nil }
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        while count < 9 {
            value *= 10
            count += 1
        }
        return Int64(value)
    }

    /// The next byte, taken where it is one of those.
    mutating func take(_ marks: [UInt8]) -> UInt8? {
        guard position < bytes.count, marks.contains(bytes[position]) else { return nil }
        position += 1
        return bytes[position - 1]
    }

    mutating func take(word: String) -> Bool {
        let word = Array(word.utf8)
        guard bytes[position...].starts(with: word) else { return false }
        position += word.count
        return true
    }

    /// `AM` or `PM`.
    mutating func halfOfDay() -> HalfOfDay? {
        let rest = bytes[position...].prefix(2).map { $0 & 0xDF }
        guard rest.count == 2, rest[1] == 0x4D, rest[0] == 0x41 || rest[0] == 0x50 else { return nil }
        position += 2
        return rest[0] == 0x50 ? .afternoon : .morning
    }
}
