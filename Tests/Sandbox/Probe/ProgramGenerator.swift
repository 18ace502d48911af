import EdgeLang

/// Writes random programs that call primitives with arguments that mostly fit.
struct ProgramGenerator {
    private let specs: [BuiltinSpec]
    private var random: RandomSource
    /// The variables of the program that is being written, with what they may hold.
    private var variables: [(name: String, types: [ValueType])] = []

    init(library: BuiltinLibrary, seed: UInt64) {
        // Whatever ends a program on purpose would leave the rest of it untried.
        specs = library.filter { !["fail", "sleep"].contains($0.name) }
        random = RandomSource(seed: seed)
    }

    /// A program of some statements, each of which may fail without ending it.
    mutating func program() -> String {
        variables = []
        var lines = ["fn pass(x) { x }"]
        if chance(0.04) { lines.append("import \(quoted(pick(Vocabulary.modules))) as m") }
        for number in 0..<(2 + below(6)) {
            let spec = pick(specs)
            lines.append("var v\(number) = null")
            lines.append("try { v\(number) = \(call(spec)) } catch e { v\(number) = e.code }")
            variables.append(("v\(number)", spec.result.types))
        }
        return lines.joined(separator: "\n")
    }

    // MARK: Calls

    private mutating func call(_ spec: BuiltinSpec) -> String {
        var positional: [String] = []
        var labelled: [String] = []
        var hasGap = false
        for parameter in spec.parameters {
            if parameter.isVariadic {
                for _ in 0..<below(4) { positional.append(argument(parameter)) }
            } else if parameter.isLabelOnly {
                if parameter.isRequired || chance(0.25) { labelled.append("\(parameter.name): \(argument(parameter))") }
            } else if parameter.isRequired, hasGap {
                labelled.append("\(parameter.name): \(argument(parameter))")
            } else if parameter.isRequired || !hasGap && chance(0.7) {
                positional.append(argument(parameter))
            } else {
                hasGap = true
            }
        }
        let inside = positional + labelled
        switch below(8) {
        case 0 where !positional.isEmpty:
            return "(\(inside[0])) |> \(spec.name)(\(inside.dropFirst().joined(separator: ", ")))"
        case 1: return "map([1], _item => \(spec.name)(\(inside.joined(separator: ", "))))"
        case 2: return "{\n  defer print(1)\n  \(spec.name)(\(inside.joined(separator: ", ")))\n}"
        default: return "\(spec.name)(\(inside.joined(separator: ", ")))"
        }
    }

    private mutating func argument(_ parameter: ParameterSpec) -> String {
        // Through a function, or the resolver would refuse what it sees to be wrong.
        if chance(0.05) { return "pass(\(anything()))" }
        if !parameter.choices.isEmpty, chance(0.8) { return quoted(pick(parameter.choices)) }
        if let range = parameter.range, chance(0.8) { return number(in: range, parameter.types) }
        if parameter.typeDescription.hasPrefix("list of "), chance(0.9) {
            return list(of: String(parameter.typeDescription.dropFirst(8)))
        }
        return value(of: parameter.types.isEmpty ? .any : pick(parameter.types), named: parameter.name)
    }

    private mutating func number(in range: NumericRange, _ types: [ValueType]) -> String {
        let low = range.lower.isFinite ? range.lower : -3
        let high = range.upper.isFinite ? min(range.upper, low + 20) : low + 20
        let value = low + random.unit() * max(high - low, 0)
        for case .quantity(let dimension) in types { return quantity(dimension, min(value, 0.05)) }
        return types.contains(.float) ? "\(value)" : "\(Int(value.rounded(.up)))"
    }

    private mutating func list(of type: String) -> String {
        let types = ValueType.named(type.split(separator: " ").first.map(String.init) ?? "") ?? [.host(type)]
        let elements = (0..<below(5)).map { _ in value(of: pick(types), named: "") }
        return "[\(elements.joined(separator: ", "))]"
    }

    // MARK: Values

    private mutating func value(of type: ValueType, named name: String) -> String {
        let fitting = variables.filter { $0.types.contains(type) }
        if !fitting.isEmpty, chance(0.3) { return pick(fitting).name }
        switch type {
        case .any: return anything()
        case .null: return "null"
        case .bool: return chance(0.5) ? "true" : "false"
        case .int: return "\(below(12) - 2)"
        case .float: return "\((random.unit() * 20 - 4))"
        case .string: return text(named: name)
        case .bytes:
            return pick(["hex\"00010000 0006 01 03 0000 000A\"", "hex\"\"", "hex\"101200044d515454\"", "hex\"FF00\""])
        case .list: return pick(Vocabulary.lists)
        case .record: return pick(Vocabulary.records)
        case .range: return "0..\(below(9))"
        case .function:
            return pick(["x => x", "(a, b) => a", "x => x != 3", "(a, b) => a < b", "() => 1", "len", "upper"])
        case .quantity(let dimension): return quantity(dimension, random.unit())
        case .anyQuantity: return pick(["5ms", "2KiB", "50Hz"])
        case .host(let name): return object(name)
        }
    }

    private func quantity(_ dimension: Dimension, _ value: Double) -> String {
        switch dimension {
        case .time: "\(value) * 1s"
        case .size: "\(value) * 1KiB"
        case .frequency: "\(value) * 1Hz"
        case .power: "\(value) * 1W"
        case .energy: "\(value) * 1J"
        case .rate: "\(value) * 1KiB / 1s"
        default: "1s"
        }
    }

    private mutating func text(named name: String) -> String {
        switch name {
        case "url", "address": quoted(pick(Vocabulary.addresses))
        case "path", "file", "out", "ca", "key", "certificate", "folder": quoted(pick(Vocabulary.paths))
        case "protocol", "from", "to", "as": quoted(pick(Vocabulary.protocols))
        default: quoted(pick(pick([Vocabulary.texts, Vocabulary.paths, Vocabulary.addresses, Vocabulary.protocols])))
        }
    }

    private mutating func object(_ name: String) -> String {
        if let makers = Vocabulary.objects[name] { return pick(makers) }
        if ValueType.host(name) == .elements { return object(pick(["table", "tensor", "series", "dataset"])) }
        let makers = specs.filter { $0.result.types.contains(.host(name)) }
        return makers.isEmpty ? "null" : "\(pick(makers).name)(\(quoted(pick(Vocabulary.paths))))"
    }

    private mutating func anything() -> String {
        let type = pick([
            ValueType.null, .bool, .int, .float, .string, .bytes, .list, .record, .range, .function, .quantity(.time),
            .host("model"), .host("tensor"), .host("series"), .host("dataset"),
        ])
        return value(of: type, named: "")
    }

    // MARK: Chance

    private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(max(count, 1))) }
    private mutating func chance(_ probability: Double) -> Bool { random.unit() < probability }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    private func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\0", with: "\\0") + "\""
    }
}
