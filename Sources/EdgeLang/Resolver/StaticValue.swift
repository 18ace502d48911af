/// What is known of an expression's value before the run: literals and what is computed from quantities.
enum StaticValue {
    case unknown
    case null
    case bool
    case int(Int64)
    case float(Double)
    /// The value in base units, where it is known.
    case quantity(Double?, Dimension)
    /// The text, where it is known.
    case string(String?)
    case bytes
    case list
    case record
    case range
    case function

    /// The dimension of a number; nil for what is none or not known.
    var dimension: Dimension? {
        switch self {
        case .int, .float: Dimension.none
        case .quantity(_, let dimension): dimension
        case .unknown, .null, .bool, .string, .bytes, .list, .record, .range, .function: nil
        }
    }

    /// The number to compare with a range.
    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .float(let value): value
        case .quantity(let value, _): value
        case .unknown, .null, .bool, .string, .bytes, .list, .record, .range, .function: nil
        }
    }

    /// What diagnostics call it, with its article; nil where nothing is known.
    var description: String? {
        switch self {
        case .unknown: nil
        case .null: "null"
        case .bool: "a bool"
        case .int: "an int"
        case .float: "a float"
        case .quantity(_, let dimension): dimension == .time ? "a duration" : "a quantity of \(dimension.name)"
        case .string: "a string"
        case .bytes: "bytes"
        case .list: "a list"
        case .record: "a record"
        case .range: "a range"
        case .function: "a function"
        }
    }

    /// Whether a parameter of these types takes it; true where it is not known. No types accept everything.
    func isAccepted(by types: [ValueType]) -> Bool {
        types.isEmpty || types.contains { isAccepted(by: $0) }
    }

    private func isAccepted(by type: ValueType) -> Bool {
        switch (self, type) {
        case (.unknown, _), (_, .any): true
        case (.null, .null), (.bool, .bool), (.int, .int), (.float, .float), (.string, .string), (.bytes, .bytes),
            (.list, .list), (.record, .record), (.range, .range), (.function, .function):
            true
        // An integer is taken for a float, and a range for the list of its numbers.
        case (.int, .float), (.range, .list): true
        case (.quantity, .anyQuantity): true
        case (.quantity(_, let dimension), .quantity(let accepted)): dimension == accepted
        default: false
        }
    }
}
