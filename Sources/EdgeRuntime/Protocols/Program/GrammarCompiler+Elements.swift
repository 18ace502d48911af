extension GrammarCompiler {
    /// Compiles one element with what surrounds it: its condition, its tag and its length.
    ///
    /// - Parameter name: Where its value stands; an element without a name is spliced.
    mutating func element(_ element: Element, name: Int32) throws(ProtocolError) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= GrammarCompiler.maximumDepth, tables.code.count < GrammarCompiler.maximumInstructions else {
            throw mistake(element.mark, "the grammar grows too large here", hint: "give the repeated part a type")
        }
        var jumps: [Int] = []
        if !element.conditions.isEmpty { jumps.append(try test(element.conditions)) }
        if let flag = element.name.flatMap({ governingSlot($0) }) {
            tables.conditions.append(.init(terms: [.init(slot: flag, values: [1...Int64.max])]))
            jumps.append(tables.code.count)
            emit(Instruction(operation: .test, rule: Int32(tables.conditions.count - 1)))
        }
        if element.isOptional {
            tables.presences.append(presence(of: element))
            jumps.append(tables.code.count)
            emit(Instruction(operation: .optional, rule: Int32(tables.presences.count - 1)))
        }
        if let tag = element.tag { emit(Instruction(operation: .tag, width: tag)) }
        if let form = element.enclosure {
            let outer = bracket
            bracket = try enter(form, element.number)
            try content(element, name: name)
            emit(Instruction(operation: .leave, rule: bracket))
            bracket = outer
        } else if let prefix = element.prefix {
            try prefixed(element, prefix, name)
        } else {
            try content(element, name: name)
        }
        for jump in jumps { tables.code[jump].target = Int32(tables.code.count) }
        // An element that may be absent cannot be referred to by what follows only if it was no number; slots keep `unset`.
    }

    private mutating func prefixed(
        _ element: Element, _ prefix: LengthForm, _ name: Int32
    ) throws(ProtocolError) {
        let slot = newSlot()
        var measure = Measure(
            form: prefix, unit: 1, times: 1, plus: 0, shift: 0, width: 0, groupBytes: 0, isLittle: grammar.isLittle)
        tables.measures.append(measure)
        let index = tables.measures.count - 1
        if prefix == .delta {
            // The number of a delta header goes into the message beside the element, as `number`.
            let number = newSlot()
            measure.previousSlot = deltaSlot ?? newSlot()
            if let enumeration = element.enumeration {
                tables.numberRules.append(NumberRule(enumeration: try enumerationIndex(enumeration)))
                measure.numberRule = tables.numberRules.count - 1
            }
            tables.measures[index] = measure
            emit(
                Instruction(
                    operation: .measure, name: nameIndex("number"), slot: Int32(slot), rule: Int32(index),
                    target: Int32(number)))
            bind(
                "number", .slot(number),
                enumeration: measure.numberRule >= 0 ? tables.numberRules[measure.numberRule].enumeration : -1)
        } else if case .packed = prefix {
            measure.number = element.number ?? -1
            tables.measures[index] = measure
            let number = element.number == nil ? newSlot() : -1
            emit(
                Instruction(
                    operation: .measure, name: element.number == nil ? nameIndex("number") : Instruction.noName,
                    slot: Int32(slot), rule: Int32(index), target: Int32(number)))
            if number >= 0 { bind("number", .slot(number)) }
        } else {
            emit(Instruction(operation: .measure, slot: Int32(slot), rule: Int32(index)))
        }
        emit(Instruction(operation: .limit, slot: Int32(slot), rule: Int32(index)))
        var inner = element
        if case .own = inner.size { inner.size = .rest }
        try content(inner, name: name)
        emit(Instruction(operation: .unlimit, slot: Int32(slot), rule: Int32(index)))
    }

    private mutating func content(_ element: Element, name: Int32) throws(ProtocolError) {
        if element.checksum != nil { return try checksum(element) }
        if element.isMeasure { return try measure(element) }
        switch element.kind {
        case .integer(let form): try integer(element, form, name)
        case .varint(let form):
            let rule = try numberRule(element)
            emit(
                Instruction(
                    operation: .varint, width: form.rawValue, flags: [.ruled],
                    name: rule.computation == nil && rule.constant == nil ? name : Instruction.noName, rule: add(rule)))
            if let own = element.name {
                bind(own, .instruction(tables.code.count - 1), enumeration: rule.enumeration)
            }
        case .real(let form):
            emit(
                Instruction(
                    operation: .real, width: UInt8(form.bits / 8),
                    flags: form.isLittle ?? grammar.isLittle ? [.little] : [], name: name))
            if let own = element.name { bind(own, .none) }
        case .sizedInteger, .bytes, .text, .objectIdentifier, .decimalDigits, .address, .number, .bitList:
            try sized(element, name)
        case .bits(let form, let isLeastFirst, let fields): try bits(element, form, isLeastFirst, fields, name)
        case .group(let elements):
            try enclosed(element) { (compiler) throws(ProtocolError) in
                if name == Instruction.noName {
                    try compiler.group(elements)
                } else {
                    compiler.emit(Instruction(operation: .open, name: name))
                    try compiler.inScope(name) { (compiler) throws(ProtocolError) in try compiler.group(elements) }
                    compiler.emit(Instruction(operation: .close, name: name))
                }
            }
        case .reference(let reference):
            try enclosed(element) { (compiler) throws(ProtocolError) in try compiler.use(reference, name) }
        case .choice(let keys, let cases):
            try enclosed(element) { (compiler) throws(ProtocolError) in
                try compiler.choice(element, keys, cases, name)
            }
        case .list(let item):
            try enclosed(element) { (compiler) throws(ProtocolError) in try compiler.list(element, item, name) }
        case .protobuf(let fields):
            emit(
                Instruction(
                    operation: .protobuf, name: name,
                    rule: Int32(try protobufMessage(fields, key: "line \(element.mark.line) \(element.mark.column)"))))
        }
    }

    /// Elements with a size or a terminator of their own stand in a region of it.
    private mutating func enclosed(
        _ element: Element, _ body: (inout GrammarCompiler) throws(ProtocolError) -> Void
    ) throws(ProtocolError) {
        var isList = false
        if case .list = element.kind { isList = true }
        var outer = element
        // A list stops by itself before these bytes.
        if isList { outer.until = nil }
        switch (element.size, outer.until) {
        case (.own, nil), (.rest, nil): try body(&self)
        default:
            var rule = ContentRule()
            rule.padding = element.padding
            rule.extent = try extent(outer)
            tables.contentRules.append(rule)
            let index = Int32(tables.contentRules.count - 1)
            emit(Instruction(operation: .enclose, rule: index))
            try body(&self)
            emit(Instruction(operation: .unenclose, rule: index))
        }
    }

    /// A type of the grammar, copied to this place or called.
    private mutating func use(_ reference: Element.Reference, _ name: Int32) throws(ProtocolError) {
        guard let declaration = grammar.types[reference.name] else {
            throw mistake(
                reference.mark, "there is no type `\(reference.name)`",
                hint: NearestName.hint(for: reference.name, among: TypeNames.all.union(grammar.types.keys)))
        }
        if recursive[reference.name] != nil {
            guard name != Instruction.noName else {
                throw mistake(reference.mark, "a type that contains itself cannot be spliced", hint: "give it a name")
            }
            pendingCalls.append((tables.code.count, reference.name))
            emit(Instruction(operation: .call, name: name))
        } else if name == Instruction.noName {
            if let bare = declaration.bare {
                try element(bare, name: Instruction.noName)
            } else {
                try group(declaration.elements)
            }
        } else {
            try body(declaration, name: name)
        }
    }

    // MARK: Numbers

    private mutating func integer(
        _ element: Element, _ form: IntegerForm, _ name: Int32
    ) throws(ProtocolError) {
        guard form.bits % 8 == 0 else {
            throw mistake(
                element.mark, "a number of \(form.bits) bits stands only in a group of bits",
                hint: "write `- bits: u8` with its `fields`")
        }
        var rule = try numberRule(element)
        if form.isASCII { rule.characters = form.bits / 8 }
        var flags: Instruction.Flags = []
        if form.isSigned { flags.insert(.signed) }
        if form.isLittle ?? grammar.isLittle { flags.insert(.little) }
        if form.isBool { flags.insert(.bool) }
        if !rule.isPlain { flags.insert(.ruled) }
        let isShown = rule.constant == nil && rule.computation == nil
        emit(
            Instruction(
                operation: .integer, width: UInt8(form.bits / 8), flags: flags,
                name: isShown ? name : Instruction.noName,
                rule: rule.isPlain ? -1 : add(rule)))
        if let own = element.name {
            bind(
                own, .instruction(tables.code.count - 1),
                enumeration: form.isASCII ? Scope.characters : rule.enumeration)
            try govern(element, index: tables.code.count - 1)
        }
    }

    mutating func add(_ rule: NumberRule) -> Int32 {
        tables.numberRules.append(rule)
        return Int32(tables.numberRules.count - 1)
    }

    mutating func numberRule(_ element: Element) throws(ProtocolError) -> NumberRule {
        var rule = NumberRule()
        rule.range = element.range
        rule.scale = element.scale
        rule.offset = element.offset
        rule.isSilent = element.isSilent
        if let enumeration = element.enumeration { rule.enumeration = try enumerationIndex(enumeration) }
        rule.constant = try element.constant.map { (value) throws(ProtocolError) in
            try number(value, rule, element.mark)
        }
        rule.initial = try element.initial.map { (value) throws(ProtocolError) in
            try number(value, rule, element.mark)
        }
        switch element.says {
        case .count(let target):
            rule.computation = Computation(
                source: .count(target.name), unit: Int64(element.unit), plus: Int64(element.plus),
                origin: try element.origin.map { (name) throws(ProtocolError) in try slot(of: name).slot } ?? -1)
        case .presence(let targets):
            rule.computation = Computation(source: .presence(targets.map(\.name)), unit: 1, plus: 0, origin: -1)
        case .unused(let target):
            rule.computation = Computation(source: .unused(target.name), unit: 1, plus: 0, origin: -1)
        case .size, .sizeOfRest, nil: break
        }
        return rule
    }

    private func number(_ value: FieldValue, _ rule: NumberRule, _ mark: Mark) throws(ProtocolError) -> Int64 {
        if let number = value.integer { return number }
        if case .text(let name) = value, rule.enumeration >= 0,
            let number = tables.enumerations[rule.enumeration].values[name]
        {
            return number
        }
        throw mistake(
            mark, "`const` or `default` of this element has to be a whole number or a name of its `enum`", hint: nil)
    }

    /// Notes what a count or a presence flag rules over.
    mutating func govern(_ element: Element, index: Int) throws(ProtocolError) {
        switch element.says {
        case .count(let target):
            let slot = try slot(of: .init(name: element.name ?? "", mark: element.mark)).slot
            governed[target.name + " count"] = slot
        case .presence(let targets):
            let slot = try slot(of: .init(name: element.name ?? "", mark: element.mark)).slot
            for target in targets { governed[target.name] = slot }
        case .unused(let target):
            governed[target.name + " unused"] = try slot(of: .init(name: element.name ?? "", mark: element.mark)).slot
        case .size, .sizeOfRest, nil: break
        }
    }

    private func governingSlot(_ name: String) -> Int? { governed[name] }

    private mutating func measure(_ element: Element) throws(ProtocolError) {
        let form: LengthForm
        switch element.kind {
        case .integer(var integer):
            integer.isLittle = integer.isLittle ?? grammar.isLittle
            guard integer.bits % 8 == 0 else {
                throw mistake(
                    element.mark, "a length of \(integer.bits) bits stands only in a group of bits", hint: nil)
            }
            form = .integer(integer)
        case .varint(let varint): form = .varint(varint)
        default: throw mistake(element.mark, "this cannot say a size", hint: nil)
        }
        var measure = Measure(
            form: form, unit: element.unit, times: element.times, plus: element.plus, shift: 0, width: 0, groupBytes: 0,
            isLittle: grammar.isLittle)
        if element.isAdvisory, let name = element.name {
            measure.advisory = nameIndex(name)
            measure.startSlot = newSlot()
        }
        let slots = measureSlots(element, measure)
        guard let slot = slots.first else {
            throw mistake(element.mark, "what this measures is not known here", hint: nil)
        }
        emit(Instruction(operation: .measure, slot: Int32(slot), rule: Int32(tables.measures.count - 1)))
    }

    private mutating func checksum(_ element: Element) throws(ProtocolError) {
        guard let form = element.checksum else { return }
        let (start, end) = coverSlots(element)
        var rule: ChecksumRule
        switch element.kind {
        case .integer(let integer) where integer.bits % 8 == 0:
            rule = ChecksumRule(
                form: form, start: start, end: end, bits: integer.bits,
                isLittle: integer.isLittle ?? grammar.isLittle, digits: 0)
        case .number(let number) where number.radix == 16 && number.digits <= 16:
            rule = ChecksumRule(
                form: form, start: start, end: end, bits: 4 * number.digits, isLittle: false, digits: number.digits)
        default: throw mistake(element.mark, "a checksum is a number of whole bytes, or a hex_number", hint: nil)
        }
        tables.checksums.append(rule)
        emit(Instruction(operation: .checksum, rule: Int32(tables.checksums.count - 1)))
    }

    private mutating func bits(
        _ element: Element, _ form: IntegerForm, _ isLeastFirst: Bool, _ fields: [Element.BitField], _ name: Int32
    ) throws(ProtocolError) {
        if name != Instruction.noName { emit(Instruction(operation: .open, name: name)) }
        let isLittle = form.isLittle ?? grammar.isLittle
        let first = tables.bitRules.count
        var position = isLeastFirst ? 0 : form.bits
        for field in fields {
            if !isLeastFirst { position -= field.width }
            var rule = try numberRule(field.element)
            var measureIndex = -1
            var measureSlot = -1
            if field.element.isMeasure {
                let measure = Measure(
                    form: .integer(form), unit: field.element.unit, times: field.element.times,
                    plus: field.element.plus,
                    shift: position,
                    width: field.width, groupBytes: form.bits / 8, isLittle: isLittle)
                if let slot = measureSlots(field.element, measure).first {
                    measureSlot = slot
                    measureIndex = tables.measures.count - 1
                }
            }
            let isShown = rule.constant == nil && rule.computation == nil && measureIndex < 0
            let isPlain = rule.isPlain
            if rule.range == nil, rule.constant == nil { rule.range = nil }
            tables.bitRules.append(
                BitRule(
                    name: isShown ? nameIndex(field.element.name ?? "") : Instruction.noName, slot: -1,
                    shift: UInt8(position), width: UInt8(field.width), isSigned: field.isSigned, isBool: field.isBool,
                    rule: isPlain ? -1 : add(rule), measure: Int32(measureIndex), measureSlot: Int32(measureSlot)))
            if isLeastFirst { position += field.width }
        }
        emit(
            Instruction(
                operation: .bits, width: form.isSized ? 0 : UInt8(form.bits / 8), flags: isLittle ? [.little] : [],
                rule: Int32(first),
                target: Int32(fields.count)))
        for (index, field) in fields.enumerated() {
            guard let own = field.element.name else { continue }
            let rule = tables.bitRules[first + index].rule
            let enumeration = rule < 0 ? -1 : tables.numberRules[Int(rule)].enumeration
            bind(name >= 0 ? "\(tables.names[Int(name)]).\(own)" : own, .bit(first + index), enumeration: enumeration)
            if name < 0 { try govern(field.element, index: first + index) }
        }
        if name != Instruction.noName { emit(Instruction(operation: .close, name: name)) }
    }

    // MARK: Conditions

    private mutating func test(_ conditions: [Element.Condition]) throws(ProtocolError) -> Int {
        var terms: [ConditionRule.Term] = []
        for condition in conditions {
            let key = try slot(of: condition.field)
            var values = condition.values
            for name in condition.names {
                values += try self.values(of: .name(name.name), key: key, mark: name.mark)
            }
            terms.append(.init(slot: key.slot, values: values))
        }
        tables.conditions.append(.init(terms: terms))
        emit(Instruction(operation: .test, rule: Int32(tables.conditions.count - 1)))
        return tables.code.count - 1
    }

    /// The names that show whether an optional element is there.
    func names(in element: Element, depth: Int = 0) -> [String] {
        if let name = element.name { return [name] }
        switch element.kind {
        case .group(let elements): return elements.flatMap { names(in: $0, depth: depth) }
        case .bits(_, _, let fields): return fields.compactMap(\.element.name)
        case .choice(_, let cases): return cases.flatMap { $0.elements.flatMap { names(in: $0, depth: depth) } }
        case .reference(let type):
            guard depth < 8, let declaration = grammar.types[type.name] else { return [] }
            return (declaration.elements + [declaration.bare].compactMap { $0 })
                .flatMap { names(in: $0, depth: depth + 1) }
        default: return []
        }
    }
}

extension Element {
    /// Whether this number says a size.
    var isMeasure: Bool {
        switch says {
        case .size, .sizeOfRest: true
        case .count, .presence, .unused, nil: false
        }
    }
}
