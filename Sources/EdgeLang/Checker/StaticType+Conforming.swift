extension StaticType {
    /// What a primitive declares as its result: `model`, `list of record`, `string?`, `series | list of series`.
    init(declared text: String) {
        var result = StaticType.never
        for part in text.split(separator: "|") {
            guard let type = StaticType.declaredPart(String(part).trimmed) else {
                self = .unknown
                return
            }
            result = result.joined(with: type)
        }
        self = result
    }

    private static func declaredPart(_ text: String) -> StaticType? {
        if text.hasSuffix("?") { return declaredPart(String(text.dropLast()))?.joined(with: .null) }
        if text.hasPrefix("\"") { return .string }
        if text == "never" { return .never }
        if text.hasPrefix("list of ") {
            let element = declaredPart(String(text.dropFirst(8)))
            return StaticType(.list(element ?? .unknown))
        }
        return StaticType(of: ValueType.named(text) ?? [.host(text)])
    }

    /// A value of one of these types; nil where they say nothing.
    private init?(of types: [ValueType]) {
        var result = StaticType.never
        for type in types {
            guard let alternative = Alternative(type) else { return nil }
            result = result.joined(with: StaticType(alternative))
        }
        self = result
    }

    /// What a variable with this annotation holds.
    init(annotated types: [ValueType]) {
        // An int passes where a float is asked for, and a range where a list is.
        let lenient = types + (types.contains(.float) ? [.int] : []) + (types.contains(.list) ? [.range] : [])
        self = types.isEmpty ? .unknown : StaticType(of: lenient) ?? .unknown
    }

    /// The types without those of elements and fields; empty where nothing is known.
    var valueTypes: [ValueType] {
        guard let alternatives else { return [.any] }
        return alternatives.map(\.valueType)
    }

    /// Whether a parameter of these types may take it; no types accept everything.
    func mayBeAccepted(by types: [ValueType]) -> Bool {
        types.isEmpty || may { alternative in types.contains { alternative.isAccepted(by: $0) } }
    }
}

extension StaticType.Alternative {
    fileprivate init?(_ type: ValueType) {
        switch type {
        case .any: return nil
        case .null: self = .null
        case .bool: self = .bool
        case .int: self = .int
        case .float: self = .float
        case .string: self = .string
        case .bytes: self = .bytes
        case .list: self = .list(.unknown)
        case .record: self = .record(nil)
        case .range: self = .range
        case .function: self = .function
        case .quantity(let dimension): self = .quantity(dimension)
        case .anyQuantity: self = .anyQuantity
        case .host(let name): self = .host(name)
        }
    }

    fileprivate var valueType: ValueType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .float: .float
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .record: .record
        case .range: .range
        case .function: .function
        case .quantity(let dimension): .quantity(dimension)
        case .anyQuantity: .anyQuantity
        case .host(let name): .host(name)
        }
    }

    func isAccepted(by type: ValueType) -> Bool {
        switch (self, type) {
        case (.host, .elements), (_, .any), (.int, .float), (.range, .list), (.quantity, .anyQuantity),
            (.anyQuantity, .quantity):
            true
        default: valueType == type
        }
    }

    /// Whether values of the two types may be equal.
    func mayEqual(_ other: Self) -> Bool {
        switch (self, other) {
        case (.anyQuantity, .quantity), (.quantity, .anyQuantity), (.list, .list), (.record, .record): true
        case (.int, .float), (.float, .int): true
        case (.host, _), (_, .host): true
        default: self == other
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var part = self[...]
        while part.first == " " { part.removeFirst() }
        while part.last == " " { part.removeLast() }
        return String(part)
    }
}
