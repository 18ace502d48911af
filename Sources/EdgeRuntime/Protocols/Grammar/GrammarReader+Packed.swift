import EdgeData

extension GrammarReader {
    /// Named forms of packed headers, under `lengths`.
    func packedForms(_ tree: MarkedTree) throws(ProtocolError) -> [String: PackedForm] {
        var forms: [String: PackedForm] = [:]
        for field in try record(tree, "`lengths`") { forms[field.name] = try packedForm(field.value) }
        return forms
    }

    private func packedForm(_ tree: MarkedTree) throws(ProtocolError) -> PackedForm {
        let fields = try record(tree, "a form of lengths")
        try check(
            fields, allowed: ["number", "marker", "length", "extends", "number_extends", "open", "close"],
            of: "a form of lengths")
        let numberBits = Int(try integer(of: tree, "number", in: 0...7, default: 0))
        let lengthBits = Int(try integer(of: tree, "length", in: 1...8, default: 8))
        guard numberBits + lengthBits <= 8 else {
            throw mistake(tree, "`number` and `length` have \(numberBits + lengthBits) bits, but a byte has 8")
        }
        var extensions: [UInt8: Int] = [:]
        for field in try self.fields(of: tree, "extends") {
            let name = try text(field.value)
            guard let value = GrammarReader.number(field.name).flatMap({ UInt8(exactly: $0) }),
                let form = TypeNames.integer(name), !form.isSigned, form.bits % 8 == 0, form.bits <= 32
            else {
                throw mistake(
                    field, "`\(field.name)` cannot extend a length", hint: "write `255: u16`, a byte and a width")
            }
            extensions[value] = form.bits / 8
        }
        let mask = Int64(1 << lengthBits) - 1
        func bracket(_ key: String) throws(ProtocolError) -> UInt8? {
            try tree[key].map { (value) throws(ProtocolError) in UInt8(try integer(value, in: 0...mask)) }
        }
        return PackedForm(
            numberBits: numberBits, lengthBits: lengthBits,
            marker: UInt8(try integer(of: tree, "marker", in: 0...127, default: 0)),
            extendsNumber: try tree["number_extends"].map(bool) ?? false, extensions: extensions,
            open: try bracket("open"), close: try bracket("close"))
    }

    /// The packed form of a name, and what is wrong with a name that is none.
    func packedForm(named tree: MarkedTree) throws(ProtocolError) -> PackedForm {
        let name = try text(tree)
        guard let form = lengths[name] else {
            throw mistake(
                tree, "there is no form `\(name)` under `lengths`",
                hint: NearestName.hint(for: name, among: Array(lengths.keys)))
        }
        return form
    }
}
