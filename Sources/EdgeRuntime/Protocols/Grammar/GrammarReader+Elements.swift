import EdgeData

extension GrammarReader {
    /// The first keys of elements that are spliced into the record around them.
    private static let spliced: Set<String> = ["bits", "switch", "splice", "protobuf"]

    private static let attributes: Set<String> = [
        "type", "fields", "bits", "order", "switch", "cases", "splice", "repeat", "size", "prefixed", "tag", "ber",
        "const",
        "default", "range", "enum", "scale", "offset", "size_of", "count_of", "present_of", "unit", "plus", "when",
        "optional", "checksum", "over", "count", "until", "ends", "leaves", "may_end", "pad", "silent", "protobuf",
        "digits", "places", "endian", "from", "align", "times", "ascii", "number", "enclosed", "unused_of", "width",
        "advisory",
    ]

    /// The elements of a group.
    func elements(_ tree: MarkedTree) throws(ProtocolError) -> [Element] {
        try list(tree).map { (item) throws(ProtocolError) in try element(item) }
    }

    /// A list of elements, or one element without a record around it.
    func content(_ tree: MarkedTree) throws(ProtocolError) -> (elements: [Element], bare: Element?) {
        switch tree.node {
        case .list: return (try elements(tree), nil)
        case .scalar(.null): return ([], nil)
        case .scalar, .record: return ([], try specified(tree, name: nil, mark: mark(tree)))
        }
    }

    private func element(_ tree: MarkedTree) throws(ProtocolError) -> Element {
        let fields = try record(tree, "an element")
        guard let first = fields.first else { throw mistake(tree, "an element has a name and a type: `unit: u8`") }
        if GrammarReader.spliced.contains(first.name) {
            return try attributed(tree, fields, name: nil, mark: mark(tree))
        }
        guard fields.count == 1 else {
            throw mistake(
                fields[1], "an element has one name, but here are `\(first.name)` and `\(fields[1].name)`",
                hint: "begin each element with `-`, and write its attributes as `\(first.name): {type: u8, …}`")
        }
        return try specified(first.value, name: first.name, mark: mark(first))
    }

    /// What stands behind a name: a type, a group, or attributes.
    private func specified(_ tree: MarkedTree, name: String?, mark: Mark) throws(ProtocolError) -> Element {
        var element: Element
        switch tree.node {
        case .scalar: element = Element(name: name, mark: mark, kind: try kind(tree))
        case .list: element = Element(name: name, mark: mark, kind: .group(try elements(tree)))
        case .record(let fields): element = try attributed(tree, fields, name: name, mark: mark)
        }
        if let name, name.hasPrefix("_") {
            element.isSilent = true
            if element.initial == nil { element.initial = Self.emptyValue(of: element.kind) }
        }
        return element
    }

    private static func emptyValue(of kind: Element.Kind) -> FieldValue {
        switch kind {
        case .bytes: .bytes([])
        case .text: .text("")
        case .integer(let form) where form.isBool: .bool(false)
        default: .int(0)
        }
    }

    private func kind(_ tree: MarkedTree) throws(ProtocolError) -> Element.Kind {
        let name = try text(tree)
        if let kind = TypeNames.kind(name) { return kind }
        return .reference(.init(name: name, mark: mark(tree)))
    }

