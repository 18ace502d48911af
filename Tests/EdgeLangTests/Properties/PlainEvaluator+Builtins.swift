@testable import EdgeLang
import Glibc

/// The library's functions that generated programs call.
extension PlainEvaluator {
    static let builtins = [
        "print", "len", "push", "str", "map", "filter", "reduce", "sum", "keys", "values", "has", "get", "sort",
        "reverse", "take", "drop", "min", "max", "abs", "int", "float", "type_of", "join", "upper", "contains", "fail",
        "list", "merge", "without", "enumerate", "first", "last", "is_nan", "any", "all", "find", "index_of", "build",
    ]

    func callBuiltin(_ name: String, _ arguments: [(label: String?, value: PlainData)]) throws -> PlainData {
        try countStep()
        let values = arguments.filter { $0.label == nil }.map(\.value)
        func label(_ name: String) -> PlainData? { arguments.last { $0.label == name }?.value }
        func value(_ index: Int) throws -> PlainData {
            if index >= values.count { throw PlainError(code: "E0313") }
            return values[index]
        }
        switch name {
        case "print":
            write(values.map { show($0) }.joined(separator: " ") + "\n")
            return .null
        case "str": return .text(show(try value(0)))
        case "type_of": return .text(try value(0).typeName)
        case "fail":
            guard case .text(let message) = try value(0) else { throw PlainError(code: "E0314") }
            if case .text(let code)? = label("code") { throw PlainError(code: code, message: message) }
            throw PlainError(code: "E0320", message: message)
        case "len": return .int(try length(of: value(0)))
        case "push":
            guard case .list(let elements) = try value(0) else { throw PlainError(code: "E0314") }
            try keepSmall(elements.count)
            return .list(elements + [try value(1)])
        case "int": return .int(try toInt(value(0)))
        case "float":
            if let number = try value(0).number { return .float(number) }
            if case .bool(let truth) = try value(0) { return .float(truth ? 1 : 0) }
            if case .text(let text) = try value(0), let number = Double(text) { return .float(number) }
            throw PlainError(code: "E0324")
        case "abs":
            guard case .int(let int) = try value(0) else {
                guard let number = try value(0).number else { throw PlainError(code: "E0314") }
                return .measured(abs(number), try value(0).dimension)
            }
            if int == .min { throw PlainError(code: "E0302") }
            return .int(abs(int))
        case "is_nan":
            guard let number = try value(0).number else { throw PlainError(code: "E0314") }
            return .bool(number.isNaN)
        case "upper":
            guard case .text(let text) = try value(0) else { throw PlainError(code: "E0314") }
            return .text(text.uppercased())
        case "keys": return .list(try fields(value(0)).map { .text($0.key) })
        case "values": return .list(try fields(value(0)).map(\.value))
        case "has": return .bool(try lookUp(value(0), value(1)) != nil)
        case "get": return try lookUp(value(0), value(1)) ?? (values.count > 2 ? values[2] : .null)
        case "merge":
            return .record(try values.flatMap { try fields($0) }.reduce(into: []) { Self.set($1, in: &$0) })
        case "without":
            let left = try fields(value(0)).filter { field in
                !values.dropFirst().contains { if case .text(let key) = $0 { key == field.key } else { false } }
            }
            return .record(left)
        case "contains":
            do {
                return .bool(try contains(value(0), value(1)))
            } catch is PlainError {
                throw PlainError(code: "E0314")
            }
        case "min", "max": return try extreme(of: values, isLargest: name == "max")
        default: return try callOnList(name, values, label("by"), label("descending"))
        }
    }

    private func callOnList(
        _ name: String, _ values: [PlainData], _ by: PlainData?, _ descending: PlainData?
    ) throws -> PlainData {
        guard let first = values.first else { throw PlainError(code: "E0313") }
        let position = ["map": 1, "filter": 1, "any": 1, "all": 1, "find": 1, "build": 1, "reduce": 2][name]
        if let position, !values[position].isFunction { throw PlainError(code: "E0314") }
        if name == "build" {
            guard case .int(let count) = first else { throw PlainError(code: "E0314") }
            guard count >= 0 else { throw PlainError(code: "E0315") }
            try keepSmall(count)
            return .list(try (0..<count).map { try call(values[1], [.int($0)]) })
        }
        if name == "list", case .text = first { return .list(try elements(of: first)) }
        let list: [PlainData]
        switch first {
        case .list(let elements): list = elements
        case .range: list = try elements(of: first)
        default: throw PlainError(code: "E0314")
        }
        func holds(_ element: PlainData) throws -> Bool {
            guard case .bool(let truth) = try call(values[1], [element]) else { throw PlainError(code: "E0314") }
            return truth
        }
        func count() throws -> Int {
            guard case .int(let count) = values[1] else { throw PlainError(code: "E0314") }
            guard count >= 0 else { throw PlainError(code: "E0315") }
            return count
        }
        switch name {
        case "list": return .list(list)
        case "map": return .list(try list.map { try call(values[1], [$0]) })
        case "filter": return .list(try list.filter(holds))
        case "any": return .bool(try list.contains(where: holds))
        case "all": return .bool(try list.allSatisfy(holds))
        case "find": return try list.first(where: holds) ?? .null
        case "reduce": return try list.reduce(values[1]) { try call(values[2], [$0, $1]) }
        case "sum": return try sum(list)
        case "sort":
            let keys = try list.map { element in try by.map { try call($0, [element]) } ?? element }
            if case .bool(true)? = descending { return .list(try sorted(list, keys) { -$0 }) }
            return .list(try sorted(list, keys) { $0 })
        case "reverse": return .list(list.reversed())
        case "take": return .list(Array(list.prefix(try count())))
        case "drop": return .list(Array(list.dropFirst(try count())))
        case "first": return list.first ?? .null
        case "last": return list.last ?? .null
        case "enumerate": return .list(list.enumerated().map { .list([.int($0.offset), $0.element]) })
        case "index_of": return list.firstIndex { areEqual($0, values[1]) }.map { .int($0) } ?? .null
        case "join":
            guard case .text(let separator) = values.count > 1 ? values[1] : .text("") else {
                throw PlainError(code: "E0314")
            }
            return .text(list.map { show($0) }.joined(separator: separator))
        default: throw Exit.tooLong
        }
    }

