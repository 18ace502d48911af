import Glibc

/// One type made of another, and numbers written for people.
enum ConversionBuiltins {
    static var all: [BuiltinSpec] { [toInt, toFloat, toString, toBytes, format, typeOf] }

    private static var toInt: BuiltinSpec {
        BuiltinSpec(
            "int", "Makes an int of a number, a truth value or a text.",
            .value("value", Value.self, "a float loses what is behind its point; a text may begin with 0x or 0b"),
            returns: "the int", type: "int", topic: "Conversion", seeAlso: ["float", "round"],
            examples: [Example("int(\"42\")", "42"), Example("int(-2.7)", "-2"), Example("int(\"0xFF\")", "255")]
        ) { context, value in
            if let int = value.intValue { return int }
            if let truth = value.boolValue { return truth ? 1 : 0 }
            if let float = value.doubleValue {
                guard let int = Int(exactly: float.rounded(.towardZero)) else {
                    throw RuntimeError(.conversion, "\(NumberFormat.text(float)) does not fit an int")
                }
                return int
            }
            if value.isString, let int = plainDigits(value.string.pointee.buffer) { return int }
            if let text = value.stringValue {
                guard let int = parseInt(text) else {
                    throw RuntimeError(.conversion, "\(quoted(text)) is not the text of an int")
                }
                return int
            }
            throw RuntimeError(.conversion, "cannot make an int of \(context.typeName(value))")
        }.shortcut { _, arguments in
            let value = arguments[0]
            return value.isString ? plainDigits(value.string.pointee.buffer).map { .int($0) } : nil
        }
    }

    /// A few digits and nothing else: what most texts are.
    private static func plainDigits(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard text.count > 0, text.count <= 18 else { return nil }
        var result = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            result = result * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return result
    }

    private static func parseInt(_ text: String) -> Int? {
        guard let digits = withoutSeparators(text) else { return nil }
        let sign = digits.prefix { $0 == "-" || $0 == "+" }
        let magnitude = digits.dropFirst(sign.count)
        guard sign.count <= 1 else { return nil }
        for (prefix, radix) in [("0x", 16), ("0b", 2)] where magnitude.lowercased().hasPrefix(prefix) {
            guard let first = magnitude.dropFirst(2).first, first.isHexDigit else { return nil }
            return Int(sign + magnitude.dropFirst(2), radix: radix)
        }
        return Int(digits)
    }

    /// A number's text without white space around it and without `_` between its digits; nil if a `_` stands elsewhere.
    private static func withoutSeparators(_ text: String) -> String? {
        let trimmed = text.drop(while: \.isWhitespace)
        let end = trimmed.lastIndex { !$0.isWhitespace }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        let parts = trimmed[..<end].split(separator: "_", omittingEmptySubsequences: false)
        for (left, right) in zip(parts, parts.dropFirst()) {
            guard left.last?.isHexDigit == true, right.first?.isHexDigit == true else { return nil }
        }
        return parts.joined()
    }

    private static var toFloat: BuiltinSpec {
        BuiltinSpec(
            "float", "Makes a float of a number, a quantity or a text.",
            .value("value", Value.self, "of a quantity, the number in base units (s, B, J)"), returns: "the float",
            type: "float",
            topic: "Conversion", seeAlso: ["int"],
            examples: [Example("float(\"2.5\")", "2.5"), Example("float(5ms)", "0.005")]
        ) { context, value in
            if let number = value.numericValue { return number }
            if let truth = value.boolValue { return truth ? 1.0 : 0.0 }
            if let text = value.stringValue {
                guard let number = withoutSeparators(text).flatMap({ Double($0) }) else {
                    throw RuntimeError(.conversion, "\(quoted(text)) is not the text of a number")
                }
                return number
            }
            throw RuntimeError(.conversion, "cannot make a float of \(context.typeName(value))")
        }
    }

