extension MessageEncoder {
    mutating func append(_ value: UInt64, _ width: Int, isLittle: Bool) {
        for index in 0..<width {
            let shift = UInt64(8 * (isLittle ? index : width - 1 - index))
            output.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// The bits of a number of so many bits; nil where it does not fit, or is none.
    func bits(of value: FieldValue, width: Int, isSigned: Bool) -> UInt64? {
        let whole: Int64
        switch value {
        case .int(let number): whole = number
        case .bool(let flag): whole = flag ? 1 : 0
        case .real(let real):
            guard let exact = Int64(exactly: real) else { return nil }
            whole = exact
        case .text(let digits):
            guard !isSigned, width == 64, let large = UInt64(digits) else { return nil }
            return large
        case .null, .bytes, .list, .record: return nil
        }
        return MessageEncoder.bits(of: whole, width: width, isSigned: isSigned)
    }

    static func bits(of whole: Int64, width: Int, isSigned: Bool) -> UInt64? {
        if isSigned {
            guard width == 64 || (whole >> Int64(width - 1) == 0 || whole >> Int64(width - 1) == -1) else { return nil }
        } else {
            guard whole >= 0, width >= 63 || whole >> Int64(width) == 0 else { return nil }
        }
        return UInt64(bitPattern: whole) & (UInt64.max >> UInt64(64 - width))
    }

    mutating func integer(_ step: Instruction) throws(EncodeFault) {
        let width = 8 * Int(step.width)
        let isSigned = step.flags.contains(.signed)
        let raw: UInt64
        let whole: Int64
        if step.flags.contains(.ruled) {
            whole = try number(step.name, program.numberRules[Int(step.rule)])
            guard
                let bits = MessageEncoder.bits(
                    of: whole, width: width, isSigned: isSigned || (width == 64 && whole < 0))
            else {
                throw outOfRange(.int(whole), step)
            }
            raw = bits
        } else {
            guard let value = take(step.name) else { throw missing(step.name) }
            guard let bits = bits(of: value, width: width, isSigned: isSigned) else {
                if value.integer == nil, case .text = value {
                } else if value.integer == nil {
                    throw fault("a whole number is needed, not \(value.kindName)", step.name)
                }
                throw outOfRange(value, step)
            }
            raw = bits
            whole = isSigned ? MessageDecoder.signed(bits, bits: width) : Int64(bitPattern: bits)
        }
        if step.slot >= 0 { slots[Int(step.slot)] = measured(whole, step.rule) }
        append(raw, Int(step.width), isLittle: step.flags.contains(.little))
    }

    /// The number a slot keeps: for a count, what it counts.
    private func measured(_ wire: Int64, _ rule: Int32) -> Int64 {
        rule >= 0 ? program.numberRules[Int(rule)].computation?.measured(wire, slots) ?? wire : wire
    }

    /// The number on the wire for a field of the message, or what follows from the rest of the message.
    mutating func number(_ name: Int32, _ rule: NumberRule) throws(EncodeFault) -> Int64 {
        if let constant = rule.constant { return constant }
        if let computation = rule.computation { return try compute(computation) }
        guard let value = take(name) else {
            if let initial = rule.initial { return initial }
            throw missing(name)
        }
        let whole: Int64
        switch value {
        case .text(let text) where rule.enumeration >= 0:
            let enumeration = program.enumerations[rule.enumeration]
            guard let number = enumeration.values[text] else {
                throw fault(
                    "there is no \"\(text)\" here", name,
                    hint: NearestName.hint(for: text, among: Array(enumeration.values.keys)))
            }
            whole = number
        case .text(let characters) where rule.characters > 0 && characters.utf8.count == rule.characters:
            whole = characters.utf8.reduce(Int64(0)) { $0 << 8 | Int64($1) }
        case .text(let digits):
            guard let large = UInt64(digits) else { throw fault("a number is needed, not \(value.brief)", name) }
            whole = Int64(bitPattern: large)
        default:
            if rule.scale != nil || rule.offset != nil {
                let real: Double
                switch value {
                case .int(let number): real = Double(number)
                case .real(let number): real = number
                default: throw fault("a number is needed, not \(value.kindName)", name)
                }
                let raw = ((real - (rule.offset ?? 0)) / (rule.scale ?? 1)).rounded()
                guard let exact = Int64(exactly: raw) else { throw fault("\(real) does not fit", name) }
                whole = exact
            } else {
                guard let number = value.integer else {
                    throw fault("a whole number is needed, not \(value.brief)", name)
                }
                whole = number
            }
        }
        if let range = rule.range, !range.contains(whole) {
            throw fault("\(whole) is not within \(range.lowerBound) to \(range.upperBound)", name)
        }
        return whole
    }

    private func compute(_ computation: Computation) throws(EncodeFault) -> Int64 {
        switch computation.source {
        case .presence(let names): return names.contains { has($0) } ? 1 : 0
        case .unused(let name):
            guard case .list(let elements)? = peek(name) else { return 0 }
            return Int64((8 - elements.count % 8) % 8)
        case .count(let name):
            let count: Int
            switch peek(name) {
            case .list(let elements): count = elements.count
            case .bytes(let bytes): count = bytes.count
            case .text(let text): count = text.utf8.count
            case nil: count = 0
            case .some(let other): throw fault("a list is needed for `\(name)`, not \(other.kindName)")
            }
            guard Int64(count) % computation.unit == 0 else {
                throw fault("\(count) elements of `\(name)` cannot be counted in units of \(computation.unit)")
            }
            let start = computation.origin >= 0 ? slots[computation.origin] : 0
            return Int64(count) / computation.unit + computation.plus &+ (start == Program.unset ? 0 : start)
        }
    }

    mutating func bits(_ step: Instruction) throws(EncodeFault) {
        var raw: UInt64 = 0
        for index in Int(step.rule)..<Int(step.rule) + Int(step.target) {
            let part = program.bitRules[index]
            let width = Int(part.width)
            if part.measure >= 0 {
                // The size is known when its region ends; until then the slot says where the group is.
                slots[Int(part.measureSlot)] = Int64(output.count)
                continue
            }
            let whole: Int64
            let bits: UInt64
            if part.rule >= 0 {
                whole = try number(part.name, program.numberRules[Int(part.rule)])
                guard let fitting = MessageEncoder.bits(of: whole, width: width, isSigned: part.isSigned) else {
                    throw fault("\(whole) does not fit \(width) bits", part.name)
                }
                bits = fitting
            } else {
                guard let value = take(part.name) else { throw missing(part.name) }
                guard let fitting = self.bits(of: value, width: width, isSigned: part.isSigned) else {
                    throw fault("\(value.brief) does not fit \(width) bits", part.name)
                }
                bits = fitting
                whole = part.isSigned ? MessageDecoder.signed(bits, bits: width) : Int64(bitPattern: bits)
            }
            if part.slot >= 0 { slots[Int(part.slot)] = measured(whole, part.rule) }
            raw |= bits << UInt64(part.shift)
        }
        var width = Int(step.width)
        if width == 0 { while width < 8, raw >> UInt64(8 * width) != 0 { width += 1 } }
        append(raw, width, isLittle: step.flags.contains(.little))
    }

    mutating func varint(_ step: Instruction) throws(EncodeFault) {
        let form = VarintForm(rawValue: step.width) ?? .leb128
        let rule = program.numberRules[Int(step.rule)]
        let whole: Int64
        if rule.isPlain, case .text(let digits)? = peekText(step.name), let large = UInt64(digits) {
            _ = take(step.name)
            whole = Int64(bitPattern: large)
        } else {
            whole = try number(step.name, rule)
        }
        if step.slot >= 0 { slots[Int(step.slot)] = measured(whole, step.rule) }
        var raw = UInt64(bitPattern: whole)
        if form == .zigzag { raw = UInt64(bitPattern: whole << 1) ^ UInt64(bitPattern: whole >> 63) }
        guard form != .mqtt || raw < 1 << 28 else {
            throw fault("\(whole) does not fit four bytes of seven bits", step.name)
        }
        MessageEncoder.append(variable: raw, to: &output)
    }

    private func peekText(_ name: Int32) -> FieldValue? {
        if name >= 0 { return peek(program.names[Int(name)]) }
        return name == Instruction.elementName ? element : nil
    }

    static func append(variable value: UInt64, to output: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(rest))
    }

    mutating func real(_ step: Instruction) throws(EncodeFault) {
        guard let value = take(step.name) else { throw missing(step.name) }
        let number: Double
        switch value {
        case .real(let real): number = real
        case .int(let whole): number = Double(whole)
        default: throw fault("a number is needed, not \(value.kindName)", step.name)
        }
        let raw = step.width == 4 ? UInt64(Float(number).bitPattern) : number.bitPattern
        append(raw, Int(step.width), isLittle: step.flags.contains(.little))
    }
}
