/// Just enough of JSON for the headers of tensor files: objects, strings and lists of natural numbers, asked for as they are expected.
struct JSONScanner {
    private let bytes: [UInt8]
    private var position = 0
    /// Where the text begins in its file, for errors.
    private let start: Int

    init(_ bytes: [UInt8], at start: Int) {
        self.bytes = bytes
        self.start = start
    }

    func error(_ message: String) -> ByteReaderError { ByteReaderError(offset: start + position, message: message) }

    private mutating func next() -> UInt8? {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        return position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ character: Unicode.Scalar) throws(ByteReaderError) {
        guard next() == UInt8(ascii: character) else { throw error("the header should have a '\(character)' here") }
        position += 1
    }

    /// Nothing but space may follow.
    mutating func finish() throws(ByteReaderError) {
        guard next() == nil else { throw error("the header goes on behind its end") }
    }

    /// The members of an object, each handed over behind its key.
    mutating func object(
        _ member: (inout JSONScanner, String) throws(ByteReaderError) -> Void
    ) throws(ByteReaderError) {
        try take("{")
        if next() == UInt8(ascii: "}") { return position += 1 }
        while true {
            guard next() == UInt8(ascii: "\"") else { throw error("the header should have a name here") }
            let key = try string()
            try take(":")
            try member(&self, key)
            if next() == UInt8(ascii: "}") { return position += 1 }
            try take(",")
        }
    }

    /// A list of natural numbers.
    mutating func naturals(limit: Int) throws(ByteReaderError) -> [Int] {
        try take("[")
        var numbers: [Int] = []
        if next() == UInt8(ascii: "]") {
            position += 1
            return numbers
        }
        while true {
            guard numbers.count < limit else { throw error("a list has more than \(limit) numbers") }
            numbers.append(try natural())
            if next() == UInt8(ascii: "]") {
                position += 1
                return numbers
            }
            try take(",")
        }
    }

    private mutating func natural() throws(ByteReaderError) -> Int {
        guard let first = next(), (0x30...0x39).contains(first) else {
            throw error("the header should have a natural number here")
        }
        var number = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
            guard !overflow, !carry else { throw error("a number is too large") }
            number = sum
            position += 1
        }
        return number
    }

    mutating func string() throws(ByteReaderError) -> String {
        try take("\"")
        var units: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else { throw error("a text is not UTF-8") }
                return text
            case UInt8(ascii: "\\"): units += try escaped()
            case 0..<0x20: throw error("a text holds a control character")
            default: units.append(byte)
            }
        }
        throw error("a text has no end")
    }

    private mutating func escaped() throws(ByteReaderError) -> [UInt8] {
        guard position < bytes.count else { throw error("a text has no end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var value = UInt32(try codeUnit())
            if (0xD800..<0xDC00).contains(value) {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw error("half a character stands in a text") }
                position += 2
                let low = UInt32(try codeUnit())
                guard (0xDC00..<0xE000).contains(low) else { throw error("half a character stands in a text") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw error("half a character stands in a text") }
            return Array(String(Character(scalar)).utf8)
        default: throw error("a text has an unknown escape")
        }
    }

    private mutating func codeUnit() throws(ByteReaderError) -> UInt16 {
        guard bytes.count - position >= 4, let text = String(validating: bytes[position..<position + 4], as: UTF8.self),
            !text.hasPrefix("+"), !text.hasPrefix("-"), let value = UInt16(text, radix: 16)
        else { throw error("an escape should have four hexadecimal digits") }
        position += 4
        return value
    }
}
