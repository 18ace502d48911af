import EdgeData

// The small parts of a grammar file, each with a message for whoever wrote something else.
extension GrammarReader {
    func mark(_ tree: MarkedTree) -> Mark { Mark(line: tree.line, column: tree.column) }
    func mark(_ field: MarkedTree.Field) -> Mark { Mark(line: field.line, column: field.column) }

    func mistake(_ tree: MarkedTree, _ message: String, hint: String? = nil) -> ProtocolError {
        .grammar(file, line: tree.line, column: tree.column, message, hint: hint)
    }

    func mistake(_ field: MarkedTree.Field, _ message: String, hint: String? = nil) -> ProtocolError {
        .grammar(file, line: field.line, column: field.column, message, hint: hint)
    }

    /// - Throws: with the place of the first key that is not allowed, and the one that may have been meant.
    func check(_ fields: [MarkedTree.Field], allowed: Set<String>, of what: String) throws(ProtocolError) {
        for field in fields where !allowed.contains(field.name) {
            throw mistake(
                field, "\(what) has no `\(field.name)`", hint: NearestName.hint(for: field.name, among: allowed))
        }
    }

    func record(_ tree: MarkedTree, _ what: String) throws(ProtocolError) -> [MarkedTree.Field] {
        guard case .record(let fields) = tree.node else {
            throw mistake(tree, "\(what) is written as keys and values")
        }
        return fields
    }

    func list(_ tree: MarkedTree) throws(ProtocolError) -> [MarkedTree] {
        guard case .list(let elements) = tree.node else { throw mistake(tree, "a list is expected here") }
        return elements
    }

    func text(_ tree: MarkedTree) throws(ProtocolError) -> String {
        switch tree.node {
        case .scalar(.text(let text)): return text
        case .scalar(.int(let value)): return String(value)
        case .scalar(.bool(let value)): return String(value)
        case .scalar, .list, .record: throw mistake(tree, "a name or text is expected here")
        }
    }

    func integer(_ tree: MarkedTree, in range: ClosedRange<Int64>? = nil) throws(ProtocolError) -> Int64 {
        guard case .scalar(.int(let value)) = tree.node else { throw mistake(tree, "a whole number is expected here") }
        if let range, !range.contains(value) {
            throw mistake(tree, "\(value) is not within \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The fields of a record under a key; none where the key is absent.
    func fields(of tree: MarkedTree, _ key: String) throws(ProtocolError) -> [MarkedTree.Field] {
        guard let value = tree[key] else { return [] }
        return try record(value, "`\(key)`")
    }

    /// The whole number under a key.
    func integer(
        of tree: MarkedTree, _ key: String, in range: ClosedRange<Int64>, default fallback: Int64
    ) throws(ProtocolError) -> Int64 {
        guard let value = tree[key] else { return fallback }
        return try integer(value, in: range)
    }

    func real(_ tree: MarkedTree) throws(ProtocolError) -> Double {
        switch tree.node {
        case .scalar(.int(let value)): return Double(value)
        case .scalar(.float(let value)) where value.isFinite: return value
        case .scalar, .list, .record: throw mistake(tree, "a number is expected here")
        }
    }

    func bool(_ tree: MarkedTree) throws(ProtocolError) -> Bool {
        guard case .scalar(.bool(let value)) = tree.node else { throw mistake(tree, "true or false is expected here") }
        return value
    }

    func isLittle(_ tree: MarkedTree) throws(ProtocolError) -> Bool {
        switch try text(tree) {
        case "big": return false
        case "little": return true
        case let other: throw mistake(tree, "`\(other)` is no order of bytes", hint: "there are `big` and `little`")
        }
    }

    func reference(_ tree: MarkedTree) throws(ProtocolError) -> Element.Reference {
        Element.Reference(name: try text(tree), mark: mark(tree))
    }

    /// One name or a list of names.
    func references(_ tree: MarkedTree) throws(ProtocolError) -> [Element.Reference] {
        guard case .list(let elements) = tree.node else { return [try reference(tree)] }
        return try elements.map(reference)
    }

    /// A text, one byte, or a list of bytes.
    func byteString(_ tree: MarkedTree) throws(ProtocolError) -> [UInt8] {
        switch tree.node {
        case .scalar(.text(let text)) where !text.isEmpty: return Array(text.utf8)
        case .scalar(.int): return [UInt8(try integer(tree, in: 0...255))]
        case .list(let elements) where !elements.isEmpty:
            return try elements.map { (element) throws(ProtocolError) in UInt8(try integer(element, in: 0...255)) }
        case .scalar, .list, .record: throw mistake(tree, "a text, a byte or a list of bytes is expected here")
        }
    }

    /// `0x1F`, `31`, `-2`.
    static func number(_ text: some StringProtocol) -> Int64? {
        text.hasPrefix("0x") ? Int64(text.dropFirst(2), radix: 16) : Int64(text)
    }

    /// Pairs of hexadecimal digits; blanks between them are passed over.
    static func bytes(hex text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for scalar in text.utf8 where scalar != 0x20 && scalar != 0x0A && scalar != 0x3A {
            let digit: UInt8
            switch scalar {
            case 0x30...0x39: digit = scalar - 0x30
            case 0x41...0x46: digit = scalar - 0x37
            case 0x61...0x66: digit = scalar - 0x57
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }

    /// `5`, `0x10`, `true`, `1..5` as values, `xxxxxx01` as a mask of a byte; anything else is a name.
    static func alternative(_ text: some StringProtocol) -> Element.Alternative {
        if let value = number(text) { return .values(value...value) }
        if text.utf8.count == 8, text.contains("x"), text.allSatisfy({ "01x".contains($0) }) {
            return .mask(String(text))
        }
        if text == "true" { return .values(1...1) }
        if text == "false" { return .values(0...0) }
        if let dots = text.range(of: ".."), let low = number(text[..<dots.lowerBound]),
            let high = number(text[dots.upperBound...]), low <= high
        {
            return .values(low...high)
        }
        return .name(String(text))
    }
}

extension StringProtocol {
    /// The first place of a text within this one.
    fileprivate func range(of part: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<(index(start, offsetBy: part.count)) }
            start = index(after: start)
        }
        return nil
    }
}
