import EdgeData

/// Reads a grammar file into its syntax tree and says what is wrong with it, where, and what may have been meant.
struct GrammarReader {
    let file: String
    /// Finds a grammar named in `include`.
    let include: (String) throws(ProtocolError) -> Grammar
    /// The packed forms of lengths that the file declares.
    var lengths: [String: PackedForm] = [:]

    static let keys: Set<String> = [
        "protocol", "title", "version", "source", "include", "endian", "aliases", "context", "pair", "ports", "framing",
        "transform", "message", "types", "enums", "lengths", "fragments", "vectors", "map",
    ]

    mutating func read(_ bytes: [UInt8]) throws(ProtocolError) -> Grammar {
        let tree: MarkedTree
        do throws(DataError) {
            tree = try MarkedTree.read(bytes)
        } catch {
            throw ProtocolError(code: "P0001", message: "\(file): \(error.message)", hint: error.hint)
        }
        let keys = try record(tree, "a grammar")
        try check(keys, allowed: GrammarReader.keys, of: "a grammar")
        guard let name = tree["protocol"] else {
            throw mistake(tree, "a grammar names its `protocol`", hint: "begin with `protocol: my-protocol`")
        }
        var grammar = Grammar(file: file, name: try text(name), title: try text(tree["title"] ?? name))
        for other in try tree["include"].map(list) ?? [] {
            let name = try text(other)
            let included = try include(name)
            grammar.types.merge(included.types) { own, _ in own }
            grammar.enumerations.merge(included.enumerations) { own, _ in own }
        }
        if let forms = tree["lengths"] { lengths = try packedForms(forms) }
        grammar.isLittle = try tree["endian"].map(isLittle) ?? false
        try readEnumerations(tree["enums"], into: &grammar)
        for field in try fields(of: tree, "types") {
            let content = try content(field.value)
            grammar.types[field.name] = .init(mark: mark(field), elements: content.elements, bare: content.bare)
        }
        for field in try fields(of: tree, "context") {
            grammar.context.append((field.name, try integer(field.value)))
        }
        for field in try fields(of: tree, "aliases") {
            var context: [(name: String, value: Int64)] = []
            for setting in try record(field.value, "an alias") {
                guard grammar.context.contains(where: { $0.name == setting.name }) else {
                    throw mistake(
                        setting, "`\(setting.name)` is not in the context",
                        hint: NearestName.hint(for: setting.name, among: grammar.context.map(\.name)))
                }
                context.append((setting.name, try integer(setting.value)))
            }
            grammar.aliases.append((field.name, context))
        }
        for field in try fields(of: tree, "ports") {
            guard let transport = Grammar.Transport(rawValue: field.name) else {
                throw mistake(field, "`\(field.name)` is no transport", hint: "there are `tcp` and `udp`")
            }
            grammar.ports[transport] = try list(field.value).map { (port) throws(ProtocolError) in
                Int(try integer(port, in: 1...65535))
            }
        }
        grammar.pair = try tree["pair"].map(references)?.map(\.name) ?? []
        grammar.framing = try tree["framing"].map(framing)
        grammar.framingStart = try tree["framing"]?["start"].map(byteString) ?? []
        grammar.transform = try tree["transform"].map(transform)
        grammar.map = tree["map"].map { FieldValue($0.plain) }
        grammar.fragments = try tree["fragments"].map(fragments)
        if let message = tree["message"] { grammar.message = try elements(message) }
        for vector in try tree["vectors"].map(list) ?? [] { grammar.vectors.append(try self.vector(vector)) }
        return grammar
    }

    private func readEnumerations(_ tree: MarkedTree?, into grammar: inout Grammar) throws(ProtocolError) {
        guard let tree else { return }
        for field in try record(tree, "`enums`") {
            var enumeration = Enumeration(mark: mark(field))
            for entry in try record(field.value, "an enumeration") {
                guard let value = GrammarReader.number(entry.name) else {
                    throw mistake(
                        entry, "`\(entry.name)` is no whole number", hint: "write `value: name`, as in `1: on`")
                }
                guard enumeration.add(try text(entry.value), value) else {
                    throw mistake(entry, "`\(entry.name)` or its name stands twice in `\(field.name)`")
                }
            }
            grammar.enumerations[field.name] = enumeration
        }
    }

