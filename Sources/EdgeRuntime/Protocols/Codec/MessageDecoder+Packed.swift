extension MessageDecoder {
    /// Reads a packed header: its number and the length or bracket in its low bits, with those that go on behind it.
    ///
    /// - Throws: where the marker, the number or the kind of header is another one.
    private mutating func header(
        _ form: PackedForm, expecting number: Int, isShown name: Int32
    ) throws(DecodeFault) -> (number: Int64, code: UInt8) {
        let start = position
        let first = UInt8(try unsigned(1, isLittle: false))
        guard first & form.markerMask == form.markerBits else {
            position = start
            throw fault("byte 0x\(hex(UInt64(first))) begins another kind of value")
        }
        var found = form.number(of: first).map { Int64($0) }
        if found == nil { found = Int64(try unsigned(1, isLittle: false)) }
        let number64 = found ?? 0
        if number >= 0 {
            guard number64 == Int64(number) else {
                position = start
                throw fault("the value is number \(number64) instead of \(number)")
            }
            evidence += 4
        } else if name >= 0 {
            emit(name, .int(number64))
        }
        return (number64, first & form.lengthMask)
    }

    /// The length of a packed header.
    mutating func packedLength(_ step: Instruction, _ measure: Measure, _ form: PackedForm) throws(DecodeFault) {
        let start = position
        let (number, code) = try header(form, expecting: measure.number, isShown: step.name)
        if step.target >= 0 { slots[Int(step.target)] = number }
        guard code != form.open, code != form.close else {
            position = start
            throw fault("a bracket stands where a value is expected")
        }
        var length = Int64(code)
        if let width = form.extensions[code] {
            length = Int64(try unsigned(width, isLittle: false))
            // A length of one byte may again stand for one of several.
            let escape = width == 1 ? UInt8(exactly: length) ?? 0 : 0
            if escape > form.lengthMask, let wider = form.extensions[escape] {
                length = Int64(try unsigned(wider, isLittle: false))
            }
        }
        evidence += 3
        slots[Int(step.slot)] = length
    }

    /// An opening bracket; the slot keeps its number for the closing one.
    mutating func enter(_ step: Instruction) throws(DecodeFault) {
        let rule = program.brackets[Int(step.rule)]
        let start = position
        let (number, code) = try header(rule.form, expecting: rule.number, isShown: step.name)
        guard code == rule.form.open else {
            position = start
            throw fault("an opening bracket is expected here")
        }
        evidence += 3
        slots[rule.slot] = number
    }

    mutating func leave(_ step: Instruction) throws(DecodeFault) {
        let rule = program.brackets[Int(step.rule)]
        let closing = rule.form.header(Int(clamping: slots[rule.slot]), code: rule.form.close ?? 0)
        guard starts(with: closing) else { throw fault("the closing bracket of number \(slots[rule.slot]) is missing") }
        position += closing.count
        evidence += 8
    }

    /// Whether the brackets that surround this place end here.
    func closes(_ bracket: Int32) -> Bool {
        guard bracket >= 0, position < limit else { return false }
        let rule = program.brackets[Int(bracket)]
        let byte = bytes[position]
        guard byte & rule.form.lengthMask == rule.form.close, slots[rule.slot] != Program.unset else { return false }
        return starts(with: rule.form.header(Int(clamping: slots[rule.slot]), code: rule.form.close ?? 0))
    }

    /// Whether an element that may be absent begins here.
    func isPresent(_ rule: PresenceRule) -> Bool {
        guard position < limit, !closes(rule.bracket) else { return false }
        switch rule.start {
        case .any: return true
        case .tag(let tag): return bytes[position] == tag
        case .value(let form, let number):
            let code = bytes[position] & form.lengthMask
            return code != form.open && code != form.close && starts(with: form.header(number, code: code))
        case .bracket(let form, let number): return starts(with: form.header(number, code: form.open ?? 0))
        }
    }
}
