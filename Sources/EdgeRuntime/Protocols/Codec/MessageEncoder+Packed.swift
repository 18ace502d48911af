extension MessageEncoder {
    /// The number of a packed header: the grammar's, or that of the message.
    private mutating func packedNumber(
        _ form: PackedForm, _ constant: Int, _ name: Int32
    ) throws(EncodeFault) -> Int64 {
        if constant >= 0 { return Int64(constant) }
        let number = try number(name, NumberRule())
        guard number >= 0, number <= Int64(form.numberLimit) else {
            throw fault("\(number) is not within 0 to \(form.numberLimit)", name)
        }
        return number
    }

    /// Takes the number of a packed header whose length is not known yet.
    mutating func reservePacked(_ step: Instruction, _ measure: Measure, _ form: PackedForm) throws(EncodeFault) {
        packedNumbers.append(try packedNumber(form, measure.number, step.name))
        if step.target >= 0, let number = packedNumbers.last { slots[Int(step.target)] = number }
    }

    /// Writes a packed header before the content that it measures.
    mutating func fillPacked(_ form: PackedForm, size: Int, place: Int) throws(EncodeFault) {
        guard let number = packedNumbers.popLast() else { throw fault("a number is announced too late") }
        guard let header = form.header(Int(clamping: number), length: size) else {
            throw fault("\(size) bytes are too many for their header")
        }
        output.insert(contentsOf: header, at: place)
    }

    mutating func enter(_ step: Instruction) throws(EncodeFault) {
        let rule = program.brackets[Int(step.rule)]
        let number = try packedNumber(rule.form, rule.number, step.name)
        slots[rule.slot] = number
        output += rule.form.header(Int(clamping: number), code: rule.form.open ?? 0)
    }

    mutating func leave(_ step: Instruction) throws(EncodeFault) {
        let rule = program.brackets[Int(step.rule)]
        output += rule.form.header(Int(clamping: slots[rule.slot]), code: rule.form.close ?? 0)
    }
}
