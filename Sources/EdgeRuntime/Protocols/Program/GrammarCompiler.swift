/// Turns a grammar's syntax tree into a program.
///
/// Types are copied to where they are used, so that a name means the nearest element before it, as it stands in the file. A type that
/// contains itself becomes a routine of its own, with its own names.
struct GrammarCompiler {
    let grammar: Grammar
    var tables = ProgramTables()
    var scopes: [Scope] = [Scope()]
    var nameIndexes: [String: Int32] = [:]
    var enumerationIndexes: [String: Int] = [:]
    var protobufIndexes: [String: Int] = [:]
    /// Types that contain themselves, with the address of their routine once there is one.
    var recursive: [String: Routine] = [:]
    /// Calls to fill in when the routine's address is known.
    var pendingCalls: [(instruction: Int, type: String)] = []
    /// Lengths and checksums of the groups being compiled, by the element that announces them.
    var pendingMeasures: [[String: [Announced]]] = []
    /// Slots that count or govern an element, by its name in the group being compiled.
    var governed: [String: Int] = [:]
    /// Where the list being compiled keeps the last number of its delta headers.
    var deltaSlot: Int?
    /// The innermost packed brackets around what is being compiled; -1: none.
    var bracket: Int32 = -1
    var depth = 0

    struct Routine {
        var address: Int32?
        var frame = -1
    }

    /// A grammar may not grow beyond these when types are copied.
    static let maximumInstructions = 200_000
    static let maximumDepth = 100

    /// - Throws: `ProtocolError` with the place of a name that means nothing, or of elements that cannot be compiled.
    static func compile(_ grammar: Grammar) throws(ProtocolError) -> Program {
        var compiler = GrammarCompiler(grammar: grammar)
        for name in grammar.types.keys where compiler.reaches(name, from: name) { compiler.recursive[name] = Routine() }
        for variable in grammar.context {
            let slot = compiler.newSlot()
            compiler.tables.context.append(.init(name: variable.name, slot: slot, initial: variable.value))
        }
        try compiler.root(grammar.message)
        return Program(compiler.tables)
    }

    private mutating func root(_ message: [Element]) throws(ProtocolError) {
        guard let first = message.first else {
            throw mistake(Mark(line: 1, column: 1), "the grammar has no `message`", hint: nil)
        }
        if message.count == 1, first.name == nil, case .protobuf = first.kind {
            try element(first, name: Instruction.elementName)
        } else {
            emit(Instruction(operation: .open, name: Instruction.elementName))
            try group(message)
            emit(Instruction(operation: .close, name: Instruction.elementName))
        }
        emit(Instruction(operation: .end))
        while let name = recursive.first(where: { entry in
            entry.value.address == nil && pendingCalls.contains { $0.type == entry.key }
        })?.key {
            try routine(name)
        }
        for call in pendingCalls {
            guard let routine = recursive[call.type], let address = routine.address else { continue }
            tables.code[call.instruction].target = address
            tables.code[call.instruction].rule = Int32(routine.frame)
        }
    }

    private mutating func routine(_ name: String) throws(ProtocolError) {
        guard let declaration = grammar.types[name] else { return }
        let outer = scopes
        let outerBracket = bracket
        scopes = [Scope()]
        bracket = -1
        let first = tables.slotCount
        recursive[name]?.address = Int32(tables.code.count)
        try body(declaration, name: Instruction.elementName)
        emit(Instruction(operation: .return))
        recursive[name]?.frame = tables.frames.count
        tables.frames.append(SlotFrame(first: first, count: tables.slotCount - first))
        scopes = outer
        bracket = outerBracket
    }

    /// The content of a type: a record of its elements, or what it stands for.
    mutating func body(_ declaration: Grammar.TypeDeclaration, name: Int32) throws(ProtocolError) {
        if var bare = declaration.bare {
            // What counts or governs the element of this type does so with what the type stands for.
            if bare.name == nil, name >= 0 { bare.name = tables.names[Int(name)] }
            try element(bare, name: name)
        } else {
            emit(Instruction(operation: .open, name: name))
            try inScope(name) { (compiler) throws(ProtocolError) in try compiler.group(declaration.elements) }
            emit(Instruction(operation: .close, name: name))
        }
    }

    /// Compiles with names of their own; those of a named group can be referred to from outside as `group.name`.
    mutating func inScope(
        _ name: Int32 = Instruction.noName, _ body: (inout GrammarCompiler) throws(ProtocolError) -> Void
    ) throws(ProtocolError) {
        scopes.append(Scope())
        try body(&self)
        let inner = scopes.removeLast()
        if name >= 0 { export(inner.bindings, name) }
    }

    /// Lets the numbers of a scope be referred to from the one around it; under the name of their group, if it has one.
    mutating func export(_ bindings: [String: Scope.Binding], _ name: Int32) {
        guard !scopes.isEmpty else { return }
        let prefix = name >= 0 ? tables.names[Int(name)] + "." : ""
        for (key, binding) in bindings { scopes[scopes.count - 1].bindings[prefix + key] = binding }
    }

    // MARK: Tables

    mutating func emit(_ instruction: Instruction) { tables.code.append(instruction) }

    mutating func newSlot() -> Int {
        tables.slotCount += 1
        return tables.slotCount - 1
    }

    mutating func nameIndex(_ name: String) -> Int32 {
        if let index = nameIndexes[name] { return index }
        let index = Int32(tables.names.count)
        tables.names.append(name)
        nameIndexes[name] = index
        return index
    }

    mutating func enumerationIndex(_ reference: Element.Reference) throws(ProtocolError) -> Int {
        if let index = enumerationIndexes[reference.name] { return index }
        guard let enumeration = grammar.enumerations[reference.name] else {
            throw mistake(
                reference.mark, "there is no enumeration `\(reference.name)`",
                hint: NearestName.hint(for: reference.name, among: Array(grammar.enumerations.keys)))
        }
        tables.enumerations.append(enumeration)
        enumerationIndexes[reference.name] = tables.enumerations.count - 1
        return tables.enumerations.count - 1
    }

    func mistake(_ mark: Mark, _ message: String, hint: String?) -> ProtocolError {
        .grammar(grammar.file, line: mark.line, column: mark.column, message, hint: hint)
    }

    // MARK: Recursion of types

    private func reaches(_ target: String, from start: String) -> Bool {
        var seen: Set<String> = []
        var open = typeNames(in: grammar.types[start])
        while let name = open.popLast() {
            if name == target { return true }
            if seen.insert(name).inserted { open += typeNames(in: grammar.types[name]) }
        }
        return false
    }

    private func typeNames(in declaration: Grammar.TypeDeclaration?) -> [String] {
        guard let declaration else { return [] }
        return (declaration.elements + [declaration.bare].compactMap { $0 }).flatMap { typeNames(in: $0) }
    }

    private func typeNames(in element: Element) -> [String] {
        switch element.kind {
        case .group(let elements): elements.flatMap { typeNames(in: $0) }
        case .reference(let reference): [reference.name]
        case .choice(_, let cases):
            cases.flatMap { ($0.elements + [$0.bare].compactMap { $0 }).flatMap { typeNames(in: $0) } }
        case .list(let element): typeNames(in: element)
        // Protobuf messages contain each other through tables of their own.
        case .integer, .real, .varint, .sizedInteger, .bytes, .text, .objectIdentifier, .decimalDigits, .address,
            .number,
            .bits, .bitList, .protobuf:
            []
        }
    }
}