    private func attributed(
        _ tree: MarkedTree, _ fields: [MarkedTree.Field], name: String?, mark: Mark
    ) throws(ProtocolError) -> Element {
        try check(fields, allowed: GrammarReader.attributes, of: name.map { "`\($0)`" } ?? "an element")
        var element = Element(name: name, mark: mark, kind: try kind(of: tree, fields))
        if let size = tree["size"] { element.size = try self.size(size) }
        if let leaves = tree["leaves"] { element.size = .leaving(Int(try integer(leaves, in: 1...65536))) }
        if let ends = tree["ends"] {
            element.size = .terminated(try byteString(ends), mayEnd: try tree["may_end"].map(bool) ?? false)
        }
        if let prefix = tree["prefixed"] { element.prefix = try lengthForm(prefix) }
        if let tag = tree["tag"] { element.tag = UInt8(try integer(tag, in: 0...255)) }
        if let tag = tree["ber"] {
            element.tag = UInt8(try integer(tag, in: 0...255))
            element.prefix = .ber
        }
        if let form = tree["enclosed"] {
            let form = try packedForm(named: form)
            guard form.open != nil, form.close != nil else {
                throw mistake(tree, "this form of lengths has no brackets", hint: "give it `open` and `close`")
            }
            element.enclosure = form
        }
        if let number = tree["number"] { element.number = try packedNumber(number, element) }
        element.constant = try tree["const"].map(scalar)
        element.initial = try tree["default"].map(scalar)
        element.isSilent = try tree["silent"].map(bool) ?? false
        if let range = tree["range"] {
            let bounds = try list(range)
            guard bounds.count == 2 else { throw mistake(range, "a range has two bounds: `[1, 125]`") }
            let (low, high) = (try integer(bounds[0]), try integer(bounds[1]))
            guard low <= high else { throw mistake(range, "the range \(low) to \(high) is empty") }
            element.range = low...high
        }
        element.enumeration = try tree["enum"].map(reference)
        element.scale = try tree["scale"].map(real)
        element.offset = try tree["offset"].map(real)
        if element.scale == 0 { throw mistake(tree, "a scale of 0 cannot be undone") }
        if let target = tree["size_of"] {
            let references = try references(target)
            element.says = references.count == 1 && references[0].name == "rest" ? .sizeOfRest : .size(references)
        }
        if let flag = tree["advisory"] {
            guard tree["size_of"] != nil, tree["unit"] == nil, tree["times"] == nil else {
                throw mistake(flag, "`advisory` belongs to `size_of`, without `unit` and `times`")
            }
            element.isAdvisory = try bool(flag)
        }
        if let target = tree["count_of"] { element.says = .count(try reference(target)) }
        if let target = tree["unused_of"] { element.says = .unused(try reference(target)) }
        if let target = tree["present_of"] { element.says = .presence(try references(target)) }
        if let unit = tree["unit"] { element.unit = Int(try integer(unit, in: 1...65536)) }
        if let times = tree["times"] { element.times = Int(try integer(times, in: 1...64)) }
        if let plus = tree["plus"] { element.plus = Int(try integer(plus, in: -65536...65536)) }
        element.origin = try tree["from"].map(reference)
        if case .bitList = element.kind { element.packing = try packing(tree) }
        if let align = tree["align"] { element.alignment = Int(try integer(align, in: 1...64)) }
        for condition in try self.fields(of: tree, "when") {
            element.conditions.append(try self.condition(condition))
        }
        element.isOptional = try tree["optional"].map(bool) ?? false
        if let checksum = tree["checksum"] { element.checksum = try self.checksum(checksum) }
        if let over = tree["over"] {
            let ends = try references(over)
            guard let first = ends.first, let last = ends.last, ends.count <= 2 else {
                throw mistake(over, "`over` names the first and the last element that the checksum covers")
            }
            element.covers = (first, last)
        }
        if let count = tree["count"] {
            if case .scalar(.int) = count.node {
                element.count = .fixed(Int(try integer(count, in: 0...65536)))
            } else {
                element.count = .field(try reference(count))
            }
        }
        element.until = try tree["until"].map(byteString)
        if let padding = tree["pad"] { element.padding = UInt8(try integer(padding, in: 0...255)) }
        try check(element, tree)
        return element
    }

    private func packedNumber(_ tree: MarkedTree, _ element: Element) throws(ProtocolError) -> Int {
        var form = element.enclosure
        if case .packed(let packed)? = element.prefix { form = packed }
        guard let form else {
            throw mistake(tree, "`number` belongs to `prefixed` or `enclosed` with one of the `lengths`")
        }
        return Int(try integer(tree, in: 0...Int64(form.numberLimit)))
    }

    private func packing(_ tree: MarkedTree) throws(ProtocolError) -> BitPacking {
        var packing = BitPacking()
        if let width = tree["width"] {
            packing.width = Int(try integer(width, in: 1...8))
            guard 8 % packing.width == 0 else { throw mistake(width, "\(packing.width) bits do not divide a byte") }
        }
        switch try tree["order"].map(text) {
        case nil, "lsb": break
        case "msb": packing.isMostFirst = true
        case .some(let other):
            throw mistake(tree, "`\(other)` is no order of bits", hint: "there are `msb` and `lsb`")
        }
        return packing
    }

