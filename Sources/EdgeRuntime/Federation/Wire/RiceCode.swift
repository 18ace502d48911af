import EdgeTensors

/// Rice's code for numbers of which small ones are likelier, as gaps between chosen places are: a byte says how many
/// low bits follow each number as they are; the rest is written as so many ones and a zero. Bits fill bytes from the
/// lowest up.
///
/// For places chosen at random it comes within a few hundredths of a bit of the entropy.
enum RiceCode {
    private static let mostLowBits = 40

    static func write(_ numbers: [Int], to bytes: inout [UInt8]) {
        let lowBits = lowBits(for: numbers)
        bytes.append(UInt8(lowBits))
        var current: UInt8 = 0
        var filled: UInt8 = 0
        func put(_ bit: Bool) {
            if bit { current |= 1 << filled }
            filled += 1
            guard filled == 8 else { return }
            bytes.append(current)
            (current, filled) = (0, 0)
        }
        for number in numbers {
            for _ in 0..<number >> lowBits { put(true) }
            put(false)
            for shift in 0..<lowBits { put(number >> shift & 1 != 0) }
        }
        if filled > 0 { bytes.append(current) }
    }

    /// The number of low bits that makes the fewest bits in all.
    private static func lowBits(for numbers: [Int]) -> Int {
        let mean = numbers.reduce(0, +) / max(1, numbers.count)
        let guess = mean > 0 ? Int.bitWidth - 1 - mean.leadingZeroBitCount : 0
        let candidates = max(0, guess - 1)...min(mostLowBits, guess + 1)
        func cost(_ bits: Int) -> Int { numbers.reduce(numbers.count * (bits + 1)) { $0 + $1 >> bits } }
        return candidates.min { cost($0) < cost($1) } ?? 0
    }

    /// Reads numbers one by one out of bytes that may hold anything.
    struct Reader {
        private let lowBits: Int
        private var current: UInt8 = 0
        private var left = 0

        init(_ reader: inout ByteReader) throws(ByteReaderError) {
            lowBits = Int(try reader.readInteger(as: UInt8.self))
            guard lowBits <= mostLowBits else {
                throw reader.error("\(lowBits) low bits a gap", at: reader.position - 1)
            }
        }

        /// The next number; nil where it is not below `limit`.
        mutating func next(_ reader: inout ByteReader, below limit: Int) throws(ByteReaderError) -> Int? {
            var high = 0
            while try bit(&reader) {
                high += 1
                guard high <= limit >> lowBits else { return nil }
            }
            var number = high << lowBits
            for shift in 0..<lowBits where try bit(&reader) { number |= 1 << shift }
            return number < limit ? number : nil
        }

        private mutating func bit(_ reader: inout ByteReader) throws(ByteReaderError) -> Bool {
            if left == 0 {
                current = try reader.readInteger()
                left = 8
            }
            defer {
                current >>= 1
                left -= 1
            }
            return current & 1 != 0
        }
    }
}
