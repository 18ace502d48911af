import EdgeLang
import EdgeRuntime

/// What `:vars` and `:type` say of a value.
struct ValueDescription {
    let interpreter: Interpreter
    /// So many elements of a list are looked at to name their type.
    private static let looked = 1000

    /// A value in one line.
    func short(_ value: Value) -> String {
        ResultText(interpreter, screen: .init(columns: 60, rows: 1), colour: false, isEntry: true).inline(value)
    }

    /// How much it holds: elements where it has some, and bytes.
    func size(_ value: Value) -> String {
        switch value.kind {
        case .list, .record, .string, .bytes, .host: break
        default: return ""
        }
        guard let bytes = interpreter.byteCount(of: value) else { return "large" }
        return ReadableValue.bytes(bytes)
    }

    /// The type of a value with those of its parts: `list of int, 3 elements`, `record {name: string, rate: int}`.
    func type(_ value: Value, depth: Int = 0) -> String {
        switch value.kind {
        case .list:
            let count = interpreter.count(of: value) ?? 0
            let elements = interpreter.elements(of: value, first: ValueDescription.looked)
            guard depth < 3, !elements.isEmpty else { return "list, \(counted(count, "element"))" }
            var types: [String] = []
            for element in elements {
                let type = depth < 2 ? self.type(element, depth: depth + 2) : element.typeName
                if !types.contains(type) { types.append(type) }
                if types.count > 3 { break }
            }
            let inner = types.count > 3 ? "values of several types" : types.joined(separator: " | ")
            return "list of \(inner)" + (depth == 0 ? ", \(counted(count, "element"))" : "")
        case .record:
            guard depth < 3 else { return "record" }
            let fields = interpreter.fields(of: value)
            let shown = fields.prefix(12).map { "\($0.key): \(type($0.value, depth: depth + 2))" }
            let left = fields.count - shown.count
            return "record {" + (shown + (left > 0 ? ["… \(left) more"] : [])).joined(separator: ", ") + "}"
        case .closure:
            return "function(\((interpreter.parameterNames(of: value) ?? []).joined(separator: ", ")))"
        case .host:
            guard let count = interpreter.count(of: value) else { return value.typeName }
            return "\(value.typeName), \(counted(count, "element"))"
        default: return value.typeName
        }
    }

    private func counted(_ count: Int, _ noun: String) -> String {
        "\(ReadableValue.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }
}
