extension MessageDecoder {
    /// - Throws: where fewer bytes than that are left in the region.
    @inline(__always)
    mutating func unsigned(_ width: Int, isLittle: Bool) throws(DecodeFault) -> UInt64 {
        guard width <= limit - position else { throw tooShort(width) }
        var value: UInt64 = 0
        if isLittle {
            var index = position + width
            while index > position {
                index -= 1
                value = value << 8 | UInt64(bytes[index])
            }
        } else {
            for index in position..<position + width { value = value << 8 | UInt64(bytes[index]) }
        }
        position += width
        return value
    }

    @inline(never)
    func tooShort(_ width: Int) -> DecodeFault {
        fault(
            "\(width) bytes are needed, but \(limit - position) are left", isTruncated: limit == bytes.count)
    }

    /// The next bytes.
    mutating func take(_ count: Int) throws(DecodeFault) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= limit - position else { throw tooShort(count) }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    @inline(__always)
    static func signed(_ value: UInt64, bits: Int) -> Int64 {
        let shift = UInt64(64 - bits)
        return Int64(bitPattern: value << shift) >> Int64(shift)
    }

    /// A number that may be larger than the language's: then it is a text of digits, which encodes to the same number.
    @inline(__always)
    static func whole(_ value: UInt64) -> FieldValue {
        Int64(exactly: value).map { .int($0) } ?? .text(String(value))
    }

    mutating func integer(_ step: Instruction) throws(DecodeFault) {
        let width = Int(step.width)
        let raw = try unsigned(width, isLittle: step.flags.contains(.little))
        let value = step.flags.contains(.signed) ? MessageDecoder.signed(raw, bits: 8 * width) : Int64(bitPattern: raw)
        if step.slot >= 0 { slots[Int(step.slot)] = value }
        if step.flags.contains(.ruled) {
            let rule = program.numberRules[Int(step.rule)]
            if let computation = rule.computation, step.slot >= 0 {
                slots[Int(step.slot)] = computation.measured(value, slots)
            }
            position -= width
            let shown = try shown(value, rule, isBool: step.flags.contains(.bool))
            position += width
            if let shown { emit(step.name, shown) }
        } else if step.flags.contains(.bool) {
            guard raw <= 1 else {
                // Another byte than 0 and 1 stays a number, so that nothing is lost.
                emit(step.name, .int(value))
                return
            }
            evidence += 7
            emit(step.name, .bool(raw == 1))
        } else {
            emit(step.name, step.flags.contains(.signed) ? .int(value) : MessageDecoder.whole(raw))
        }
    }

    /// What a message shows of a number; nil where it shows nothing.
    mutating func shown(_ value: Int64, _ rule: NumberRule, isBool: Bool = false) throws(DecodeFault) -> FieldValue? {
        if let constant = rule.constant {
            guard value == constant else { throw fault("\(value) instead of \(constant)") }
            evidence += 8
            return nil
        }
        if let range = rule.range {
            guard range.contains(value) else {
                throw fault("\(value) is not within \(range.lowerBound) to \(range.upperBound)")
            }
            evidence += 2
        }
        if rule.isSilent {
            if value == rule.initial {
                evidence += 1
                return nil
            }
            evidence -= 2
        }
        if rule.characters > 0 {
            let characters = (0..<rule.characters).map {
                UInt8(truncatingIfNeeded: value >> Int64(8 * (rule.characters - 1 - $0)))
            }
            if characters.allSatisfy({ (0x20...0x7E).contains($0) }) {
                return .text(String(decoding: characters, as: UTF8.self))
            }
        }
        if rule.computation != nil { return .int(value) }
        if rule.enumeration >= 0 {
            if let name = program.enumerations[rule.enumeration].names[value] {
                evidence += 3
                return .text(name)
            }
            evidence -= 4
            return .int(value)
        }
        if rule.scale == nil, let offset = rule.offset.flatMap({ Int64(exactly: $0) }) { return .int(value &+ offset) }
        if rule.scale != nil || rule.offset != nil {
            return .real(Scaling.value(Double(value), rule.scale ?? 1, rule.offset ?? 0))
        }
        return isBool && (value == 0 || value == 1) ? .bool(value == 1) : .int(value)
    }