    private func length(of value: PlainData) throws -> Int {
        switch value {
        case .list(let elements): return elements.count
        case .text(let text): return text.unicodeScalars.count
        case .record(let fields): return fields.count
        case .bytes(let bytes): return bytes.count
        case .range: return try elements(of: value).count
        default: throw PlainError(code: "E0314")
        }
    }

    private func fields(_ value: PlainData) throws -> [(key: String, value: PlainData)] {
        guard case .record(let fields) = value else { throw PlainError(code: "E0314") }
        return fields
    }

    private static func set(
        _ field: (key: String, value: PlainData), in fields: inout [(key: String, value: PlainData)]
    ) {
        if let position = fields.firstIndex(where: { $0.key == field.key }) {
            fields[position].value = field.value
        } else {
            fields.append(field)
        }
    }

    private func lookUp(_ record: PlainData, _ key: PlainData) throws -> PlainData? {
        let fields = try fields(record)
        guard case .text(let name) = key else { throw PlainError(code: "E0314") }
        return fields.first { $0.key == name }?.value
    }

    private func toInt(_ value: PlainData) throws -> Int {
        switch value {
        case .int(let int): return int
        case .bool(let truth): return truth ? 1 : 0
        case .float(let float):
            guard let int = Int(exactly: float.rounded(.towardZero)) else { throw PlainError(code: "E0324") }
            return int
        case .text(let text):
            // Generated programs write ints only this way.
            guard let int = Int(text) else { throw PlainError(code: "E0324") }
            return int
        default: throw PlainError(code: "E0324")
        }
    }

    private func sum(_ list: [PlainData]) throws -> PlainData {
        var total = 0
        for element in list {
            guard case .int(let int) = element else {
                // The sum of floats is rounded once, by a rule of its own: programs that ask for it prove nothing.
                if element.number == nil { throw PlainError(code: "E0314") }
                throw Exit.tooLong
            }
            let (next, overflow) = total.addingReportingOverflow(int)
            if overflow {
                if list.contains(where: { $0.number == nil }) { throw PlainError(code: "E0314") }
                throw PlainError(code: "E0302")
            }
            total = next
        }
        return .int(total)
    }

    private func extreme(of values: [PlainData], isLargest: Bool) throws -> PlainData {
        var candidates = values
        if values.count == 1 {
            switch values[0] {
            case .list, .range: candidates = try elements(of: values[0])
            default: break
            }
        }
        guard var best = candidates.first else { throw PlainError(code: "E0330") }
        for candidate in candidates.dropFirst() {
            if let number = best.number, number.isNaN {
                best = candidate
            } else if let order = try compare(candidate, best), isLargest ? order > 0 : order < 0 {
                best = candidate
            }
        }
        return best
    }

    /// By insertion: stable by construction. NaN comes last.
    private func sorted(
        _ list: [PlainData], _ keys: [PlainData], _ direction: (Int) -> Int
    ) throws -> [PlainData] {
        if keys.contains(where: { $0.number?.isNaN == true }) { throw Exit.tooLong }
        var result: [(key: PlainData, value: PlainData)] = []
        for (key, value) in zip(keys, list) {
            var place = result.count
            while place > 0, let order = try compare(key, result[place - 1].key), direction(order) < 0 { place -= 1 }
            result.insert((key, value), at: place)
        }
        return result.map(\.value)
    }

    // MARK: Text

    /// A value as it prints.
    func show(_ value: PlainData, nested: Bool = false) -> String {
        switch value {
        case .null: return "null"
        case .bool(let truth): return truth ? "true" : "false"
        case .int(let int): return "\(int)"
        case .float(let float):
            if float.isNaN { return "nan" }
            return float.isInfinite ? (float < 0 ? "-inf" : "inf") : "\(float)"
        case .quantity(let number, _):
            provesNothing = true
            return "\(number)"
        case .text(let text): return nested ? quote(text) : text
        case .bytes(let bytes):
            let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
            let words = stride(from: 0, to: digits.count, by: 2).map { digits[$0..<min($0 + 2, digits.count)].joined() }
            return "hex\"\(words.joined(separator: " "))\""
        case .list(let elements): return "[" + elements.map { show($0, nested: true) }.joined(separator: ", ") + "]"
        case .record(let fields):
            let parts = fields.map { field in
                let isName =
                    field.key.first.map { !$0.isNumber } ?? false
                    && field.key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
                return (isName ? field.key : quote(field.key)) + ": " + show(field.value, nested: true)
            }
            return "{" + parts.joined(separator: ", ") + "}"
        case .range(let lower, let upper, let isClosed): return "\(lower)..\(isClosed ? "=" : "")\(upper)"
        case .function(let function): return "<function\(function.literal.name.map { " \($0)" } ?? "")>"
        case .builtin: return "<function>"
        case .error(let error): return "error: \(error.message)"
        }
    }

    private func quote(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}

extension PlainData {
    fileprivate var isFunction: Bool {
        switch self {
        case .function, .builtin: true
        case .null, .bool, .int, .float, .quantity, .text, .bytes, .list, .record, .range, .error: false
        }
    }
}
