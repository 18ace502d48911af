extension MessageEncoder {
    mutating func content(_ step: Instruction) throws(EncodeFault) {
        let rule = program.contentRules[Int(step.rule)]
        guard let value = rule.constant ?? take(step.name) ?? rule.initial ?? initial(rule.number) else {
            throw missing(step.name)
        }
        let start = output.count
        switch rule.form {
        case .none:
            switch step.operation {
            case .bitList: try bitList(value, rule, step)
            case .objectIdentifier: try objectIdentifier(value, step)
            default: try append(bytesOf: value, step)
            }
        case .text(let form):
            if case .text(let text) = value {
                guard let bytes = MessageEncoder.bytes(of: text, form) else {
                    throw fault("the text has characters that its encoding has not", step.name)
                }
                output += bytes
            } else {
                try append(bytesOf: value, step)
            }
        case .address(let form):
            guard case .text(let text) = value, let bytes = AddressText.bytes(text, form) else {
                throw fault("\(value.brief) is no address", step.name)
            }
            output += bytes
        case .decimal(let isLittle): try decimal(value, rule, isLittle: isLittle, step)
        case .digits(let form):
            var number = value
            if !rule.number.isPlain, value != .null { number = .int(try wire(value, rule.number, step)) }
            guard let text = NumberText.text(number, form) else {
                throw fault("a number is needed, not \(value.brief)", step.name)
            }
            if step.slot >= 0, let whole = number.integer { slots[Int(step.slot)] = whole }
            output += text.utf8
        case .integer(let isSigned): try sizedInteger(value, rule, isSigned: isSigned, step)
        }
        try complete(rule, from: start, step.name)
    }

    private func initial(_ rule: NumberRule) -> FieldValue? { rule.initial.map { .int($0) } }

    /// The number on the wire for a value that was already taken.
    private mutating func wire(_ value: FieldValue, _ rule: NumberRule, _ step: Instruction) throws(EncodeFault)
        -> Int64
    {
        element = value
        do throws(EncodeFault) {
            return try number(Instruction.elementName, rule)
        } catch {
            throw fault(error.reason, step.name, hint: error.hint)
        }
    }

    private mutating func append(bytesOf value: FieldValue, _ step: Instruction) throws(EncodeFault) {
        switch value {
        case .bytes(let bytes): output += bytes
        case .text(let text): output += text.utf8
        default: throw fault("bytes are needed, not \(value.kindName)", step.name)
        }
    }

    private static func bytes(of text: String, _ form: TextForm) -> [UInt8]? {
        switch form {
        case .utf8: return Array(text.utf8)
        case .latin1:
            var bytes: [UInt8] = []
            for scalar in text.unicodeScalars {
                guard let byte = UInt8(exactly: scalar.value) else { return nil }
                bytes.append(byte)
            }
            return bytes
        case .utf16: return text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        }
    }

    private mutating func sizedInteger(
        _ value: FieldValue, _ rule: ContentRule, isSigned: Bool, _ step: Instruction
    ) throws(EncodeFault) {
        var raw: UInt64
        var isNegative = false
        if case .text(let digits) = value, rule.number.isPlain, let large = UInt64(digits) {
            raw = large
            if isSigned {
                output.append(0)
                append(raw, 8, isLittle: false)
                return
            }
        } else {
            let whole = try wire(value, rule.number, step)
            guard isSigned || whole >= 0 else { throw fault("\(whole) is negative", step.name) }
            if step.slot >= 0 { slots[Int(step.slot)] = whole }
            raw = UInt64(bitPattern: whole)
            isNegative = whole < 0
        }
        var width = 1
        switch rule.extent {
        case .fixed(let size): width = min(max(size, 1), 8)
        case .slot(let slot): width = Int(min(max(slots[slot], 0), 8))
        case .rest, .chained, .leaving, .terminated, .before, .packed:
            if isSigned {
                let magnitude = isNegative ? ~raw : raw
                while width < 8, magnitude >> UInt64(8 * width - 1) != 0 { width += 1 }
            } else if raw == 0, rule.isShortZero {
                width = 0
            } else {
                while width < 8, raw >> UInt64(8 * width) != 0 { width += 1 }
            }
        }
        if width < 8, width > 0 {
            let lost = isSigned ? Int64(bitPattern: raw) >> Int64(8 * width - 1) : Int64(raw >> UInt64(8 * width))
            guard lost == 0 || (isSigned && lost == -1) else {
                throw fault("\(value.brief) does not fit \(width) bytes", step.name)
            }
        }
        append(raw, width, isLittle: false)
        raw = 0
    }

    private mutating func decimal(
        _ value: FieldValue, _ rule: ContentRule, isLittle: Bool, _ step: Instruction
    ) throws(EncodeFault) {
        if case .bytes(let bytes) = value {
            output += bytes
            return
        }
        guard let whole = value.integer, whole >= 0 else {
            throw fault("a whole number that is not negative is needed, not \(value.brief)", step.name)
        }
        var digits: [UInt8] = []
        var rest = whole
        var size = 0
        switch rule.extent {
        case .fixed(let fixed): size = min(fixed, 9)
        case .slot(let slot): size = Int(min(max(slots[slot], 0), 9))
        case .rest, .chained, .leaving, .terminated, .before, .packed: size = 0
        }
        while rest > 0 || digits.count < size {
            digits.append(UInt8(rest / 10 % 10) << 4 | UInt8(rest % 10))
            rest /= 100
        }
        output += isLittle ? digits : digits.reversed()
    }

    private mutating func bitList(_ value: FieldValue, _ rule: ContentRule, _ step: Instruction) throws(EncodeFault) {
        guard case .list(let elements) = value else {
            throw fault("a list is needed, not \(value.kindName)", step.name)
        }
        let width = rule.packing.width
        var packed = [UInt8](repeating: 0, count: (elements.count * width + 7) / 8)
        for (index, element) in elements.enumerated() {
            guard let bits = element.integer, bits >= 0, bits < 1 << Int64(width) else {
                let needed = width == 1 ? "true or false" : "a number of \(width) bits"
                throw fault("\(needed) is needed, not \(element.brief)", step.name)
            }
            let place = index * width & 7
            packed[(index * width) >> 3] |= UInt8(bits) << UInt8(rule.packing.isMostFirst ? 8 - width - place : place)
        }
        output += packed
    }

    private mutating func objectIdentifier(_ value: FieldValue, _ step: Instruction) throws(EncodeFault) {
        guard case .text(let text) = value else {
            throw fault("an object identifier such as \"1.3.6.1\" is needed, not \(value.kindName)", step.name)
        }
        if text.isEmpty { return }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt64($0) }
        guard numbers.count >= 2, numbers.count <= 256, let first = numbers[0], let second = numbers[1],
            first <= 2, first == 2 || second < 40, second <= UInt64.max - 80, numbers.allSatisfy({ $0 != nil })
        else { throw fault("\"\(text.prefix(60))\" is no object identifier", step.name) }
        for number in [40 * first + second] + numbers.dropFirst(2).compactMap({ $0 }) {
            var groups = [UInt8(number & 0x7F)]
            var rest = number >> 7
            while rest > 0 {
                groups.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            output += groups.reversed()
        }
    }
}
