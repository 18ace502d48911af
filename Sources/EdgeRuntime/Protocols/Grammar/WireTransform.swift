/// What the bytes of a whole message go through on their way to the wire. Each has an inverse.
enum WireTransform: Sendable, Hashable {
    /// A first block and then blocks of another size, each followed by its check (DNP3: 8, 16, CRC-16/DNP, least significant first).
    case checkedBlocks(first: Int, next: Int, CyclicRedundancyCheck)
    /// Between a start and an end, two digits a byte (Modbus ASCII).
    case hexadecimal(start: [UInt8], end: [UInt8])

    /// How many bytes a message of a given length takes on the wire.
    func wireLength(of length: Int) -> Int {
        switch self {
        case .checkedBlocks(let first, let next, let check):
            let blocks = length <= first ? 1 : 1 + (length - first + next - 1) / next
            return length + blocks * (check.width / 8)
        case .hexadecimal(let start, let end): return start.count + 2 * length + end.count
        }
    }

    /// The bytes of the message within those of the wire.
    ///
    /// - Throws: why they are not such bytes, with the place on the wire.
    func unwrap(_ wire: ArraySlice<UInt8>) throws(TransformFault) -> [UInt8] {
        var plain: [UInt8] = []
        switch self {
        case .checkedBlocks(let first, let next, let check):
            let width = check.width / 8
            var rest = wire
            var size = first
            while !rest.isEmpty {
                let position = rest.startIndex - wire.startIndex
                guard rest.count > width else {
                    throw TransformFault(position: position, reason: "a block ends early", isTruncated: true)
                }
                let block = rest.prefix(min(size, rest.count - width))
                let expected = block.withUnsafeBytes { check.value(of: $0) }
                var found: UInt64 = 0
                for (index, byte) in rest.dropFirst(block.count).prefix(width).enumerated() {
                    found |= UInt64(byte) << UInt64(8 * index)
                }
                guard found == expected else {
                    throw TransformFault(
                        position: position + block.count,
                        reason: "the check is 0x\(String(found, radix: 16)), but the block gives 0x"
                            + String(expected, radix: 16), isTruncated: false)
                }
                plain += block
                rest = rest.dropFirst(block.count + width)
                size = next
            }
        case .hexadecimal(let start, let end):
            guard wire.starts(with: start), wire.count >= start.count + end.count, wire.suffix(end.count) == end[...]
            else { throw TransformFault(position: 0, reason: "start or end is missing", isTruncated: true) }
            let digits = wire.dropFirst(start.count).dropLast(end.count)
            guard digits.count % 2 == 0 else {
                throw TransformFault(position: wire.count, reason: "half a byte is left over", isTruncated: false)
            }
            var index = digits.startIndex
            while index < digits.endIndex {
                guard let high = WireTransform.digit(digits[index]), let low = WireTransform.digit(digits[index + 1])
                else {
                    throw TransformFault(
                        position: index - wire.startIndex, reason: "no hexadecimal digit", isTruncated: false)
                }
                plain.append(high << 4 | low)
                index += 2
            }
        }
        return plain
    }

    /// The bytes of the wire for those of a message.
    func wrap(_ plain: [UInt8]) -> [UInt8] {
        switch self {
        case .checkedBlocks(let first, let next, let check):
            var wire: [UInt8] = []
            var rest = plain[...]
            var size = first
            while !rest.isEmpty {
                let block = rest.prefix(size)
                wire += block
                let value = block.withUnsafeBytes { check.value(of: $0) }
                for index in 0..<check.width / 8 { wire.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
                rest = rest.dropFirst(size)
                size = next
            }
            return wire
        case .hexadecimal(let start, let end):
            let digits = Array("0123456789ABCDEF".utf8)
            return start + plain.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] } + end
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}

/// Why a transform cannot be undone.
struct TransformFault: Error {
    let position: Int
    let reason: String
    let isTruncated: Bool
}