    private static var toString: BuiltinSpec {
        BuiltinSpec(
            "str", "Writes a value as it prints.", .value("value", Value.self, "anything"), returns: "the text",
            type: "string",
            topic: "Conversion",
            seeAlso: ["format", "print"], examples: [Example("str([1, 2.5])", "\"[1, 2.5]\"")]
        ) { context, value -> Value in
            if value.isString { return value }
            var text = TextBuilder(limit: context.heap.state.pointee.limit)
            try text.append(value, nested: false, heap: context.heap)
            return text.makeString(context.heap)
        }
    }

    private static var toBytes: BuiltinSpec {
        BuiltinSpec(
            "bytes", "Makes bytes of a text (as UTF-8) or of a list of ints.",
            .value("value", OneOf<String, [Int]>.self, "the text, or ints from 0 to 255"), returns: "the bytes",
            type: "bytes",
            topic: "Conversion", examples: [Example("bytes([1, 255])", "hex\"01FF\"")]
        ) { _, value in
            switch value {
            case .first(let text): return ByteString(Array(text.utf8))
            case .second(let ints):
                return ByteString(
                    try ints.map { int in
                        guard let byte = UInt8(exactly: int) else {
                            throw RuntimeError(.argumentRange, "`bytes`: \(int) is not between 0 and 255")
                        }
                        return byte
                    })
            }
        }
    }

    private static var format: BuiltinSpec {
        BuiltinSpec(
            "format", "Writes a number for people.", .value("value", NumberBuiltins.Amount.self, "the number"),
            .value("digits", Int?.self, in: 0...30, "digits behind the point"),
            .label("separator", String.self, default: "", "between groups of three digits: \",\""),
            .label("percent", Bool.self, default: false, "times 100, with a percent sign"), returns: "the text",
            topic: "Conversion",
            seeAlso: ["str", "round", "pad_left"],
            examples: [
                Example("format(3.14159, 2)", "\"3.14\""),
                Example("format(1234567, separator: \",\")", "\"1,234,567\""),
                Example("format(0.9062, 1, percent: true)", "\"90.6 %\""),
            ]
        ) { context, amount, digits, separator, percent in
            if amount.value.isQuantity { return context.display(amount.value) }
            let number = amount.number * (percent ? 100 : 1)
            var text: String
            if let int = amount.value.intValue, !percent {
                text = String(int)
                if let digits, digits > 0 { text += "." + String(repeating: "0", count: digits) }
            } else if let digits {
                text = fixed(number, digits)
            } else {
                text = NumberFormat.text(number)
            }
            if !separator.isEmpty { text = grouped(text, separator) }
            return percent ? text + " %" : text
        }
    }

    /// A number with so many digits behind the point, correctly rounded by the C library.
    static func fixed(_ number: Double, _ digits: Int) -> String {
        guard number.isFinite else { return NumberFormat.text(number) }
        // The longest double has 309 digits before the point.
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 352) { buffer in
            let count = withVaList([Int32(digits), number]) { vsnprintf(buffer.baseAddress, buffer.count, "%.*f", $0) }
            let text = String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return text.hasPrefix("-") && !text.contains { $0 != "-" && $0 != "0" && $0 != "." }
                ? String(text.dropFirst()) : text
        }
    }

    private static func grouped(_ text: String, _ separator: String) -> String {
        let sign = text.hasPrefix("-") ? "-" : ""
        let rest = text.dropFirst(sign.count)
        let whole = Array(rest.prefix { $0.isNumber })
        var result = ""
        for (position, digit) in whole.enumerated() {
            if position > 0, (whole.count - position) % 3 == 0 { result += separator }
            result.append(digit)
        }
        return sign + result + rest.dropFirst(whole.count)
    }

    private static var typeOf: BuiltinSpec {
        BuiltinSpec(
            "type_of", "Names the type of a value.", .value("value", Value.self, "anything"), returns: "the name",
            topic: "Conversion",
            examples: [Example("type_of(5ms)", "\"duration\""), Example("type_of([])", "\"list\"")]
        ) { context, value in context.typeName(value) }
    }
}
