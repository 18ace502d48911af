extension PointMap {
    /// The points that a message has: those of the message itself in the map's order, then those of its lists in theirs.
    ///
    /// - Parameters:
    ///   - source: What sent it, for the canonical messages.
    ///   - timestamp: Nanoseconds since 1970, where it is known and the message has no time of its own.
    /// - Throws: `P0007` where the message has no such register, or a value is no single one.
    public func messages(
        _ message: FieldValue, source: String, timestamp: Int64? = nil
    ) throws(ProtocolError) -> [CanonicalMessage] {
        var result: [(order: [Int], message: CanonicalMessage)] = []
        for point in points {
            let isRepeated = !point.each.isEmpty
            for place in point.places(in: message) {
                guard
                    point.conditions.allSatisfy({ condition in
                        condition.values.contains { place.fits(condition.path, $0) }
                    }), var value = place.value(point.path)
                else { continue }
                if value == .null { continue }
                if let type = point.type { value = try point.registers(value, type) }
                if isRepeated {
                    switch value {
                    // What has no single value is no point.
                    case .null, .list, .record: continue
                    case .bool, .int, .real, .text, .bytes: break
                    }
                }
                let name = place.filled(point.name, point)
                let address = point.path.joined(separator: ".") + (point.type == nil ? "" : ".\(point.index)")
                result.append(
                    (
                        place.order,
                        CanonicalMessage(
                            source: source, address: isRepeated ? name : address, name: name,
                            value: try point.scaled(value, exponent: place.value(point.exponent)?.integer),
                            unit: point.unit,
                            quality: point.invalid.contains(value) ? .bad : place.quality(point),
                            timestamp: place.value(point.time).flatMap { PointMap.nanoseconds($0) } ?? timestamp,
                            extra: point.extra)
                    ))
            }
        }
        guard points.contains(where: { !$0.each.isEmpty }) else { return result.map(\.message) }
        return result.enumerated().sorted { one, other in
            one.element.order == other.element.order
                ? one.offset < other.offset : one.element.order.lexicographicallyPrecedes(other.element.order)
        }.map(\.element.message)
    }

    /// The time that a message says: milliseconds since 1970, or a date and time of day in UTC.
    private static func nanoseconds(_ value: FieldValue) -> Int64? {
        if let milliseconds = value.integer {
            let (nanoseconds, isOver) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
            return isOver ? nil : nanoseconds
        }
        func part(_ name: String) -> Int64? { value[name]?.integer }
        guard var year = part("year"), let month = part("month"), let day = part("day"), (0...9999).contains(year),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        // Two digits of this century, as IEC 60870-5-4 writes years.
        if year < 100 { year += 2000 }
        let (hour, minute, second) = (part("hour") ?? 0, part("minute") ?? 0, part("second") ?? 0)
        let milliseconds = part("milliseconds") ?? 0
        guard (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second),
            (0..<61_000).contains(milliseconds)
        else { return nil }
        // Days since 1970 of a date: H. Hinnant, "chrono-compatible low-level date algorithms".
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
        return (seconds * 1000 + milliseconds) * 1_000_000
    }
}

/// One point's place in a message: an element of a list with what surrounds it, or the message itself.
private struct PointPlace {
    /// From the innermost outwards.
    var values: [FieldValue]
    /// The positions of the elements in their lists, from the outermost.
    var order: [Int] = []

    /// The value at a path, where the element has it, else in what surrounds it. `a|b` is the first of several fields.
    func value(_ path: [String]) -> FieldValue? {
        guard !path.isEmpty else { return nil }
        for value in values {
            if let found = PointPlace.value(path[...], in: value) { return found }
        }
        // Lists of plain values have no fields: their elements are what is meant.
        guard path == ["value"], let element = values.first else { return nil }
        switch element {
        case .bool, .int, .real, .text, .bytes: return element
        case .null, .list, .record: return nil
        }
    }

    private static func value(_ path: ArraySlice<String>, in value: FieldValue) -> FieldValue? {
        guard let first = path.first else { return value }
        for name in first.split(separator: "|") {
            if let found = value[path: [String(name)]] { return Self.value(path.dropFirst(), in: found) }
        }
        return nil
    }

    /// Whether a field has a value, or lies within `"low..high"`.
    func fits(_ path: [String], _ wanted: FieldValue) -> Bool {
        guard let found = value(path) else { return false }
        if found == wanted { return true }
        if case .text(let text) = wanted, let number = found.integer,
            case .values(let range) = GrammarReader.alternative(text)
        {
            return range.contains(number)
        }
        return false
    }

    func quality(_ point: PointMap.Point) -> CanonicalMessage.Quality {
        func isSet(_ path: [String]) -> Bool { value(path) == .bool(true) }
        if point.bad.contains(where: isSet) { return .bad }
        if point.good.contains(where: { value($0) == .bool(false) }) { return .bad }
        return point.uncertain.contains(where: isSet) ? .uncertain : .good
    }

    /// A name with the fields that stand in braces.
    func filled(_ template: String, _ point: PointMap.Point) -> String {
        guard template.contains("{") else { return template }
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let key = rest[rest.index(after: open)..<close]
            result += text(String(key), point)
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    private func text(_ key: String, _ point: PointMap.Point) -> String {
        if key == "number" {
            if let number = point.number.isEmpty ? nil : values.first.flatMap({ Self.value(point.number[...], in: $0) })
            {
                return number.brief
            }
            return "\((value(point.numberFrom)?.integer ?? 0) &+ Int64(order.last ?? 0))"
        }
        switch value(key.split(separator: ".").map(String.init)) {
        case .text(let text): return text
        case .some(let value): return value.brief
        case nil: return ""
        }
    }
}

extension PointMap.Point {
    fileprivate func places(in message: FieldValue) -> [PointPlace] {
        if each.isEmpty { return [PointPlace(values: [message])] }
        return each.flatMap { Self.places($0[...], [message], []) }
    }

    private static func places(
        _ path: ArraySlice<String>, _ values: [FieldValue], _ order: [Int]
    ) -> [PointPlace] {
        guard let value = values.first else { return [] }
        guard let first = path.first else {
            guard case .list(let elements) = value else { return [] }
            return elements.enumerated().map { PointPlace(values: [$1] + values.dropFirst(), order: order + [$0]) }
        }
        if first == "*" {
            guard case .list(let elements) = value else { return [] }
            return elements.enumerated().flatMap {
                places(path.dropFirst(), [$1] + values.dropFirst(), order + [$0])
            }
        }
        guard let field = value[path: [first]] else { return [] }
        return places(path.dropFirst(), [field] + values, order)
    }

    fileprivate func registers(_ value: FieldValue, _ type: NumberType) throws(ProtocolError) -> FieldValue {
        guard case .list(let registers) = value, index + type.words <= registers.count,
            let number = type.value(Array(registers[index..<index + type.words]), order)
        else { throw .mapping("point `\(name)`: the message has no \(type.rawValue) at register \(index)") }
        return number
    }

    fileprivate func scaled(_ value: FieldValue, exponent: Int64?) throws(ProtocolError) -> CanonicalMessage.Value {
        var scale = scale
        if let exponent = exponent.map({ $0 &+ exponentPlus }) {
            guard (-60...60).contains(exponent) else { throw .mapping("point `\(name)`: 10^\(exponent) is no scale") }
            // A negative power is the inverse of a whole number, which `Scaling` divides by exactly.
            let power = (0..<exponent.magnitude).reduce(1.0) { power, _ in power * 10 }
            scale *= exponent < 0 ? 1 / power : power
        }
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