    /// Attributes that contradict each other.
    private func check(_ element: Element, _ tree: MarkedTree) throws(ProtocolError) {
        if element.checksum != nil || element.says != nil {
            switch element.kind {
            case .integer, .number, .varint: break
            default:
                throw mistake(tree, "only a number can say a size, a count, a presence or a checksum")
            }
        }
        if element.prefix == .delta { return }
        if element.range != nil || element.enumeration != nil || element.scale != nil || element.offset != nil {
            switch element.kind {
            case .integer, .varint, .sizedInteger, .number: break
            default: throw mistake(tree, "`range`, `enum`, `scale` and `offset` belong to whole numbers")
            }
        }
    }

    private func kind(of tree: MarkedTree, _ fields: [MarkedTree.Field]) throws(ProtocolError) -> Element.Kind {
        let structural = fields.filter {
            ["type", "fields", "bits", "switch", "splice", "repeat", "protobuf"].contains($0.name)
        }.filter { $0.name != "fields" || tree["bits"] == nil }
        guard let first = structural.first else {
            throw mistake(tree, "it is not said what this element consists of", hint: "add a `type`")
        }
        guard structural.count == 1 else {
            throw mistake(structural[1], "`\(structural[1].name)` and `\(first.name)` exclude each other")
        }
        let value = first.value
        switch first.name {
        case "type":
            var kind = try kind(value)
            switch kind {
            case .integer(var form):
                if let endian = tree["endian"] { form.isLittle = try isLittle(endian) }
                form.isASCII = try tree["ascii"].map(bool) ?? false
                kind = .integer(form)
            case .number(var form):
                form.digits = Int(try integer(of: tree, "digits", in: 1...18, default: 1))
                if let places = tree["places"] { form.places = Int(try integer(places, in: 0...15)) }
                kind = .number(form)
            default: break
            }
            return kind
        case "splice": return .reference(try reference(value))
        case "fields": return .group(try elements(value))
        case "repeat": return .list(try specified(value, name: nil, mark: mark(first)))
        case "protobuf": return .protobuf(try protobuf(value))
        case "bits":
            guard var form = try bitGroup(value) else {
                throw mistake(value, "`bits` needs a number of whole bytes, such as u8 or u16le, or uint")
            }
            guard let parts = tree["fields"] else { throw mistake(tree, "`bits` needs its `fields`") }
            let isLeastFirst: Bool
            switch try tree["order"].map(text) {
            case nil, "msb": isLeastFirst = false
            case "lsb": isLeastFirst = true
            case .some(let other):
                throw mistake(tree, "`\(other)` is no order of bits", hint: "there are `msb` and `lsb`")
            }
            let fields = try bitFields(parts)
            let total = fields.reduce(0) { $0 + $1.width }
            if form.isSized { form.bits = min((total + 7) / 8 * 8, 64) }
            guard total == form.bits else {
                throw mistake(value, "the fields have \(total) bits, but \(try text(value)) has \(form.bits)")
            }
            return .bits(form, isLeastFirst: isLeastFirst, fields: fields)
        case "switch":
            guard let cases = tree["cases"] else { throw mistake(tree, "`switch` needs its `cases`") }
            let keys = try references(value)
            return .choice(keys: keys, cases: try self.cases(cases, keys: keys.count))
        default: throw mistake(first, "`\(first.name)` is not known")
        }
    }

    /// `uint` takes as many bytes as its region has.
    private func bitGroup(_ tree: MarkedTree) throws(ProtocolError) -> IntegerForm? {
        let name = try text(tree)
        if name == "uint" { return IntegerForm(bits: 0, isLittle: false, isSized: true) }
        guard let form = TypeNames.integer(name), form.bits % 8 == 0 else { return nil }
        return form
    }

    private func bitFields(_ tree: MarkedTree) throws(ProtocolError) -> [Element.BitField] {
        try elements(tree).map { (element) throws(ProtocolError) in
            guard case .integer(let form) = element.kind, element.name != nil else {
                throw ProtocolError.grammar(
                    file, line: element.mark.line, column: element.mark.column,
                    "a part of a bit group is a number such as u3, or bool")
            }
            return Element.BitField(
                element: element, width: form.isBool ? 1 : form.bits, isSigned: form.isSigned, isBool: form.isBool)
        }
    }

