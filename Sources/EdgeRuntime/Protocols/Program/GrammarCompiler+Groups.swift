extension GrammarCompiler {
    /// What the numbers of a group say about its elements, by the elements' positions.
    private struct Relations {
        /// The measures that begin before an element and end after one.
        var begins: [Int: [Int]] = [:]
        var ends: [Int: [(slot: Int, begin: Int)]] = [:]
        var marksBefore: [Int: [Int]] = [:]
        var marksAfter: [Int: [Int]] = [:]
    }

    /// A length that has been announced: its slot and its index among the measures.
    struct Announced {
        let slot: Int
        var measure = -1
    }

    /// Compiles the elements of a record, or of what is spliced into one, in order.
    mutating func group(_ elements: [Element]) throws(ProtocolError) {
        let outer = governed
        governed = [:]
        defer { governed = outer }
        var relations = Relations()
        var announced: [[String: [Announced]]] = Array(repeating: [:], count: elements.count)
        // First what numbers say about later elements, so that limits and marks are known when these are compiled.
        for (index, element) in elements.enumerated() {
            for number in GrammarCompiler.numbers(in: element) {
                guard let key = number.name else { continue }
                switch number.says {
                case .size(let targets):
                    let positions = try targets.map { (target) throws(ProtocolError) in
                        try position(of: target, in: elements, after: index)
                    }
                    guard let first = positions.min(), let last = positions.max() else { continue }
                    let slot = newSlot()
                    relations.begins[first, default: []].append(slot)
                    relations.ends[last, default: []].append((slot, first))
                    announced[index][key, default: []].append(Announced(slot: slot))
                case .sizeOfRest:
                    let slot = newSlot()
                    guard index + 1 < elements.count else {
                        throw mistake(number.mark, "nothing follows `\(key)` in its group", hint: nil)
                    }
                    relations.begins[index + 1, default: []].append(slot)
                    relations.ends[elements.count - 1, default: []].append((slot, index + 1))
                    announced[index][key, default: []].append(Announced(slot: slot))
                case .count(let target), .unused(let target):
                    _ = try position(of: target, in: elements, after: index)
                case .presence(let targets):
                    for target in targets { _ = try position(of: target, in: elements, after: index) }
                case nil: break
                }
                if let covers = number.covers {
                    let first = try position(of: covers.first, in: elements, before: index)
                    let last = try position(of: covers.last, in: elements, before: index)
                    let slots = (newSlot(), newSlot())
                    relations.marksBefore[first, default: []].append(slots.0)
                    relations.marksAfter[last, default: []].append(slots.1)
                    announced[index][key + " covers", default: []] += [
                        Announced(slot: slots.0), Announced(slot: slots.1),
                    ]
                }
            }
        }
        var measures: [Int: Int] = [:]
        for (index, element) in elements.enumerated() {
            for slot in relations.begins[index] ?? [] {
                emit(Instruction(operation: .limit, slot: Int32(slot), rule: Int32(measures[slot] ?? -1)))
            }
            for slot in relations.marksBefore[index] ?? [] { emit(Instruction(operation: .mark, slot: Int32(slot))) }
            let before = pendingMeasures.count
            pendingMeasures.append(announced[index])
            try self.element(element, name: try self.name(of: element))
            for list in pendingMeasures[before].values {
                for entry in list where entry.measure >= 0 { measures[entry.slot] = entry.measure }
            }
            pendingMeasures.removeLast()
            for slot in relations.marksAfter[index] ?? [] { emit(Instruction(operation: .mark, slot: Int32(slot))) }
            // The last to begin is the first to end.
            for (slot, _) in (relations.ends[index] ?? []).sorted(by: { ($0.begin, $0.slot) > ($1.begin, $1.slot) }) {
                emit(Instruction(operation: .unlimit, slot: Int32(slot), rule: Int32(measures[slot] ?? -1)))
            }
        }
    }

    private mutating func name(of element: Element) throws(ProtocolError) -> Int32 {
        element.name.map { nameIndex($0) } ?? Instruction.noName
    }

    /// The element itself, or the parts of a group of bits that is spliced.
    private static func numbers(in element: Element) -> [Element] {
        if case .bits(_, _, let fields) = element.kind, element.name == nil { return fields.map(\.element) }
        return [element]
    }

    /// Whether an element has a name; one that is spliced has that of its type.
    private static func isNamed(_ element: Element, _ name: String) -> Bool {
        if case .reference(let type) = element.kind, element.name == nil { return type.name == name }
        return element.name == name
    }

    private func position(
        of target: Element.Reference, in elements: [Element], after index: Int
    ) throws(ProtocolError) -> Int {
        if let found = elements.firstIndex(where: { GrammarCompiler.isNamed($0, target.name) }), found > index {
            return found
        }
        throw mistake(
            target.mark, "no element `\(target.name)` follows in this group",
            hint: NearestName.hint(for: target.name, among: elements.dropFirst(index + 1).compactMap(\.name)))
    }

    private func position(
        of target: Element.Reference, in elements: [Element], before index: Int
    ) throws(ProtocolError) -> Int {
        let found = elements.firstIndex { element in
            GrammarCompiler.isNamed(element, target.name)
                || GrammarCompiler.numbers(in: element).contains { $0.name == target.name }
        }
        if let found, found < index { return found }
        throw mistake(
            target.mark, "no element `\(target.name)` comes before in this group",
            hint: NearestName.hint(for: target.name, among: elements.prefix(index).compactMap(\.name)))
    }

    /// The size slots that a number of the group being compiled announces.
    mutating func measureSlots(_ element: Element, _ measure: Measure) -> [Int] {
        guard let name = element.name, !pendingMeasures.isEmpty else { return [] }
        let level = pendingMeasures.count - 1
        guard var list = pendingMeasures[level][name], !list.isEmpty else { return [] }
        tables.measures.append(measure)
        for index in list.indices { list[index].measure = tables.measures.count - 1 }
        pendingMeasures[level][name] = list
        return list.map(\.slot)
    }

    /// The marks of a checksum's ends.
    func coverSlots(_ element: Element) -> (start: Int, end: Int) {
        guard let name = element.name, let list = pendingMeasures.last?[name + " covers"], list.count == 2 else {
            return (-1, -1)
        }
        return (list[0].slot, list[1].slot)
    }
}
