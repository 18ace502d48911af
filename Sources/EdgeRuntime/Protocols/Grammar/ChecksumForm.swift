/// A number that guards bytes.
enum ChecksumForm: Sendable, Hashable {
    case crc(CyclicRedundancyCheck)
    /// The sum of the bytes, cut to the width.
    case sum
    /// The bytes, exclusive or.
    case xor
    /// The negated sum (Modbus ASCII).
    case lrc

    /// The checksums a grammar can name. Parameters as in the catalogue of parametrised CRC algorithms.
    static let named: [String: ChecksumForm] = [
        "crc-16/modbus": .crc(.init(width: 16, poly: 0x8005, initial: 0xFFFF, isReflected: true, xorOut: 0)),
        "crc-16/dnp": .crc(.init(width: 16, poly: 0x3D65, initial: 0, isReflected: true, xorOut: 0xFFFF)),
        "crc-16/arc": .crc(.init(width: 16, poly: 0x8005, initial: 0, isReflected: true, xorOut: 0)),
        "crc-16/x-25": .crc(.init(width: 16, poly: 0x1021, initial: 0xFFFF, isReflected: true, xorOut: 0xFFFF)),
        "crc-16/xmodem": .crc(.init(width: 16, poly: 0x1021, initial: 0, isReflected: false, xorOut: 0)),
        "crc-16/ccitt-false": .crc(.init(width: 16, poly: 0x1021, initial: 0xFFFF, isReflected: false, xorOut: 0)),
        "crc-32": .crc(
            .init(width: 32, poly: 0x04C1_1DB7, initial: 0xFFFF_FFFF, isReflected: true, xorOut: 0xFFFF_FFFF)),
        "crc-8": .crc(.init(width: 8, poly: 0x07, initial: 0, isReflected: false, xorOut: 0)),
        "sum": .sum, "xor": .xor, "lrc": .lrc,
    ]

    /// The checksum of bytes, before it is cut to the width of its field.
    func value(of bytes: UnsafeRawBufferPointer) -> UInt64 {
        switch self {
        case .crc(let check): check.value(of: bytes)
        case .sum: bytes.reduce(0) { $0 &+ UInt64($1) }
        case .xor: UInt64(bytes.reduce(0) { $0 ^ $1 })
        case .lrc: 0 &- bytes.reduce(UInt64(0)) { $0 &+ UInt64($1) }
        }
    }
}

/// A cyclic redundancy check by its parameters: the Rocksoft model (R. Williams, 1993), with both reflections together.
struct CyclicRedundancyCheck: Sendable, Hashable {
    let width: Int
    let poly: UInt64
    let initial: UInt64
    let isReflected: Bool
    let xorOut: UInt64
    private let table: [UInt64]

    /// - Parameter width: 8 to 64.
    init(width: Int, poly: UInt64, initial: UInt64, isReflected: Bool, xorOut: UInt64) {
        let width = min(max(width, 8), 64)
        self.width = width
        self.poly = poly
        self.initial = initial
        self.isReflected = isReflected
        self.xorOut = xorOut
        let mask = UInt64.max >> UInt64(64 - width)
        func reflect(_ value: UInt64) -> UInt64 {
            var result: UInt64 = 0
            for bit in 0..<width where value >> UInt64(bit) & 1 == 1 { result |= 1 << UInt64(width - 1 - bit) }
            return result
        }
        table = (0..<256).map { byte in
            var value: UInt64
            if isReflected {
                value = UInt64(byte)
                for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ reflect(poly) : value >> 1 }
            } else {
                value = UInt64(byte) << UInt64(width - 8)
                let top = UInt64(1) << UInt64(width - 1)
                for _ in 0..<8 { value = value & top != 0 ? value << 1 ^ poly : value << 1 }
            }
            return value & mask
        }
    }

    func value(of bytes: UnsafeRawBufferPointer) -> UInt64 {
        let mask = UInt64.max >> UInt64(64 - width)
        var value = initial & mask
        if isReflected {
            for byte in bytes { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
        } else {
            for byte in bytes {
                let index = UInt8(truncatingIfNeeded: value >> UInt64(width - 8)) ^ byte
                value = (value << 8 ^ table[Int(index)]) & mask
            }
        }
        return (value ^ xorOut) & mask
    }
}
