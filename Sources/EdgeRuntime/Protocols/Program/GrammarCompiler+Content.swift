extension GrammarCompiler {
    /// Content that ends with its region, after a number of bytes, or before a terminator.
    mutating func sized(_ element: Element, _ name: Int32) throws(ProtocolError) {
        var rule = ContentRule()
        rule.constant = element.constant
        rule.initial = element.initial
        rule.padding = element.padding
        rule.isSilent = element.isSilent
        rule.extent = try extent(element)
        var operation = Operation.bytes
        switch element.kind {
        case .bytes: break
        case .text(let form):
            operation = .text
            rule.form = .text(form)
        case .objectIdentifier: operation = .objectIdentifier
        case .decimalDigits(let isLittle):
            operation = .decimalDigits
            rule.form = .decimal(isLittle: isLittle)
        case .address(let form):
            operation = .address
            rule.form = .address(form)
            rule.extent = .fixed(form.size)
        case .number(let form):
            operation = .number
            rule.form = .digits(form)
            rule.number = try numberRule(element)
        case .sizedInteger(let isSigned, let mayBeEmpty):
            rule.isShortZero = mayBeEmpty
            operation = .sizedInteger
            rule.form = .integer(isSigned: isSigned)
            rule.number = try numberRule(element)
        case .bitList:
            operation = .bitList
            rule.packing = element.packing
            switch element.count {
            case .own: rule.countSlot = element.name.flatMap { governed[$0 + " count"] } ?? -1
            case .fixed: throw mistake(element.mark, "the count of a bit_list is the value of an element", hint: nil)
            case .field(let reference): rule.countSlot = try slot(of: reference).slot
            }
            rule.unusedSlot = element.name.flatMap { governed[$0 + " unused"] } ?? -1
            if case .packed = element.size {
                guard rule.countSlot >= 0 else {
                    throw mistake(element.mark, "`size: packed` needs a count", hint: "say it with `count_of`")
                }
                rule.extent = .packed(slot: rule.countSlot, width: element.packing.width)
            }
        default: throw mistake(element.mark, "this has no size", hint: nil)
        }
        let isShown = element.constant == nil
        tables.contentRules.append(rule)
        emit(
            Instruction(
                operation: operation, name: isShown ? name : Instruction.noName,
                rule: Int32(tables.contentRules.count - 1)))
        guard let own = element.name else { return }
        switch element.kind {
        case .sizedInteger, .number:
            bind(own, .instruction(tables.code.count - 1), enumeration: rule.number.enumeration)
        default: bind(own, .none)
        }
    }

    mutating func extent(_ element: Element) throws(ProtocolError) -> ContentRule.Extent {
        if let until = element.until { return .before(until) }
        switch element.size {
        case .own:
            if let count = element.name.flatMap({ governed[$0 + " count"] }), case .bytes = element.kind {
                return .slot(count)
            }
            return .rest
        case .rest: return .rest
        case .chained: return .chained
        case .packed:
            guard case .bitList = element.kind else {
                throw mistake(element.mark, "only a bit_list has `size: packed`", hint: nil)
            }
            return .rest
        case .leaving(let count): return .leaving(count)
        case .fixed(let size): return .fixed(size)
        case .field(let reference): return .slot(try slot(of: reference).slot)
        case .terminated(let end, let mayEnd): return .terminated(end, mayEnd: mayEnd)
        }
    }

    mutating func list(_ element: Element, _ item: Element, _ name: Int32) throws(ProtocolError) {
        let bound: LoopRule.Bound
        switch element.count {
        case .fixed(let count): bound = .fixed(count)
        case .field(let reference): bound = .slot(try slot(of: reference).slot)
        case .own: bound = element.name.flatMap { governed[$0 + " count"] }.map { .slot($0) } ?? .rest
        }
        guard name != Instruction.noName else { throw mistake(element.mark, "a list needs a name", hint: nil) }
        tables.loopRules.append(
            LoopRule(
                bound: bound, until: element.until ?? [], alignment: element.alignment, name: name, bracket: bracket))
        let rule = Int32(tables.loopRules.count - 1)
        let outerDelta = deltaSlot
        defer { deltaSlot = outerDelta }
        if case .group(let parts) = item.kind, parts.contains(where: { $0.prefix == .delta }) {
            let delta = newSlot()
            deltaSlot = delta
            emit(Instruction(operation: .set, slot: Int32(delta), target: 0))
        }
        let start = tables.code.count
        emit(Instruction(operation: .loop, name: name, rule: rule))
        try inScope { (compiler) throws(ProtocolError) in
            try compiler.element(item, name: Instruction.elementName)
        }
        // Plain numbers in a row need no loop of steps.
        if tables.code.count == start + 2, tables.code[start + 1].operation == .integer,
            !tables.code[start + 1].flags.contains(.ruled), bracket < 0, tables.loopRules[Int(rule)].until.isEmpty,
            element.alignment == 1
        {
            var number = tables.code[start + 1]
            number.operation = .integerList
            number.name = name
            number.rule = rule
            tables.code.removeLast(2)
            emit(number)
        } else {
            emit(Instruction(operation: .next, target: Int32(start + 1)))
            tables.code[start].target = Int32(tables.code.count)
        }
        if let own = element.name { bind(own, .none) }
    }

    mutating func choice(
        _ element: Element, _ references: [Element.Reference], _ cases: [Element.Case], _ name: Int32
    ) throws(ProtocolError) {
        var keys: [(slot: Int, enumeration: Int)] = []
        for reference in references { keys.append(try slot(of: reference)) }
        let choose = tables.code.count
        emit(Instruction(operation: .choose))
        var entries: [ChoiceTable.Entry] = []
        var defaultTarget: Int32 = -1
        var ends: [Int] = []
        var targets: [Int32] = []
        var inner: [String: [Scope.Binding]] = [:]
        for alternative in cases {
            let target = Int32(tables.code.count)
            targets.append(target)
            if alternative.patterns.isEmpty {
                defaultTarget = target
            } else {
                var patterns: [[ClosedRange<Int64>]] = []
                for (pattern, key) in zip(alternative.patterns, keys) {
                    switch pattern {
                    case .any: patterns.append([])
                    case .oneOf(let alternatives):
                        var ranges: [ClosedRange<Int64>] = []
                        for one in alternatives { ranges += try values(of: one, key: key, mark: alternative.mark) }
                        patterns.append(ranges)
                    }
                }
                entries.append(.init(patterns: patterns, target: target))
            }
            var scope = Scope()
            scope.preferred = inner.compactMapValues { $0.compactMap { knownSlot(at: $0.place) }.first }
            scopes.append(scope)
            if var bare = alternative.bare {
                // What counts or governs the choice does so with whatever is chosen.
                bare.name = bare.name ?? element.name
                try self.element(bare, name: name)
            } else if name == Instruction.noName {
                try group(alternative.elements)
            } else if !alternative.elements.isEmpty {
                emit(Instruction(operation: .open, name: name))
                try group(alternative.elements)
                emit(Instruction(operation: .close, name: name))
            }
            for (key, binding) in scopes.removeLast().bindings { inner[key, default: []].append(binding) }
            ends.append(tables.code.count)
            emit(Instruction(operation: .jump))
        }
        export(
            inner.mapValues {
                $0.count == 1 ? $0[0] : .init(place: .several($0.map(\.place)), enumeration: $0[0].enumeration)
            },
            name)
        for end in ends { tables.code[end].target = Int32(tables.code.count) }
        let isPeeked = references.contains { $0.name == "next" }
        let table = ChoiceTable(
            keys: zip(references, keys).map { .init(slot: $1.slot, name: $0.name) }, entries: entries,
            defaultTarget: defaultTarget, dense: GrammarCompiler.dense(entries, keys: keys.count, defaultTarget),
            peekedNames: isPeeked ? cases.map { $0.elements.flatMap { names(in: $0) } } : [],
            peekedTargets: isPeeked ? targets : [], peekedName: name, peekedRecords: cases.map { isRecord($0) })
        tables.choices.append(table)
        tables.code[choose].rule = Int32(tables.choices.count - 1)
    }

    private func isRecord(_ alternative: Element.Case) -> Bool {
        guard let bare = alternative.bare else { return true }
        switch bare.kind {
        case .group, .bits: return true
        case .reference(let type): return grammar.types[type.name]?.bare == nil
        default: return false
        }
    }

    /// A table from the value of a single key to its target, where all values are small.
    private static func dense(_ entries: [ChoiceTable.Entry], keys: Int, _ defaultTarget: Int32) -> [Int32] {
        guard keys == 1, !entries.isEmpty else { return [] }
        var table = [Int32](repeating: defaultTarget, count: 256)
        for entry in entries.reversed() {
            guard let ranges = entry.patterns.first, !ranges.isEmpty else { return [] }
            for range in ranges {
                guard range.lowerBound >= 0, range.upperBound < 256 else { return [] }
                for value in range { table[Int(value)] = entry.target }
            }
        }
        return table
    }

    // MARK: Protobuf

    /// The table of a protobuf message; messages may contain each other and themselves.
    mutating func protobufMessage(_ fields: [ProtobufField], key: String) throws(ProtocolError) -> Int {
        if let known = protobufIndexes[key] { return known }
        let index = tables.protobufMessages.count
        protobufIndexes[key] = index
        tables.protobufMessages.append(.init(entries: [], positions: [:]))
        var message = ProtobufMessage(entries: [], positions: [:])
        for field in fields {
            var inner = -1
            if case .message(let reference) = field.form {
                guard let declaration = grammar.types[reference.name],
                    case .protobuf(let fields)? = declaration.bare?.kind
                else {
                    throw mistake(
                        reference.mark, "there is no protobuf message `\(reference.name)`",
                        hint: NearestName.hint(for: reference.name, among: Array(grammar.types.keys)))
                }
                inner = try protobufMessage(fields, key: reference.name)
            }
            message.positions[field.number] = message.entries.count
            message.entries.append(
                .init(
                    number: field.number, name: field.name, form: field.form, isRepeated: field.isRepeated,
                    enumeration: try field.enumeration.map { (name) throws(ProtocolError) in try enumerationIndex(name)
                    }
                        ?? -1, message: inner))
        }
        tables.protobufMessages[index] = message
        return index
    }
}
