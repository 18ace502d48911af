@testable import EdgeLang

/// A value of the plain evaluator: a Swift value, so that copies are copies without any doing of ours.
indirect enum PlainData {
    case null
    case bool(Bool)
    case int(Int)
    case float(Double)
    case quantity(Double, Dimension)
    case text(String)
    case bytes([UInt8])
    case list([PlainData])
    case record([(key: String, value: PlainData)])
    case range(lower: Int, upper: Int, isClosed: Bool)
    case function(PlainFunction)
    case builtin(String)
    case error(PlainError)

    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .quantity(_, let dimension): ValueType.quantity(dimension).name
        case .text: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .record: "record"
        case .range: "range"
        case .function, .builtin: "function"
        case .error: "error"
        }
    }

    /// The number of an int, float or quantity.
    var number: Double? {
        switch self {
        case .int(let int): Double(int)
        case .float(let float): float
        case .quantity(let value, _): value
        default: nil
        }
    }

    var dimension: Dimension {
        if case .quantity(_, let dimension) = self { dimension } else { .none }
    }

    /// A quantity, or a float where the dimension is none.
    static func measured(_ value: Double, _ dimension: Dimension) -> PlainData {
        dimension.isNone ? .float(value) : .quantity(value, dimension)
    }
}

/// A function with the variables around it.
final class PlainFunction {
    let literal: FunctionLiteral
    let scope: PlainScope

    init(_ literal: FunctionLiteral, in scope: PlainScope) {
        self.literal = literal
        self.scope = scope
    }
}

/// An error of the language as the evaluator throws it.
struct PlainError: Error {
    var code: String
    var message = ""
}

/// The variables of a block. A block knows from its beginning what it will declare: functions may name it before it has a value.
final class PlainScope {
    private final class Cell {
        var value: PlainData?
    }

    private let parent: PlainScope?
    /// Counts calls: variables of the running call are visible from their declaration on, those of others at any time.
    private let call: Int
    private var cells: [String: Cell] = [:]

    init(parent: PlainScope?, call: Int, declaring names: [String]) {
        self.parent = parent
        self.call = call
        for name in names { cells[name] = Cell() }
    }

    func declare(_ name: String, _ value: PlainData) {
        let cell = cells[name] ?? Cell()
        cell.value = value
        cells[name] = cell
    }

    private func cell(_ name: String, from call: Int) -> Cell? {
        if let cell = cells[name], cell.value != nil || call != self.call { return cell }
        return parent?.cell(name, from: call)
    }

    /// The value of a variable; nil where there is none of that name.
    func read(_ name: String, from call: Int) throws -> PlainData? {
        guard let cell = cell(name, from: call) else { return nil }
        guard let value = cell.value else { throw PlainError(code: "E0318") }
        return value
    }

    func assign(_ name: String, _ value: PlainData, from call: Int) throws {
        guard let cell = cell(name, from: call) else { throw PlainError(code: "E0201") }
        cell.value = value
    }
}