    private func framing(_ tree: MarkedTree) throws(ProtocolError) -> Framing {
        let fields = try record(tree, "`framing`")
        try check(fields, allowed: ["length_at", "length", "plus", "delimiter", "start"], of: "`framing`")
        if let delimiter = tree["delimiter"] { return .delimiter(try byteString(delimiter)) }
        guard let at = tree["length_at"], let length = tree["length"] else {
            throw mistake(tree, "`framing` needs `length_at` and `length`, or a `delimiter`")
        }
        let field: Framing.LengthField
        let name = try text(length)
        if name == "varint" {
            field = .varint
        } else if let form = TypeNames.integer(name), form.bits % 8 == 0, form.bits <= 32 {
            field = .integer(bytes: form.bits / 8, isLittle: form.isLittle ?? false)
        } else {
            throw mistake(
                length, "`\(name)` cannot be a length", hint: "there are u8, u16, u16le, u32, u32le and varint")
        }
        return .length(
            at: Int(try integer(at, in: 0...64)), field,
            plus: Int(try integer(of: tree, "plus", in: -64...64, default: 0)))
    }

    private func fragments(_ tree: MarkedTree) throws(ProtocolError) -> Fragments {
        let fields = try record(tree, "`fragments`")
        try check(
            fields, allowed: ["first", "final", "data", "sequence", "sequence_bits", "key", "type"], of: "`fragments`")
        func path(_ key: String) throws(ProtocolError) -> [String] {
            guard let value = tree[key] else { throw mistake(tree, "`fragments` needs `\(key)`") }
            return try text(value).split(separator: ".").map(String.init)
        }
        guard let type = tree["type"] else { throw mistake(tree, "`fragments` needs the `type` that they make up") }
        return Fragments(
            first: try path("first"), final: try path("final"), data: try path("data"),
            sequence: tree["sequence"] == nil ? nil : try path("sequence"),
            sequenceBits: Int(try integer(of: tree, "sequence_bits", in: 1...32, default: 8)),
            key: try tree["key"].map(references)?.map { $0.name.split(separator: ".").map(String.init) } ?? [],
            type: try reference(type))
    }

    private func transform(_ tree: MarkedTree) throws(ProtocolError) -> WireTransform {
        let fields = try record(tree, "`transform`")
        try check(fields, allowed: ["blocks", "check", "hexadecimal"], of: "`transform`")
        if let blocks = tree["blocks"], let name = tree["check"] {
            let sizes = try list(blocks)
            guard sizes.count == 2, case .crc(let check) = ChecksumForm.named[try text(name)] else {
                throw mistake(tree, "`transform` needs two sizes of blocks and a CRC as their `check`")
            }
            return .checkedBlocks(
                first: Int(try integer(sizes[0], in: 1...4096)), next: Int(try integer(sizes[1], in: 1...4096)), check)
        }
        if let ends = tree["hexadecimal"] {
            let ends = try list(ends)
            guard ends.count == 2 else { throw mistake(tree, "`hexadecimal` needs its start and its end") }
            return .hexadecimal(start: try byteString(ends[0]), end: try byteString(ends[1]))
        }
        throw mistake(tree, "`transform` needs `blocks` and `check`, or `hexadecimal`")
    }

    private func vector(_ tree: MarkedTree) throws(ProtocolError) -> Grammar.Vector {
        let fields = try record(tree, "a vector")
        try check(
            fields, allowed: ["hex", "text", "value", "direction", "context", "request", "non_canonical"],
            of: "a vector")
        var bytes: [UInt8]
        if let hex = tree["hex"] {
            guard let parsed = GrammarReader.bytes(hex: try text(hex)) else {
                throw mistake(hex, "these are not hexadecimal digits, two a byte")
            }
            bytes = parsed
        } else if let content = tree["text"] {
            bytes = Array(try text(content).utf8)
        } else {
            throw mistake(tree, "a vector needs its bytes as `hex` or `text`")
        }
        guard let value = tree["value"] else { throw mistake(tree, "a vector needs its `value`") }
        var direction: MessageDirection?
        if let named = tree["direction"] {
            direction = MessageDirection(rawValue: try text(named))
            if direction == nil { throw mistake(named, "a direction is `request` or `response`") }
        }
        var context: [String: Int64] = [:]
        for field in try self.fields(of: tree, "context") {
            context[field.name] = try integer(field.value)
        }
        return Grammar.Vector(
            mark: mark(tree), bytes: bytes, value: FieldValue(value.plain), direction: direction, context: context,
            request: tree["request"].map { FieldValue($0.plain) }, nonCanonical: try tree["non_canonical"].map(text))
    }
}

extension FieldValue {
    /// A value as grammar files write it: `hex"01 02"` is bytes.
    init(_ tree: DataTree) {
        switch tree {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .float(let value): self = .real(value)
        case .text(let value):
            if value.hasPrefix("hex\""), value.hasSuffix("\""), value.utf8.count >= 5,
                let bytes = GrammarReader.bytes(hex: String(value.dropFirst(4).dropLast()))
            {
                self = .bytes(bytes)
            } else {
                self = .text(value)
            }
        case .list(let elements): self = .list(elements.map { FieldValue($0) })
        case .record(let fields): self = .record(fields.map { Field($0.name, FieldValue($0.value)) })
        }
    }
}
