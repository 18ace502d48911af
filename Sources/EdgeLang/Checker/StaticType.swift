/// What is known of the type of an expression before the run: that it is one of some types, or nothing.
///
/// Types are cut where they grow: what is left out makes the checker say less, never something wrong.
struct StaticType: Equatable, Sendable {
    /// One type among those a value may have.
    indirect enum Alternative: Equatable, Sendable {
        case null
        case bool
        case int
        case float
        case string
        case bytes
        /// With the type of the elements.
        case list(StaticType)
        /// With its fields, where all of them are known.
        case record([Field]?)
        case range
        case function
        case quantity(Dimension)
        case anyQuantity
        /// An object of the runtime.
        case host(String)
    }

    struct Field: Equatable, Sendable {
        let name: String
        let type: StaticType
    }

    /// Where a type comes from, for diagnostics: "`load` gives a model".
    struct Origin: Equatable, Sendable {
        let span: Span
        let text: String
    }

    /// Nil where nothing is known; empty for what never yields a value.
    private(set) var alternatives: [Alternative]?
    var origin: Origin?
    /// How many types it is made of, counting those of elements and fields.
    private let size: Int

    private static let greatestSize = 64
    private static let mostAlternatives = 8

    private init(alternatives: [Alternative]?, size: Int) {
        self.alternatives = alternatives
        self.size = size
    }

    /// Nothing is known of the value.
    static let unknown = StaticType(alternatives: nil, size: 1)
    /// There is no value: the expression leaves its block.
    static let never = StaticType(alternatives: [], size: 1)

    init(_ alternative: Alternative) {
        let size = alternative.size
        self.init(alternatives: [size > StaticType.greatestSize ? alternative.plain : alternative], size: min(size, 64))
    }

    static let null = StaticType(.null)
    static let bool = StaticType(.bool)
    static let int = StaticType(.int)
    static let float = StaticType(.float)
    static let number = StaticType.int.joined(with: .float)
    static let string = StaticType(.string)
    static let bytes = StaticType(.bytes)
    static let list = StaticType(.list(.unknown))
    static let record = StaticType(.record(nil))
    static let range = StaticType(.range)
    static let function = StaticType(.function)

    var isKnown: Bool { alternatives != nil }
    var isNever: Bool { alternatives?.isEmpty == true }

    static func == (left: StaticType, right: StaticType) -> Bool { left.alternatives == right.alternatives }

    /// The type of a value that has this type or the other one.
    func joined(with other: StaticType) -> StaticType {
        guard let mine = alternatives, let others = other.alternatives else { return .unknown }
        if mine.isEmpty { return other }
        var result = mine
        for alternative in others where !result.contains(alternative) {
            if let place = result.firstIndex(where: { $0.isSameContainer(as: alternative) }) {
                result[place] = result[place].joined(with: alternative)
            } else {
                result.append(alternative)
            }
        }
        let size = result.reduce(0) { $0 + $1.size }
        guard result.count <= StaticType.mostAlternatives else { return .unknown }
        if size > StaticType.greatestSize { result = result.map(\.plain) }
        var type = StaticType(alternatives: result, size: min(size, StaticType.greatestSize))
        type.origin = origin == other.origin || others.isEmpty ? origin : nil
        return type
    }

    func with(_ origin: Origin?) -> StaticType {
        var result = self
        result.origin = origin
        return result
    }

    /// Without the alternatives that do not fit.
    func filtered(_ isKept: (Alternative) -> Bool) -> StaticType {
        guard let alternatives else { return self }
        return StaticType(alternatives: alternatives.filter(isKept), size: size).with(origin)
    }

    /// Whether a value may be of a type that the test accepts; true where nothing is known.
    func may(_ test: (Alternative) -> Bool) -> Bool { alternatives?.contains(where: test) ?? true }

    /// The size as a part of a larger type.
    fileprivate var weight: Int { size }

    // MARK: In words

    /// What an annotation would call it: `int | string`; nil where nothing is known.
    var name: String? {
        guard let alternatives, !alternatives.isEmpty else { return isNever ? "never" : nil }
        if alternatives == [.int, .float] || alternatives == [.float, .int] { return "number" }
        return alternatives.map(\.name).joined(separator: " | ")
    }

    /// What diagnostics call it, with its article: `a model`, `an int or a string`.
    var description: String {
        let names = (alternatives ?? []).map(\.description)
        guard let last = names.last else { return "any value" }
        return names.count == 1 ? last : "\(names.dropLast().joined(separator: ", ")) or \(last)"
    }
}

extension StaticType.Alternative {
    fileprivate var size: Int {
        switch self {
        case .list(let element): 1 + element.weight
        case .record(let fields?): fields.reduce(1) { $0 + 1 + $1.type.weight }
        case .null, .bool, .int, .float, .string, .bytes, .record, .range, .function, .quantity, .anyQuantity, .host: 1
        }
    }

    /// Without elements and fields.
    var plain: Self {
        switch self {
        case .list: .list(.unknown)
        case .record: .record(nil)
        case .null, .bool, .int, .float, .string, .bytes, .range, .function, .quantity, .anyQuantity, .host: self
        }
    }

    fileprivate func isSameContainer(as other: Self) -> Bool {
        switch (self, other) {
        case (.list, .list), (.record, .record): true
        default: false
        }
    }

    fileprivate func joined(with other: Self) -> Self {
        switch (self, other) {
        case (.list(let mine), .list(let others)): return .list(mine.joined(with: others))
        case (.record(let mine?), .record(let others?)):
            guard mine.map(\.name) == others.map(\.name) else { return .record(nil) }
            return .record(
                zip(mine, others).map { StaticType.Field(name: $0.name, type: $0.type.joined(with: $1.type)) })
        case (.record, .record): return .record(nil)
        default: return self
        }
    }

    var isNumber: Bool { self == .int || self == .float }

    var isHost: Bool {
        if case .host = self { true } else { false }
    }

    /// The dimension of a number or quantity.
    var dimension: Dimension? {
        switch self {
        case .int, .float: Dimension.none
        case .quantity(let dimension): dimension
        case .null, .bool, .string, .bytes, .list, .record, .range, .function, .anyQuantity, .host: nil
        }
    }

    /// What an annotation calls it.
    var name: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .string: "string"
        case .bytes: "bytes"
        case .list(let element): element.name.map { $0.contains("|") ? "list" : "list of \($0)" } ?? "list"
        case .record: "record"
        case .range: "range"
        case .function: "function"
        case .quantity(let dimension): ValueType.quantity(dimension).name
        case .anyQuantity: "quantity"
        case .host(let name): name
        }
    }

    var description: String {
        switch self {
        case .null, .bytes: return name
        case .list: return "a list"
        case .quantity(let dimension) where dimension != .time: return "a quantity of \(dimension.name)"
        case .bool, .int, .float, .string, .record, .range, .function, .quantity, .anyQuantity, .host:
            let name = name
            return name.first.map { "aeiou".contains($0) } == true ? "an \(name)" : "a \(name)"
        }
    }
}
