import EdgeLang
import EdgeProtocols

extension Primitives {
    /// Reading and writing the points of a device.
    static var points: [BuiltinSpec] { [read, write, exchange] }

    private static var read: BuiltinSpec {
        BuiltinSpec(
            "read", "Reads values of a device.",
            .value("endpoint", EndpointObject.self, "a connection, or a device of our own"),
            .value("point", String.self, "`holding/30`, `input/0`, `coil/3` or `discrete/7`, counted from 0"),
            .label(
                "as", Points.Form.self, default: .u16,
                "what the registers hold; `text` and `bytes` have two bytes in each"),
            .label(
                "order", Points.Order.self, default: .big,
                "the order of the bytes, as the manual of the device writes it"),
            .label("scale", Double?.self, "what a raw number is multiplied by"),
            .label("count", Int?.self, in: 1...65536, "how many values, or registers of a text; without it one value"),
            .label("unit", Int?.self, in: 0...255, "the unit identifier; without it the one of the URL, or 1"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0..., "how long to wait for the answer"),
            returns: "the value; with `count` a list of values", type: "any", effects: [.network],
            details: """
                Where the connection is lost it waits for it to come back, up to the timeout. More values than fit one request are
                read in several. A device's refusal is an error that names the exception.
                """,
            topic: topicOfConnections, seeAlso: ["write", "connect", "serve"],
            examples: [
                Example(
                    "let plant = serve(\"modbus-tcp://127.0.0.1:0\", holding: 8)\nwrite(plant, \"holding/0\", [16712, 0, 215])\nread(plant, \"holding/0\", as: \"f32\")",
                    "12.5"),
                Example(
                    "let plant = serve(\"modbus-tcp://127.0.0.1:0\", holding: 8)\nwrite(plant, \"holding/2\", [215, 220])\nread(plant, \"holding/2\", count: 2)",
                    "[215, 220]"),
            ]
        ) { context, object, point, form, order, scale, count, unit, timeout in
            let access = try Points.access(point, form, order, scale, unit, "read")
            let values = try object.endpoint.read(access, count: count ?? 1, Wait(timeout, context))
            let plain = values.map { PlainValue($0) }
            return count == nil || form.isWhole ? plain.first ?? .null : .list(plain)
        }
    }

    private static var write: BuiltinSpec {
        BuiltinSpec(
            "write", "Writes values to a device.",
            .value("endpoint", EndpointObject.self, "a connection, or a device of our own"),
            .value(
                "point", String.self, "`holding/30` or `coil/3`; of a device of our own also `input/0` and `discrete/7`"
            ),
            .value("value", PlainValue.self, "a value, or a list of values for this point and those that follow"),
            .label("as", Points.Form.self, default: .u16, "what the registers hold"),
            .label(
                "order", Points.Order.self, default: .big,
                "the order of the bytes, as the manual of the device writes it"),
            .label("scale", Double?.self, "what a raw number is multiplied by: `value / scale`, rounded, is written"),
            .label(
                "mask", Int?.self, in: 0...65535,
                "of one register: the bits that change; the device leaves the others as they are"),
            .label("unit", Int?.self, in: 0...255, "the unit identifier; without it the one of the URL, or 1"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0..., "how long to wait for the answer"),
            returns: "nothing", effects: [.network],
            details: """
                A value that does not fit its register is an error before anything is sent. A write that was cut off is never repeated: the
                error says that nobody knows whether it was carried out.
                """,
            topic: topicOfConnections, seeAlso: ["read", "exchange", "connect"],
            examples: [
                Example(
                    "let plant = serve(\"modbus-tcp://127.0.0.1:0\", holding: 4, coils: 2)\nlet plc = connect(plant.url)\nwrite(plc, \"holding/1\", 21.5, scale: 0.1)\nwrite(plc, \"coil/0\", [true, true])\n[read(plant, \"holding/1\"), read(plant, \"coil/1\")]",
                    "[215, true]"),
                Example(
                    "let plant = serve(\"modbus-tcp://127.0.0.1:0\", holding: 1)\ntry { write(plant, \"holding/0\", 70000) } catch e { e.code }",
                    "\"N0009\""),
            ]
        ) { context, object, point, value, form, order, scale, mask, unit, timeout in
            let access = try Points.access(point, form, order, scale, unit, "write")
            try object.endpoint.write(
                access, try Points.values(value, "write"), mask: mask.flatMap { UInt16(exactly: $0) },
                Wait(timeout, context))
            return Nothing()
        }
    }

