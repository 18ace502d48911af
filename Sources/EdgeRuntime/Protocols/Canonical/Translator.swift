import EdgeData

/// Writes canonical messages in another protocol: bytes → canonical → bytes.
public struct Translator: Sendable {
    private let map: PointMap

    public init(_ map: PointMap) { self.map = map }

    /// The messages of the target protocol for canonical messages.
    ///
    /// - Throws: `P0007` where the map has no message, or a place in it has no value.
    public func messages(_ points: [CanonicalMessage]) throws(ProtocolError) -> [FieldValue] {
        guard let template = map.template else {
            throw .mapping(
                "the map does not say what to write",
                hint: "add message: {…} with \"{name}\" and \"{value}\" where they belong")
        }
        guard map.isTogether else {
            var messages: [FieldValue] = []
            for point in points { messages.append(try fill(template, point)) }
            return messages
        }
        return points.isEmpty ? [] : [try fill(template, all: points)]
    }

    /// Lists whose only element has places repeat it for each point; other places get the first point.
    private func fill(_ template: FieldValue, all points: [CanonicalMessage]) throws(ProtocolError) -> FieldValue {
        switch template {
        case .list(let elements):
            if let element = elements.first, elements.count == 1, Translator.hasPlaces(element) {
                var filled: [FieldValue] = []
                for point in points { filled.append(try fill(element, point)) }
                return .list(filled)
            }
            var filled: [FieldValue] = []
            for element in elements { filled.append(try fill(element, all: points)) }
            return .list(filled)
        case .record(let fields):
            if let computed = try computed(template, { (inner) throws(ProtocolError) in try fill(inner, all: points) })
            {
                return computed
            }
            var filled: [FieldValue.Field] = []
            for field in fields { filled.append(.init(field.name, try fill(field.value, all: points))) }
            return .record(filled)
        case .null, .bool, .int, .real, .text, .bytes:
            return points.first.map { Translator.place(template, $0) } ?? template
        }
    }

    private func fill(_ template: FieldValue, _ point: CanonicalMessage) throws(ProtocolError) -> FieldValue {
        switch template {
        case .list(let elements):
            var filled: [FieldValue] = []
            for element in elements { filled.append(try fill(element, point)) }
            return .list(filled)
        case .record(let fields):
            if let computed = try computed(template, { (inner) throws(ProtocolError) in try fill(inner, point) }) {
                return computed
            }
            var filled: [FieldValue.Field] = []
            for field in fields where !Translator.isOfAnotherKind(field.value, point) {
                filled.append(.init(field.name, try fill(field.value, point)))
            }
            return .record(filled)
        case .null, .bool, .int, .real, .text, .bytes: return Translator.place(template, point)
        }
    }

    /// `{pick: "{kind}", bool: …, real: …}` is what stands under the picked name; `{json: …}` is the text of its content; `{words: "{value}", type: "f32", order: "CDAB"}` is a list of registers.
    private func computed(
        _ template: FieldValue, _ fill: (FieldValue) throws(ProtocolError) -> FieldValue
    ) throws(ProtocolError) -> FieldValue? {
        guard case .record(let fields) = template, let first = fields.first else { return nil }
        if first.name == "json", fields.count == 1 {
            let content = try fill(first.value)
            do throws(DataError) {
                return .text(try JSONWriter(indentation: nil).write(content.tree))
            } catch {
                throw ProtocolError(code: "P0007", message: error.message, hint: error.hint)
            }
        }
        if first.name == "pick", fields.count > 1 {
            guard case .text(let key) = try fill(first.value), let picked = template[key] else { return .null }
            return try fill(picked)
        }
        guard first.name == "words" else { return nil }
        guard case .text(let name)? = template["type"], let type = NumberType(rawValue: name) else {
            throw .mapping(
                "`words` needs a `type`",
                hint: "there are " + NumberType.allCases.map(\.rawValue).joined(separator: ", "))
        }
        var order = RegisterOrder.big
        if case .text(let named)? = template["order"] {
            guard let known = RegisterOrder(rawValue: named) else {
                throw .mapping("there is no order \"\(named)\"", hint: "there are ABCD, CDAB, BADC, DCBA")
            }
            order = known
        }
        let value = try fill(first.value)
        guard let registers = type.registers(value, order) else {
            throw .mapping("\(value.brief) does not fit \(type.rawValue)")
        }
        return .list(registers)
    }

    private static func hasPlaces(_ value: FieldValue) -> Bool {
        switch value {
        case .text(let text): text.contains("{")
        case .list(let elements): elements.contains { hasPlaces($0) }
        case .record(let fields): fields.contains { hasPlaces($0.value) }
        case .null, .bool, .int, .real, .bytes: false
        }
    }

    /// Fields such as `"{value:bool}"` are there only where the value is of that kind.
    private static func isOfAnotherKind(_ template: FieldValue, _ point: CanonicalMessage) -> Bool {
        guard case .text(let text) = template, text.hasPrefix("{value:"), text.hasSuffix("}") else { return false }
        return text != "{value:\(point.kind)}"
    }

    /// A text that is one place becomes the value itself; places within a text become text.
    private static func place(_ template: FieldValue, _ point: CanonicalMessage) -> FieldValue {
        guard case .text(let text) = template, text.contains("{") else { return template }
        let values: [(String, FieldValue)] =
            [
                ("{value:\(point.kind)}", point.field), ("{kind}", .text(point.kind)), ("{name}", .text(point.name)),
                ("{value}", point.field), ("{unit}", point.unit.map { .text($0) } ?? .null),
                ("{quality}", .text(point.quality.rawValue)), ("{source}", .text(point.source)),
                ("{time}", point.timestamp.map { .int($0 / 1_000_000) } ?? .null),
            ] + point.extra.map { ("{\($0.name)}", $0.value) }
        for (place, value) in values where text == place { return value }
        var filled = text
        for (place, value) in values {
            var rest = filled[...]
            var result = ""
            while let brace = rest.firstIndex(of: "{") {
                result += rest[..<brace]
                rest = rest[brace...]
                if rest.hasPrefix(place) {
                    result += value.plainText
                    rest = rest.dropFirst(place.count)
                } else {
                    result += "{"
                    rest = rest.dropFirst()
                }
            }
            filled = result + rest
        }
        return .text(filled)
    }
}

extension CanonicalMessage {
    /// What templates call the kind of value.
    fileprivate var kind: String {
        switch value {
        case .bool: "bool"
        case .int: "int"
        case .real: "real"
        case .text: "text"
        case .bytes: "bytes"
        }
    }

    /// The value as a field of a message.
    var field: FieldValue {
        switch value {
        case .bool(let flag): .bool(flag)
        case .int(let whole): .int(whole)
        case .real(let real): .real(real)
        case .text(let text): .text(text)
        case .bytes(let bytes): .bytes(bytes)
        }
    }
}

extension FieldValue {
    /// The value within a text.
    fileprivate var plainText: String {
        switch self {
        case .null: ""
        case .bool(let flag): "\(flag)"
        case .int(let whole): "\(whole)"
        case .real(let real): "\(real)"
        case .text(let text): text
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .list, .record: ""
        }
    }

    /// The value as a data file holds it; bytes become text.
    fileprivate var tree: DataTree {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int(let whole): .int(whole)
        case .real(let real): .float(real)
        case .text(let text): .text(text)
        case .bytes(let bytes): .text(String(decoding: bytes, as: UTF8.self))
        case .list(let elements): .list(elements.map(\.tree))
        case .record(let fields): .record(fields.map { .init(name: $0.name, value: $0.value.tree) })
        }
    }
}