    private func cases(_ tree: MarkedTree, keys: Int) throws(ProtocolError) -> [Element.Case] {
        var result: [Element.Case] = []
        for field in try record(tree, "`cases`") {
            var patterns: [Element.Pattern] = []
            if field.name != "default" {
                let words = field.name.split(separator: " ")
                guard words.count == keys else {
                    throw mistake(
                        field, "the case has \(words.count) patterns for \(keys) keys", hint: "`_` fits anything")
                }
                patterns = words.map { word in
                    word == "_" ? .any : .oneOf(word.split(separator: "|").map { GrammarReader.alternative($0) })
                }
            }
            let content = try content(field.value)
            result.append(
                .init(mark: mark(field), patterns: patterns, elements: content.elements, bare: content.bare))
        }
        return result
    }

    private func size(_ tree: MarkedTree) throws(ProtocolError) -> Element.Size {
        if case .scalar(.int) = tree.node { return .fixed(Int(try integer(tree, in: 0...1_048_576))) }
        let name = try reference(tree)
        switch name.name {
        case "rest": return .rest
        case "chained": return .chained
        case "packed": return .packed
        default: return .field(name)
        }
    }

    private func lengthForm(_ tree: MarkedTree) throws(ProtocolError) -> LengthForm {
        let name = try text(tree)
        switch name {
        case "varint": return .varint(.mqtt)
        case "leb128": return .varint(.leb128)
        case "ber": return .ber
        case "delta": return .delta
        default:
            if let form = lengths[name] { return .packed(form) }
            guard let form = TypeNames.integer(name), form.bits % 8 == 0, form.bits <= 32, !form.isSigned else {
                throw mistake(
                    tree, "`\(name)` cannot be a length",
                    hint: "there are u8, u16, u24, u32, also with le, varint, leb128, ber and delta")
            }
            return .integer(form)
        }
    }

    private func condition(_ field: MarkedTree.Field) throws(ProtocolError) -> Element.Condition {
        var values: [ClosedRange<Int64>] = []
        var names: [Element.Reference] = []
        let trees: [MarkedTree]
        if case .list(let elements) = field.value.node { trees = elements } else { trees = [field.value] }
        for tree in trees {
            switch GrammarReader.alternative(try text(tree)) {
            case .values(let range): values.append(range)
            case .mask: throw mistake(tree, "a mask stands only in the cases of a `switch`")
            case .name(let name): names.append(.init(name: name, mark: mark(tree)))
            }
        }
        return .init(field: .init(name: field.name, mark: mark(field)), values: values, names: names)
    }

    private func checksum(_ tree: MarkedTree) throws(ProtocolError) -> ChecksumForm {
        if case .record(let fields) = tree.node {
            try check(fields, allowed: ["width", "poly", "init", "reflect", "xorout"], of: "a CRC")
            guard let poly = tree["poly"] else { throw mistake(tree, "a CRC needs its `poly`") }
            let all = Int64.min...Int64.max
            return .crc(
                CyclicRedundancyCheck(
                    width: Int(try integer(of: tree, "width", in: 8...64, default: 16)),
                    poly: UInt64(bitPattern: try integer(poly)),
                    initial: UInt64(bitPattern: try integer(of: tree, "init", in: all, default: 0)),
                    isReflected: try tree["reflect"].map(bool) ?? false,
                    xorOut: UInt64(bitPattern: try integer(of: tree, "xorout", in: all, default: 0))))
        }
        let name = try text(tree)
        guard let form = ChecksumForm.named[name] else {
            throw mistake(
                tree, "there is no checksum `\(name)`",
                hint: NearestName.hint(for: name, among: Array(ChecksumForm.named.keys)))
        }
        return form
    }

    private func scalar(_ tree: MarkedTree) throws(ProtocolError) -> FieldValue {
        switch tree.node {
        case .scalar(let value): return FieldValue(value)
        case .list: return .bytes(try byteString(tree))
        case .record: throw mistake(tree, "a plain value is expected here")
        }
    }
}
