/// The numbers that elements after them can refer to.
struct Scope {
    /// A number that was compiled, and where its slot is written once somebody asks for it.
    struct Binding {
        enum Place {
            case instruction(Int)
            case bit(Int)
            case slot(Int)
            /// One in each case of a choice; they share a slot.
            indirect case several([Place])
            /// It is no number.
            case none
        }
        let place: Place
        /// Its enumeration; -1: none.
        var enumeration = -1
    }

    /// The enumeration of numbers that are named by their characters.
    static let characters = -2

    var bindings: [String: Binding] = [:]
    /// The slots that names have in other cases of the same choice: one of them is taken, and has one slot for all.
    var preferred: [String: Int] = [:]
}

extension GrammarCompiler {
    mutating func bind(_ name: String, _ place: Scope.Binding.Place, enumeration: Int = -1) {
        scopes[scopes.count - 1].bindings[name] = .init(place: place, enumeration: enumeration)
    }

    /// The slot of a number that came before, and its enumeration.
    mutating func slot(of reference: Element.Reference) throws(ProtocolError) -> (slot: Int, enumeration: Int) {
        let name = reference.name
        for scope in scopes.reversed() {
            guard let binding = scope.bindings[name] else { continue }
            guard let slot = slot(at: binding.place, sharing: scope.preferred[name]) else {
                throw mistake(reference.mark, "`\(name)` is no whole number", hint: nil)
            }
            return (slot, binding.enumeration)
        }
        return try ambientSlot(of: reference)
    }

    /// The slot of a place, made where there is none yet; nil where it is no number.
    private mutating func slot(at place: Scope.Binding.Place, sharing shared: Int? = nil) -> Int? {
        switch place {
        case .slot(let slot): return slot
        case .instruction(let index):
            if tables.code[index].slot < 0 { tables.code[index].slot = Int32(shared ?? newSlot()) }
            return Int(tables.code[index].slot)
        case .bit(let index):
            if tables.bitRules[index].slot < 0 { tables.bitRules[index].slot = Int32(shared ?? newSlot()) }
            return Int(tables.bitRules[index].slot)
        case .several(let places):
            var slot = shared
            for place in places {
                // A slot that another reference made first is shared with the rest where it can be.
                guard let one = self.slot(at: place, sharing: slot) else { continue }
                slot = slot ?? one
            }
            return slot
        case .none: return nil
        }
    }

    /// The slot that a place has already.
    func knownSlot(at place: Scope.Binding.Place) -> Int? {
        switch place {
        case .slot(let slot): return slot
        case .instruction(let index): return tables.code[index].slot >= 0 ? Int(tables.code[index].slot) : nil
        case .bit(let index): return tables.bitRules[index].slot >= 0 ? Int(tables.bitRules[index].slot) : nil
        case .several(let places): return places.compactMap { knownSlot(at: $0) }.first
        case .none: return nil
        }
    }

    /// The slot of the context, the direction, the request or the next byte.
    private mutating func ambientSlot(of reference: Element.Reference) throws(ProtocolError) -> (
        slot: Int, enumeration: Int
    ) {
        let name = reference.name
        if let variable = tables.context.first(where: { $0.name == name }) { return (variable.slot, -1) }
        if name == "next" {
            // The byte that follows, which is not passed.
            let slot = newSlot()
            emit(Instruction(operation: .peek, slot: Int32(slot)))
            return (slot, -1)
        }
        if name == "direction" {
            tables.usesDirection = true
            return (Program.directionSlot, -1)
        }
        if name.hasPrefix("request.") {
            let path = name.split(separator: ".").dropFirst().map(String.init)
            if let known = tables.requestSlots.first(where: { $0.path == path }) { return (known.slot, -1) }
            let slot = newSlot()
            tables.requestSlots.append(.init(path: path, slot: slot))
            return (slot, -1)
        }
        let known = scopes.flatMap(\.bindings.keys) + tables.context.map(\.name) + ["direction"]
        throw mistake(
            reference.mark, "there is no element `\(name)` before this one",
            hint: NearestName.hint(for: name, among: Array(Set(known))))
    }

    /// The numbers an alternative of a choice or a condition stands for.
    mutating func values(
        of alternative: Element.Alternative, key: (slot: Int, enumeration: Int), mark: Mark
    ) throws(ProtocolError) -> [ClosedRange<Int64>] {
        switch alternative {
        case .values(let range): return [range]
        case .mask(let bits):
            return (0..<256).filter { (byte: Int64) in
                bits.enumerated().allSatisfy { index, bit in
                    bit == "x" || (byte >> Int64(7 - index) & 1 == 1) == (bit == "1")
                }
            }.map { $0...$0 }
        case .name(let name):
            if key.slot == Program.directionSlot {
                if name == "request" { return [0...0] }
                if name == "response" { return [1...1] }
                throw mistake(mark, "`\(name)` is no direction", hint: "there are `request` and `response`")
            }
            if key.enumeration == Scope.characters {
                let value = name.utf8.prefix(7).reduce(Int64(0)) { $0 << 8 | Int64($1) }
                return [value...value]
            }
            guard key.enumeration >= 0 else {
                throw mistake(mark, "`\(name)` is the name of no number here", hint: "the key has no `enum`")
            }
            let enumeration = tables.enumerations[key.enumeration]
            guard let value = enumeration.values[name] else {
                throw mistake(
                    mark, "`\(name)` is not in the enumeration",
                    hint: NearestName.hint(for: name, among: Array(enumeration.values.keys)))
            }
            return [value...value]
        }
    }
}
