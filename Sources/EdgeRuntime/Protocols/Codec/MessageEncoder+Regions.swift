extension MessageEncoder {
    /// Keeps the place of a length, with room for it where its width is known.
    mutating func reserve(_ step: Instruction) throws(EncodeFault) {
        let measure = program.measures[Int(step.rule)]
        slots[Int(step.slot)] = Int64(output.count)
        switch measure.form {
        case .integer(let form): for _ in 0..<form.bits / 8 { output.append(0) }
        case .varint, .ber: break
        case .delta:
            let rule = measure.numberRule >= 0 ? program.numberRules[measure.numberRule] : NumberRule()
            slots[Int(step.target)] = try number(step.name, rule)
            deltaTargets.append(Int(step.target))
        case .packed(let form): try reservePacked(step, measure, form)
        }
    }

    /// Writes the length of a region that ends here.
    mutating func fill(_ step: Instruction) throws(EncodeFault) {
        guard let start = regions.popLast(), step.rule >= 0 else { throw fault("a length is announced too late") }
        let measure = program.measures[Int(step.rule)]
        let size = output.count - start
        guard size * measure.times % measure.unit == 0 else {
            throw fault("\(size) bytes cannot be counted in units of \(measure.unit)")
        }
        var wire = Int64(size * measure.times / measure.unit + measure.plus)
        if measure.advisory >= 0, let given = take(measure.advisory)?.integer { wire = given }
        let place = Int(slots[Int(step.slot)])
        guard place >= 0, place <= output.count else { throw fault("a length is announced too late") }
        switch measure.form {
        case .integer(let form):
            let width = measure.width > 0 ? measure.groupBytes : form.bits / 8
            let bits = measure.width > 0 ? measure.width : form.bits
            guard let raw = MessageEncoder.bits(of: wire, width: bits, isSigned: false), place + width <= output.count
            else {
                throw fault("\(size) bytes are too many for a length of \(bits) bits")
            }
            let isLittle = form.isLittle ?? measure.isLittle
            let shifted = raw << UInt64(measure.shift)
            for index in 0..<width {
                let shift = UInt64(8 * (isLittle ? index : width - 1 - index))
                output[place + index] |= UInt8(truncatingIfNeeded: shifted >> shift)
            }
        case .varint(let form):
            guard wire >= 0, form != .mqtt || wire < 1 << 28 else { throw fault("\(size) bytes are too many") }
            var header: [UInt8] = []
            MessageEncoder.append(variable: UInt64(wire), to: &header)
            output.insert(contentsOf: header, at: place)
        case .ber:
            guard wire >= 0 else { throw fault("\(size) bytes are too few") }
            var header: [UInt8] = []
            if wire < 0x80 {
                header = [UInt8(wire)]
            } else {
                var rest = wire
                while rest > 0 {
                    header.insert(UInt8(truncatingIfNeeded: rest), at: 0)
                    rest >>= 8
                }
                header.insert(0x80 | UInt8(header.count), at: 0)
            }
            output.insert(contentsOf: header, at: place)
        case .delta:
            guard let target = deltaTargets.popLast() else { throw fault("a number is announced too late") }
            let previous = slots[measure.previousSlot] == Program.unset ? 0 : slots[measure.previousSlot]
            let delta = slots[target] - previous
            guard delta >= 0 else {
                throw fault(
                    "\(slots[target]) comes after \(previous)", hint: "sort the list by `number`")
            }
            guard delta <= 65804, wire <= 65804 else { throw fault("this is too large for its header") }
            slots[measure.previousSlot] = slots[target]
            let (high, afterHigh) = MessageEncoder.extended(delta)
            let (low, afterLow) = MessageEncoder.extended(wire)
            output.insert(contentsOf: [high << 4 | low] + afterHigh + afterLow, at: place)
        case .packed(let form): try fillPacked(form, size: size, place: place)
        }
    }

    private static func extended(_ value: Int64) -> (nibble: UInt8, bytes: [UInt8]) {
        if value < 13 { return (UInt8(value), []) }
        if value < 269 { return (13, [UInt8(value - 13)]) }
        let rest = UInt16(value - 269)
        return (14, [UInt8(rest >> 8), UInt8(rest & 0xFF)])
    }

    /// Ends a region with a size or a terminator of its own.
    mutating func finish(_ rule: ContentRule) throws(EncodeFault) {
        guard let start = regions.popLast() else { throw fault("a region ends that never began") }
        try complete(rule, from: start)
    }

    /// Fills content up to its size, or ends it with its terminator.
    mutating func complete(_ rule: ContentRule, from start: Int, _ name: Int32 = Instruction.noName) throws(EncodeFault)
    {
        let size = output.count - start
        var demanded: Int64?
        switch rule.extent {
        case .rest, .leaving, .packed: break
        case .chained:
            guard let last = output.last, size > 0, last & 0x80 == 0,
                output[start..<output.count - 1].allSatisfy({ $0 & 0x80 != 0 })
            else { throw fault("the highest bit says that more follows, and is clear in the last byte only", name) }
        case .fixed(let fixed): demanded = Int64(fixed)
        case .slot(let slot): demanded = slots[slot] == Program.unset ? nil : slots[slot]
        case .terminated(let end, _):
            guard !contains(end, from: start) else { throw fault("it contains what would end it", name) }
            output += end
        case .before(let end):
            guard !contains(end, from: start) else { throw fault("it contains what would end it", name) }
        }
        guard let demanded else { return }
        if Int64(size) < demanded, let padding = rule.padding, demanded <= Int64(MessageEncoder.maximumLength) {
            output += repeatElement(padding, count: Int(demanded) - size)
        } else if Int64(size) != demanded {
            throw fault("\(demanded) bytes are needed, but these are \(size)", name)
        }
    }

    private func contains(_ pattern: [UInt8], from start: Int) -> Bool {
        guard let first = pattern.first, output.count - start >= pattern.count else { return false }
        for index in start...(output.count - pattern.count) where output[index] == first {
            if output[index..<index + pattern.count].elementsEqual(pattern) { return true }
        }
        return false
    }

    mutating func checksum(_ rule: ChecksumRule) throws(EncodeFault) {
        let start = rule.start < 0 ? 0 : Int(slots[rule.start])
        let end = rule.end < 0 ? output.count : Int(slots[rule.end])
        guard start >= 0, start <= end, end <= output.count else { throw fault("a checksum covers nothing") }
        let mask = UInt64.max >> UInt64(64 - rule.bits)
        let value = output[start..<end].withUnsafeBytes { rule.form.value(of: $0) } & mask
        if rule.digits > 0 {
            let digits = String(value, radix: 16, uppercase: true)
            output += String(repeating: "0", count: max(0, rule.digits - digits.count)).utf8
            output += digits.utf8
        } else {
            append(value, rule.bits / 8, isLittle: rule.isLittle)
        }
    }
}