    mutating func integerList(_ step: Instruction) throws(DecodeFault) {
        let width = Int(step.width)
        let rule = program.loopRules[Int(step.rule)]
        var count = (limit - position) / width
        switch rule.bound {
        case .rest:
            guard count * width == limit - position else {
                throw fault("\(limit - position) bytes are no whole number of elements of \(width) bytes")
            }
        case .fixed(let fixed): count = fixed
        case .slot(let slot):
            if slots[slot] != Program.unset {
                guard slots[slot] >= 0, slots[slot] <= Int64(bytes.count) else {
                    throw fault(
                        "\(slots[slot]) elements cannot stand in \(limit - position) bytes",
                        isTruncated: limit == bytes.count && slots[slot] > 0)
                }
                count = Int(slots[slot])
            }
        }
        guard count * width <= limit - position else { throw tooShort(count * width) }
        let isLittle = step.flags.contains(.little)
        let isSigned = step.flags.contains(.signed)
        let isBool = step.flags.contains(.bool)
        var values: [FieldValue] = []
        values.reserveCapacity(count)
        steps -= count / 8
        for _ in 0..<count {
            let raw = try unsigned(width, isLittle: isLittle)
            if isSigned {
                values.append(.int(MessageDecoder.signed(raw, bits: 8 * width)))
            } else if isBool, raw <= 1 {
                values.append(.bool(raw == 1))
            } else {
                values.append(MessageDecoder.whole(raw))
            }
        }
        emit(step.name, .list(values))
    }

    mutating func bits(_ step: Instruction) throws(DecodeFault) {
        // A group without a width takes what its region has.
        let width = step.width == 0 ? min(limit - position, 8) : Int(step.width)
        let raw = try unsigned(width, isLittle: step.flags.contains(.little))
        position -= width
        for index in Int(step.rule)..<Int(step.rule) + Int(step.target) {
            let part = program.bitRules[index]
            let mask = UInt64.max >> UInt64(64 - part.width)
            let bits = raw >> UInt64(part.shift) & mask
            let value = part.isSigned ? MessageDecoder.signed(bits, bits: Int(part.width)) : Int64(bitPattern: bits)
            if part.slot >= 0 { slots[Int(part.slot)] = value }
            if part.measure >= 0 {
                let measure = program.measures[Int(part.measure)]
                slots[Int(part.measureSlot)] = try size(value, measure)
            } else if part.rule >= 0 {
                let rule = program.numberRules[Int(part.rule)]
                if let computation = rule.computation, part.slot >= 0 {
                    slots[Int(part.slot)] = computation.measured(value, slots)
                }
                if let shown = try shown(value, rule, isBool: part.isBool) { emit(part.name, shown) }
            } else {
                emit(
                    part.name,
                    part.isBool ? .bool(value == 1) : part.isSigned ? .int(value) : MessageDecoder.whole(bits))
            }
        }
        position += width
    }

