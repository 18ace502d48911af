/// Values as JSON. What JSON has no form for becomes the nearest that it has: quantities a number in base units, bytes a string of hexadecimal digits,
/// numbers that are not finite `null`.
enum JSONText {
    static func text(_ value: PlainValue) -> String {
        var result = ""
        append(value, to: &result)
        return result
    }

    /// The nesting of a plain value was bounded when it was made.
    private static func append(_ value: PlainValue, to result: inout String) {
        switch value {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .int(let value): result += String(value)
        case .float(let value): append(value, to: &result)
        case .quantity(let quantity): append(quantity.value, to: &result)
        case .string(let text): append(text, to: &result)
        case .bytes(let bytes):
            result += "\""
            for byte in bytes { result += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
            result += "\""
        case .list(let elements):
            result += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { result += "," }
                append(element, to: &result)
            }
            result += "]"
        case .record(let fields):
            result += "{"
            for (index, field) in fields.enumerated() {
                if index > 0 { result += "," }
                append(field.key, to: &result)
                result += ":"
                append(field.value, to: &result)
            }
            result += "}"
        }
    }

    private static func append(_ number: Double, to result: inout String) {
        result += number.isFinite ? number.description : "null"
    }

    private static func append(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}
