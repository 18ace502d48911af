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
        var conditions: [(path: [String], values: [FieldValue])]
        /// Lists whose elements are a point each, `*` for any element on the way; the other paths then begin at the element, and go on
        /// outwards where it has no such field. Empty: the message is one point.
        var each: [[String]] = []
        /// What `{number}` in a name is: a field of the element, or its position counted from a field around it.
        var number: [String] = []
        var numberFrom: [String] = []
        /// Flags that make the value bad or uncertain where they are set, and good only where it is set.
        var bad: [[String]] = []
        var uncertain: [[String]] = []
        var good: [[String]] = []
        /// The value's own time: milliseconds since 1970, or a record of year, month, day, hour, minute, ….
        var time: [String] = []
        /// A field that is the power of ten of the scale.
        var exponent: [String] = []
        var exponentPlus: Int64 = 0
        /// What a message template may need besides, by name.
        var extra: [FieldValue.Field] = []
    }

    let points: [Point]
    /// The message that the target protocol writes, with `{name}`, `{value}`, `{unit}`, `{quality}` and `{time}` in it.
    let template: FieldValue?
    /// Whether all points go into one message: lists with places in them repeat.
    let isTogether: Bool

    /// Whether it says what fields mean; a map of a protocol that is only written need not.
    public var hasPoints: Bool { !points.isEmpty }
    /// Whether it says what to write.
    public var hasMessage: Bool { template != nil }

    private init(_ points: [Point], _ template: FieldValue?, isTogether: Bool) {
        self.points = points
        self.template = template
        self.isTogether = isTogether
    }

    /// The same points, written as another map says.
    public func writing(as other: PointMap) -> PointMap {
        PointMap(points, other.template, isTogether: other.isTogether)
    }

    private static let keys: Set<String> = [
        "name", "at", "index", "type", "order", "scale", "offset", "unit", "invalid", "when", "each", "number",
        "number_from",
        "bad", "uncertain", "good", "time", "exponent", "exponent_plus", "to",
    ]

    /// - Throws: `P0007` where the record is no map.
    public init(_ record: FieldValue) throws(ProtocolError) {
        guard case .record(let fields) = record else { throw .mapping("a map is a record with `points`") }
        for field in fields where !["points", "message", "together"].contains(field.name) {
            throw .mapping(
                "a map has no `\(field.name)`",
                hint: NearestName.hint(for: field.name, among: ["points", "message", "together"]))
        }
        var points: [Point] = []
        switch record["points"] {
        case .list(let list)? where !list.isEmpty:
            for (place, entry) in list.enumerated() { points.append(try PointMap.point(entry, place)) }
        case nil where record["message"] != nil: break
        default: throw .mapping("a map needs its `points`", hint: "write points: [{name: \"…\", at: \"…\"}]")
        }
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
        var conditions: [(path: [String], values: [FieldValue])] = []
        if case .record(let terms)? = record["when"] {
            for term in terms {
                if case .list(let values) = term.value {
                    conditions.append((split(term.name), values))
                } else {
                    conditions.append((split(term.name), [term.value]))
                }
            }
        }
        var invalid: [FieldValue] = []
        if case .list(let values)? = record["invalid"] { invalid = values }
        var unit: String?
        if case .text(let text)? = record["unit"] { unit = text }
        let index = record["index"]?.integer ?? 0
        guard (0...65535).contains(index) else { throw .mapping("point `\(name)`: \(index) is no index") }
        let scale = try number(record["scale"], 1, name)
        guard scale != 0 else { throw .mapping("point `\(name)`: a scale of 0 cannot be undone") }
        var point = Point(
            name: name, unit: unit, path: split(path), index: Int(index), type: type, order: order, scale: scale,
            offset: try number(record["offset"], 0, name), invalid: invalid, conditions: conditions)
        point.each = try paths(record["each"], "each", name)
        point.bad = try paths(record["bad"], "bad", name)
        point.uncertain = try paths(record["uncertain"], "uncertain", name)
        point.good = try paths(record["good"], "good", name)
        point.number = try paths(record["number"], "number", name).first ?? []
        point.numberFrom = try paths(record["number_from"], "number_from", name).first ?? []
        point.time = try paths(record["time"], "time", name).first ?? []
        point.exponent = try paths(record["exponent"], "exponent", name).first ?? []
        point.exponentPlus = record["exponent_plus"]?.integer ?? 0
        if case .record(let fields)? = record["to"] { point.extra = fields }
        return point
    }

    /// One path or a list of paths.
    private static func paths(_ value: FieldValue?, _ key: String, _ name: String) throws(ProtocolError) -> [[String]] {
        switch value {
        case nil: return []
        case .text(let path): return [split(path)]
        case .list(let elements):
            return try elements.map { (element) throws(ProtocolError) in
                guard case .text(let path) = element else {
                    throw .mapping("point `\(name)`: `\(key)` is a path or a list of paths")
                }
                return split(path)
            }
        default: throw .mapping("point `\(name)`: `\(key)` is a path or a list of paths")
        }
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
}