    mutating func varint(_ step: Instruction) throws(DecodeFault) {
        let form = VarintForm(rawValue: step.width) ?? .leb128
        let raw = try variable(form == .mqtt ? 4 : 10)
        let value =
            form == .zigzag ? Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1) : Int64(bitPattern: raw)
        if step.slot >= 0 { slots[Int(step.slot)] = value }
        let rule = program.numberRules[Int(step.rule)]
        if let computation = rule.computation, step.slot >= 0 {
            slots[Int(step.slot)] = computation.measured(value, slots)
        }
        if rule.isPlain {
            emit(step.name, form == .zigzag ? .int(value) : MessageDecoder.whole(raw))
        } else if let shown = try shown(value, rule) {
            emit(step.name, shown)
        }
    }

    /// Seven bits a byte, the least significant first.
    mutating func variable(_ maximum: Int) throws(DecodeFault) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<maximum {
            let byte = try unsigned(1, isLittle: false)
            if index == 9, byte > 1 { break }
            value |= (byte & 0x7F) << UInt64(7 * index)
            if byte & 0x80 == 0 { return value }
        }
        throw fault("a number of variable length goes on for too long")
    }

    mutating func real(_ step: Instruction) throws(DecodeFault) {
        let raw = try unsigned(Int(step.width), isLittle: step.flags.contains(.little))
        let value =
            step.width == 4
            ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw))) : Double(bitPattern: raw)
        emit(step.name, .real(value))
    }

    // MARK: Lengths

    mutating func measure(_ step: Instruction) throws(DecodeFault) {
        let measure = program.measures[Int(step.rule)]
        let wire: UInt64
        switch measure.form {
        case .integer(let form): wire = try unsigned(form.bits / 8, isLittle: form.isLittle ?? measure.isLittle)
        case .varint(let form): wire = try variable(form == .mqtt ? 4 : 10)
        case .ber:
            let first = try unsigned(1, isLittle: false)
            if first < 0x80 {
                wire = first
            } else {
                guard first > 0x80, first <= 0x84 else { throw fault("a length of this form is not supported") }
                wire = try unsigned(Int(first & 0x7F), isLittle: false)
            }
        case .delta:
            let header = try unsigned(1, isLittle: false)
            let delta = try extended(header >> 4)
            wire = UInt64(try extended(header & 15))
            let number = slots[measure.previousSlot] == Program.unset ? 0 : slots[measure.previousSlot]
            let next = number + delta
            slots[measure.previousSlot] = next
            slots[Int(step.target)] = next
            if measure.numberRule >= 0 {
                if let value = try shown(next, program.numberRules[measure.numberRule]) { emit(step.name, value) }
            } else {
                emit(step.name, .int(next))
            }
            slots[Int(step.slot)] = Int64(wire)
            return
        case .packed(let form): return try packedLength(step, measure, form)
        }
        guard let length = Int64(exactly: wire) else { throw fault("a length of \(wire) is absurd") }
        // Of a length that may be wrong, nothing is demanded.
        slots[Int(step.slot)] = measure.advisory >= 0 ? length - Int64(measure.plus) : try size(length, measure)
        evidence += 6
    }

    private mutating func extended(_ nibble: UInt64) throws(DecodeFault) -> Int64 {
        switch nibble {
        case 13: return Int64(try unsigned(1, isLittle: false)) + 13
        case 14: return Int64(try unsigned(2, isLittle: false)) + 269
        case 15: throw fault("15 is reserved here")
        default: return Int64(nibble)
        }
    }

    private func size(_ wire: Int64, _ measure: Measure) throws(DecodeFault) -> Int64 {
        // Eight bits and one bit more take two bytes.
        let times = Int64(measure.times)
        let (count, isBelow) = wire.subtractingReportingOverflow(Int64(measure.plus))
        let (size, isOver) = count.multipliedReportingOverflow(by: Int64(measure.unit))
        guard !isBelow, !isOver, size >= 0 else { throw fault("a length of \(wire) is too small") }
        return size / times + (size % times == 0 ? 0 : 1)
    }
}

extension Computation {
    /// What a number on the wire says: `(wire - plus) * unit`.
    func measured(_ wire: Int64, _ slots: [Int64]) -> Int64 {
        let start = origin >= 0 && slots[origin] != Program.unset ? slots[origin] : 0
        let (count, isBelow) = wire.subtractingReportingOverflow(plus &+ start)
        let (size, isOver) = count.multipliedReportingOverflow(by: unit)
        return isBelow || isOver ? -1 : size
    }
}
