extension GrammarCompiler {
    /// An opening bracket.
    ///
    /// - Parameter number: Of the brackets; nil: the message has it, as `number`.
    /// - Returns: its index among the brackets.
    mutating func enter(_ form: PackedForm, _ number: Int?) throws(ProtocolError) -> Int32 {
        let slot = newSlot()
        tables.brackets.append(BracketRule(form: form, number: number ?? -1, slot: slot))
        let rule = Int32(tables.brackets.count - 1)
        emit(
            Instruction(
                operation: .enter, name: number == nil ? nameIndex("number") : Instruction.noName, rule: rule))
        if number == nil { bind("number", .slot(slot)) }
        return rule
    }

    /// How an element that may be absent shows that it is there: by its first bytes, where the grammar knows them.
    func presence(of element: Element) -> PresenceRule {
        var rule = PresenceRule(names: names(in: element), bracket: bracket)
        if let form = element.enclosure {
            if let number = element.number { rule.start = .bracket(form, number: number) }
        } else if let tag = element.tag {
            rule.start = .tag(tag)
        } else if case .packed(let form)? = element.prefix, let number = element.number {
            rule.start = .value(form, number: number)
        }
        return rule
    }
}
