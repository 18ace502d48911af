/// Values to registers and back.
enum RegisterCodec {
    /// The values of registers.
    ///
    /// - Throws: `N0009` where a text is not UTF-8, or a number does not fit 64 bits with a sign.
    static func values(_ registers: [UInt16], _ access: PointAccess) throws(EndpointError) -> [CanonicalMessage.Value] {
        switch access.type {
        case .bytes: return [.bytes(bytes(access.order.arrangedWithin(registers)))]
        case .text:
            let bytes = bytes(access.order.arrangedWithin(registers)).prefix { $0 != 0 }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .value("the registers at `\(access.point)` hold no UTF-8 text", hint: "read them as \"bytes\"")
            }
            return [.text(text)]
        case .u16, .i16, .u32, .i32, .u64, .i64, .f32, .f64:
            let width = access.type.registers
            var result: [CanonicalMessage.Value] = []
            result.reserveCapacity(registers.count / width)
            for start in stride(from: 0, through: registers.count - width, by: width) {
                let words = access.order.arranged(Array(registers[start..<start + width]))
                let bits = words.reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
                result.append(try number(bits, access))
            }
            return result
        }
    }

    /// The registers of values.
    ///
    /// - Throws: `N0009` where a value is no number, does not fit the type, or has a fraction that the type cannot hold.
    static func registers(
        _ values: [CanonicalMessage.Value], _ access: PointAccess
    ) throws(EndpointError) -> [UInt16] {
        switch access.type {
        case .text, .bytes:
            guard values.count == 1, let bytes = raw(values[0]) else {
                throw .value("`\(access.point)` as \(access.type.rawValue) takes one text or bytes")
            }
            let even = bytes.count % 2 == 0 ? bytes : bytes + [0]
            let registers = stride(from: 0, to: even.count, by: 2).map { UInt16(even[$0]) << 8 | UInt16(even[$0 + 1]) }
            return access.order.arrangedWithin(registers)
        case .u16, .i16, .u32, .i32, .u64, .i64, .f32, .f64:
            let width = access.type.registers
            var result: [UInt16] = []
            result.reserveCapacity(values.count * width)
            for value in values {
                let bits = try bits(value, access)
                let words = (0..<width).map { UInt16(truncatingIfNeeded: bits >> UInt64(16 * (width - 1 - $0))) }
                result += access.order.arranged(words)
            }
            return result
        }
    }

    private static func number(_ bits: UInt64, _ access: PointAccess) throws(EndpointError) -> CanonicalMessage.Value {
        let whole: Int64
        switch access.type {
        case .u16, .u32: whole = Int64(bits & 0xFFFF_FFFF)
        case .i16: whole = Int64(Int16(truncatingIfNeeded: bits))
        case .i32: whole = Int64(Int32(truncatingIfNeeded: bits))
        case .i64: whole = Int64(bitPattern: bits)
        case .u64:
            if let scale = access.scale { return .real(Double(bits) * scale) }
            guard let value = Int64(exactly: bits) else {
                throw .value(
                    "\(bits) at `\(access.point)` is larger than the integers of a script",
                    hint: "read it with scale: 1.0 for the nearest float, or as \"bytes\"")
            }
            return .int(value)
        case .f32: return .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))) * (access.scale ?? 1))
        case .f64: return .real(Double(bitPattern: bits) * (access.scale ?? 1))
        case .text, .bytes: return .int(Int64(bits & 0xFFFF))
        }
        return access.scale.map { .real(Double(whole) * $0) } ?? .int(whole)
    }

    private static func bits(
        _ value: CanonicalMessage.Value, _ access: PointAccess
    ) throws(EndpointError) -> UInt64 {
        switch access.type {
        case .f32:
            let real = try real(value, access)
            let single = Float(real)
            guard single.isFinite || !real.isFinite else { throw unfit(value, access) }
            return UInt64(single.bitPattern)
        case .f64: return try real(value, access).bitPattern
        case .u16: return UInt64(try whole(value, access) as UInt16)
        case .u32: return UInt64(try whole(value, access) as UInt32)
        case .u64: return try whole(value, access)
        case .i16: return UInt64(UInt16(bitPattern: try whole(value, access)))
        case .i32: return UInt64(UInt32(bitPattern: try whole(value, access)))
        case .i64: return UInt64(bitPattern: try whole(value, access))
        case .text, .bytes: throw unfit(value, access)
        }
    }

    private static func real(_ value: CanonicalMessage.Value, _ access: PointAccess) throws(EndpointError) -> Double {
        let number: Double
        switch value {
        case .int(let value): number = Double(value)
        case .real(let value): number = value
        case .bool(let value): number = value ? 1 : 0
        case .text, .bytes: throw unfit(value, access)
        }
        return number / (access.scale ?? 1)
    }

    /// A whole number of the type: rounded where there is a scale, exact where there is none.
    private static func whole<Whole: FixedWidthInteger>(
        _ value: CanonicalMessage.Value, _ access: PointAccess
    ) throws(EndpointError) -> Whole {
        if access.scale == nil, case .int(let integer) = value {
            guard let result = Whole(exactly: integer) else { throw unfit(value, access) }
            return result
        }
        let number = try real(value, access)
        guard let result = Whole(exactly: access.scale == nil ? number : number.rounded()) else {
            throw unfit(value, access)
        }
        return result
    }

    private static func unfit(_ value: CanonicalMessage.Value, _ access: PointAccess) -> EndpointError {
        let shown: String
        switch value {
        case .bool(let value): shown = "\(value)"
        case .int(let value): shown = "\(value)"
        case .real(let value): shown = "\(value)"
        case .text: shown = "a text"
        case .bytes(let bytes): shown = "\(bytes.count) bytes"
        }
        let scaled = access.scale.map { " with scale \($0)" } ?? ""
        return .value(
            "\(shown) does not fit \(access.type.rawValue) at `\(access.point)`\(scaled)",
            hint: "`as` names the type of the register, `scale` what its raw number is multiplied by")
    }

    private static func raw(_ value: CanonicalMessage.Value) -> [UInt8]? {
        switch value {
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        case .bool, .int, .real: nil
        }
    }

    private static func bytes(_ registers: [UInt16]) -> [UInt8] {
        registers.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}
