/// What the fields of a protocol's messages mean: the semantic layer between a message and canonical messages.
///
/// A map is written as a record, in a script or under `map` in a grammar file:
///
///     {points: [{name: "temperature", at: "registers", index: 0, type: "f32", order: "CDAB", scale: 0.1, unit: "Cel"}],
///      message: {packet: "publish", body: {topic: "plant/{name}", payload: "{value}"}}}
public struct PointMap: Sendable {
    /// One value within a message.
    struct Point: Sendable {
        var name: String
        var unit: String?
        /// Where it stands: names, and numbers for elements of lists.
        var path: [String]
        /// The first register, for numbers in registers.
        var index: Int
        var type: NumberType?
        var order: RegisterOrder
        var scale: Double
        var offset: Double
        /// Raw values that mean that there is none.
        var invalid: [FieldValue]
        /// The point is there only where these fields have these values.
        var conditions: [(path: [String], value: FieldValue)]
    }

    let points: [Point]
    /// The message that the target protocol writes, with `{name}`, `{value}`, `{unit}`, `{quality}` and `{time}` in it.
    let template: FieldValue?
    /// Whether all points go into one message: lists with places in them repeat.
    let isTogether: Bool

    private static let keys: Set<String> = [
        "name", "at", "index", "type", "order", "scale", "offset", "unit", "invalid", "when",
    ]

    /// - Throws: `P0007` where the record is no map.
    public init(_ record: FieldValue) throws(ProtocolError) {
        guard case .record(let fields) = record else { throw .mapping("a map is a record with `points`") }
        for field in fields where !["points", "message", "together"].contains(field.name) {
            throw .mapping(
                "a map has no `\(field.name)`",
                hint: NearestName.hint(for: field.name, among: ["points", "message", "together"]))
        }
        guard case .list(let list)? = record["points"], !list.isEmpty else {
            throw .mapping("a map needs its `points`", hint: "write points: [{name: \"…\", at: \"…\"}]")
        }
        var points: [Point] = []
        for (place, entry) in list.enumerated() { points.append(try PointMap.point(entry, place)) }
        self.points = points
        template = record["message"]
        isTogether = record["together"] == .bool(true)
    }

    private static func point(_ record: FieldValue, _ place: Int) throws(ProtocolError) -> Point {
        guard case .record(let fields) = record, case .text(let name)? = record["name"],
            case .text(let path)? = record["at"]
        else { throw .mapping("point \(place) of the map needs `name` and `at`, both strings") }
        for field in fields where !keys.contains(field.name) {
            throw .mapping(
                "point `\(name)` has no `\(field.name)`", hint: NearestName.hint(for: field.name, among: keys))
        }
        var type: NumberType?
        if let named = record["type"] {
            guard case .text(let text) = named, let known = NumberType(rawValue: text) else {
                throw .mapping(
                    "point `\(name)`: there is no type \(named.brief)",
                    hint: "there are " + NumberType.allCases.map(\.rawValue).joined(separator: ", "))
            }
            type = known
        }
        var order = RegisterOrder.big
        if let named = record["order"] {
            guard case .text(let text) = named, let known = RegisterOrder(rawValue: text) else {
                throw .mapping(
                    "point `\(name)`: there is no order \(named.brief)", hint: "there are ABCD, CDAB, BADC, DCBA")
            }
            order = known
        }
        var conditions: [(path: [String], value: FieldValue)] = []
        if case .record(let terms)? = record["when"] { conditions = terms.map { (split($0.name), $0.value) } }
        var invalid: [FieldValue] = []
        if case .list(let values)? = record["invalid"] { invalid = values }
        var unit: String?
        if case .text(let text)? = record["unit"] { unit = text }
        let index = record["index"]?.integer ?? 0
        guard (0...65535).contains(index) else { throw .mapping("point `\(name)`: \(index) is no index") }
        let scale = try number(record["scale"], 1, name)
        guard scale != 0 else { throw .mapping("point `\(name)`: a scale of 0 cannot be undone") }
        return Point(
            name: name, unit: unit, path: split(path), index: Int(index), type: type, order: order, scale: scale,
            offset: try number(record["offset"], 0, name), invalid: invalid, conditions: conditions)
    }

    private static func split(_ path: String) -> [String] { path.split(separator: ".").map(String.init) }

    private static func number(_ value: FieldValue?, _ fallback: Double, _ name: String) throws(ProtocolError) -> Double
    {
        switch value {
        case nil: return fallback
        case .int(let whole): return Double(whole)
        case .real(let real) where real.isFinite: return real
        default: throw .mapping("point `\(name)`: `scale` and `offset` are numbers")
        }
    }

    /// The points that a message has, in the map's order.
    ///
    /// - Parameters:
    ///   - source: What sent it, for the canonical messages.
    ///   - timestamp: Nanoseconds since 1970, where it is known.
    public func messages(
        _ message: FieldValue, source: String, timestamp: Int64? = nil
    ) throws(ProtocolError) -> [CanonicalMessage] {
        var result: [CanonicalMessage] = []
        for point in points {
            guard point.conditions.allSatisfy({ message[path: $0.path] == $0.value }),
                var value = message[path: point.path]
            else { continue }
            if let type = point.type {
                guard case .list(let registers) = value, point.index + type.words <= registers.count,
                    let number = type.value(Array(registers[point.index..<point.index + type.words]), point.order)
                else {
                    throw .mapping(
                        "point `\(point.name)`: the message has no \(type.rawValue) at register \(point.index)")
                }
                value = number
            }
            let isInvalid = point.invalid.contains(value)
            result.append(
                CanonicalMessage(
                    source: source,
                    address: point.path.joined(separator: ".") + (point.type == nil ? "" : ".\(point.index)"),
                    name: point.name, value: try point.scaled(value), unit: point.unit,
                    quality: isInvalid ? .bad : .good, timestamp: timestamp))
        }
        return result
    }
}

extension PointMap.Point {
    fileprivate func scaled(_ value: FieldValue) throws(ProtocolError) -> CanonicalMessage.Value {
        let isScaled = scale != 1 || offset != 0
        switch value {
        case .bool(let flag): return .bool(flag)
        case .int(let whole): return isScaled ? .real(Scaling.value(Double(whole), scale, offset)) : .int(whole)
        case .real(let real): return .real(isScaled ? Scaling.value(real, scale, offset) : real)
        case .text(let text):
            // Payloads often carry numbers as text.
            if let whole = Int64(text) {
                return isScaled ? .real(Scaling.value(Double(whole), scale, offset)) : .int(whole)
            }
            if let real = Double(text), real.isFinite {
                return .real(isScaled ? Scaling.value(real, scale, offset) : real)
            }
            return .text(text)
        case .bytes(let bytes): return .bytes(bytes)
        case .null, .list, .record:
            throw .mapping(
                "point `\(name)` is \(value.kindName) in the message",
                hint: "give the path of one value, or a `type` for registers")
        }
    }
}
