extension Lexer {
    /// Reads an integer, a number with a fraction or exponent, or a quantity.
    mutating func readNumber() {
        let start = cursor.position
        if cursor.starts(with: "0x") { return readRadix(from: start, radix: 16, name: "hexadecimal") }
        // `0b` is binary only before a binary digit: `0B` and `0bit` are quantities.
        if cursor.starts(with: "0b"), cursor.peek(2).isDecimalDigit || cursor.peek(2) == UInt8(ascii: "_") {
            return readRadix(from: start, radix: 2, name: "binary")
        }

        var digits: [UInt8] = []
        var isMalformed = !readDigits(into: &digits)
        var exponent = 0
        var isFloat = false
        if cursor.peek() == UInt8(ascii: "."), cursor.peek(1).isDecimalDigit {
            cursor.advance()
            let wholeCount = digits.count
            if !readDigits(into: &digits) { isMalformed = true }
            exponent = wholeCount - digits.count
            isFloat = true
        }
        if let written = readExponent() {
            exponent += written
            isFloat = true
        }
        let numberEnd = cursor.position
        cursor.skip(while: \.isNamePart)
        while cursor.peek() >= 0x80, let (scalar, length) = cursor.scalar(), scalar.properties.isIDContinue {
            cursor.advance(length)
            cursor.skip(while: \.isNamePart)
        }
        let unitName = cursor.text(from: numberEnd)

        if isMalformed {
            diagnostics.append(.malformedNumber(span(from: start), "`_` stands between two digits only"))
            return append(.integer, from: start, .integer(0))
        }
        if !unitName.isEmpty { return appendQuantity(digits, exponent, unitName, from: start, unitStart: numberEnd) }
        if isFloat {
            let value = Unit.value(digits: digits, exponent: exponent, unit: nil)
            if value == nil { diagnostics.append(.numberTooLarge(span(from: start))) }
            return append(.float, from: start, .float(value ?? 0))
        }
        appendInteger(digits, radix: 10, from: start)
    }

    private mutating func appendQuantity(
        _ digits: [UInt8], _ exponent: Int, _ name: String, from start: Int, unitStart: Int
    ) {
        guard let unit = Unit.named(name) else {
            diagnostics.append(.unknownUnit(name, span(from: unitStart)))
            return append(.float, from: start, .float(0))
        }
        let value = Unit.value(digits: digits, exponent: exponent, unit: unit)
        if value == nil { diagnostics.append(.numberTooLarge(span(from: start))) }
        let literal = QuantityLiteral(value: value ?? 0, dimension: unit.dimension, unit: name)
        append(.quantity, from: start, .quantity(literal))
    }

    private mutating func appendInteger(_ digits: [UInt8], radix: UInt64, from start: Int) {
        var value: UInt64 = 0
        for digit in digits {
            let product = value.multipliedReportingOverflow(by: radix)
            let sum = product.partialValue.addingReportingOverflow(UInt64(digit))
            if product.overflow || sum.overflow || sum.partialValue > UInt64(Int64.max) + 1 {
                diagnostics.append(.integerTooLarge(span(from: start)))
                value = 0
                break
            }
            value = sum.partialValue
        }
        append(.integer, from: start, .integer(value))
    }

    private mutating func readRadix(from start: Int, radix: UInt8, name: String) {
        cursor.advance(2)
        var digits: [UInt8] = []
        var isMalformed = false
        var lastWasDigit = false
        while cursor.peek().isNamePart {
            let byte = cursor.peek()
            if let value = byte.hexValue, value < radix {
                digits.append(value)
                lastWasDigit = true
            } else if byte == UInt8(ascii: "_"), lastWasDigit {
                lastWasDigit = false
            } else {
                isMalformed = true
            }
            cursor.advance()
        }
        if isMalformed || !lastWasDigit {
            diagnostics.append(
                .malformedNumber(
                    span(from: start),
                    "a \(name) integer is `\(radix == 16 ? "0x" : "0b")` and \(name) digits, without a unit"))
            return append(.integer, from: start, .integer(0))
        }
        appendInteger(digits, radix: UInt64(radix), from: start)
    }

    /// Reads decimal digits with single `_` between them; false if an underscore stands elsewhere.
    private mutating func readDigits(into digits: inout [UInt8]) -> Bool {
        while true {
            let byte = cursor.peek()
            if byte.isDecimalDigit {
                digits.append(byte - 0x30)
                cursor.advance()
            } else if byte == UInt8(ascii: "_") {
                guard cursor.peek(1).isDecimalDigit else {
                    cursor.skip { $0 == UInt8(ascii: "_") || $0.isDecimalDigit }
                    return false
                }
                cursor.advance()
            } else {
                return true
            }
        }
    }

    /// Reads `e5`, `E-3`; nil if the letter begins something else.
    private mutating func readExponent() -> Int? {
        guard cursor.peek() | 0x20 == UInt8(ascii: "e") else { return nil }
        let hasSign = cursor.peek(1) == UInt8(ascii: "-") || cursor.peek(1) == UInt8(ascii: "+")
        guard cursor.peek(hasSign ? 2 : 1).isDecimalDigit else { return nil }
        let isNegative = cursor.peek(1) == UInt8(ascii: "-")
        cursor.advance(hasSign ? 2 : 1)
        var value = 0
        while cursor.peek().isDecimalDigit {
            // Beyond this the result is zero or too large whatever follows.
            value = min(value * 10 + Int(cursor.peek() - 0x30), 1_000_000_000)
            cursor.advance()
        }
        return isNegative ? -value : value
    }
}
