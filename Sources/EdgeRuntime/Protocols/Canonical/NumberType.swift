/// A number in one or more registers.
public enum NumberType: String, Sendable, Hashable, CaseIterable {
    case u16, i16, u32, i32, u64, i64, f32, f64

    /// How many registers it takes.
    public var words: Int {
        switch self {
        case .u16, .i16: 1
        case .u32, .i32, .f32: 2
        case .u64, .i64, .f64: 4
        }
    }

    /// The number in registers; nil where they are not that many, or a register is no 16-bit number.
    public func value(_ registers: [FieldValue], _ order: RegisterOrder) -> FieldValue? {
        let numbers = registers.compactMap { $0.integer.flatMap { UInt16(exactly: $0) } }
        guard numbers.count == words, registers.count == words else { return nil }
        let raw = order.arranged(numbers).reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        switch self {
        case .u16, .u32, .u64: return MessageDecoder.whole(raw)
        case .i16, .i32, .i64: return .int(MessageDecoder.signed(raw, bits: 16 * words))
        case .f32: return .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw))))
        case .f64: return .real(Double(bitPattern: raw))
        }
    }

    /// The registers of a number; nil where it does not fit.
    public func registers(_ value: FieldValue, _ order: RegisterOrder) -> [FieldValue]? {
        let raw: UInt64
        switch self {
        case .f32, .f64:
            let real: Double
            switch value {
            case .real(let number): real = number
            case .int(let number): real = Double(number)
            case .null, .bool, .text, .bytes, .list, .record: return nil
            }
            raw = self == .f32 ? UInt64(Float(real).bitPattern) : real.bitPattern
        case .u16, .u32, .u64, .i16, .i32, .i64:
            var whole = value.integer
            if case .real(let real) = value { whole = Int64(exactly: real.rounded()) }
            let isSigned = self == .i16 || self == .i32 || self == .i64
            guard let whole, let bits = MessageEncoder.bits(of: whole, width: 16 * words, isSigned: isSigned) else {
                return nil
            }
            raw = bits
        }
        let numbers = (0..<words).map { UInt16(truncatingIfNeeded: raw >> UInt64(16 * (words - 1 - $0))) }
        return order.arranged(numbers).map { .int(Int64($0)) }
    }
}