    private static var exchange: BuiltinSpec {
        BuiltinSpec(
            "exchange", "Writes holding registers and reads others in one request.",
            .value("endpoint", EndpointObject.self, "a connection"),
            .value("point", String.self, "where to write: `holding/10`"),
            .value("value", PlainValue.self, "a value, or a list of values"),
            .label("from", String.self, "where to read: `holding/40`"),
            .label("count", Int.self, default: 1, in: 1...125, "how many values to read"),
            .label("as", Points.Form.self, default: .u16, "what the registers hold, those written and those read"),
            .label("order", Points.Order.self, default: .big, "the order of the bytes"),
            .label("scale", Double?.self, "what a raw number is multiplied by"),
            .label("unit", Int?.self, in: 0...255, "the unit identifier; without it the one of the URL, or 1"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0..., "how long to wait for the answer"),
            returns: "the values read", type: "list", effects: [.network],
            details: "The device writes first (Modbus function 23), and nobody else gets between the two.",
            topic: topicOfConnections, seeAlso: ["read", "write"],
            examples: [
                Example(
                    "let plant = serve(\"modbus-tcp://127.0.0.1:0\", holding: 4)\nexchange(connect(plant.url), \"holding/0\", [7, 8], from: \"holding/1\", count: 2)",
                    "[8, 0]")
            ]
        ) { context, object, point, value, source, count, form, order, scale, unit, timeout in
            let target = try Points.access(point, form, order, scale, unit, "exchange")
            var other = target
            other.point = source
            let values = try object.endpoint.exchange(
                writing: target, try Points.values(value, "exchange"), reading: other, count: count,
                Wait(timeout, context))
            return PlainValue.list(values.map { PlainValue($0) })
        }
    }
}

/// The words of the language for points and what is in them.
enum Points {
    enum Form: String, BuiltinChoice {
        case u16, i16, u32, i32, u64, i64, f32, f64, text, bytes

        var type: RegisterType { RegisterType(rawValue: rawValue) ?? .u16 }
        /// Whether all registers make one value.
        var isWhole: Bool { self == .text || self == .bytes }
    }

    enum Order: String, BuiltinChoice {
        case big = "ABCD"
        case little = "DCBA"
        case wordSwapped = "CDAB"
        case byteSwapped = "BADC"

        var order: RegisterOrder { RegisterOrder(rawValue: rawValue) ?? .big }
    }

    static func access(
        _ point: String, _ form: Form, _ order: Order, _ scale: Double?, _ unit: Int?, _ function: String
    ) throws -> PointAccess {
        if let scale, !scale.isFinite || scale == 0 {
            throw RuntimeError(.unsuitableValue, "`\(function)`: parameter `scale` must be a number other than 0")
        }
        return PointAccess(
            point, type: form.type, order: order.order, scale: scale,
            unit: try unit.map { try Points.unit($0, function) })
    }

    static func unit(_ number: Int, _ function: String) throws -> UInt8 {
        guard let unit = UInt8(exactly: number) else {
            throw RuntimeError(.unsuitableValue, "`\(function)`: a unit is a number from 0 to 255, found \(number)")
        }
        return unit
    }

    /// A value or a list of values as they are written.
    static func values(_ value: PlainValue, _ function: String) throws -> [CanonicalMessage.Value] {
        guard case .list(let elements) = value else { return [try Points.value(value, function)] }
        return try elements.map { try Points.value($0, function) }
    }

    private static func value(_ value: PlainValue, _ function: String) throws -> CanonicalMessage.Value {
        switch value {
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(Int64(value))
        case .float(let value): return .real(value)
        case .quantity(let quantity): return .real(quantity.value)
        case .string(let text): return .text(text)
        case .bytes(let bytes): return .bytes(bytes)
        case .null, .list, .record:
            throw RuntimeError(
                .unsuitableValue, "`\(function)`: a point takes numbers, true or false, a text or bytes",
                hint: "a list of them goes to this point and those that follow")
        }
    }
}

extension PlainValue {
    /// A value of a device.
    init(_ value: CanonicalMessage.Value) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(Int(value))
        case .real(let value): self = .float(value)
        case .text(let text): self = .string(text)
        case .bytes(let bytes): self = .bytes(bytes)
        }
    }
}
