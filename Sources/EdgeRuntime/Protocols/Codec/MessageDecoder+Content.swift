extension MessageDecoder {
    /// Where content ends; its terminator, if it has one, stands there.
    func end(of extent: ContentRule.Extent) throws(DecodeFault) -> Int {
        switch extent {
        case .rest: return limit
        case .chained:
            var end = position
            while end < limit {
                end += 1
                if bytes[end - 1] & 0x80 == 0 { return end }
            }
            throw fault("this goes on beyond its end", isTruncated: limit == bytes.count)
        case .leaving(let count):
            guard count <= limit - position else { throw tooShort(count) }
            return limit - count
        case .fixed(let size):
            guard size <= limit - position else { throw tooShort(size) }
            return position + size
        case .slot(let slot):
            let size = slots[slot]
            guard size != Program.unset else { return limit }
            guard size >= 0, size <= Int64(limit - position) else {
                throw fault(
                    "\(size) bytes are announced, but \(limit - position) are left", isTruncated: limit == bytes.count)
            }
            return position + Int(size)
        case .terminated(let end, let mayEnd):
            if let found = find(end) { return found }
            guard mayEnd else { throw fault("the end of this is missing", isTruncated: limit == bytes.count) }
            return limit
        case .before(let end): return find(end) ?? limit
        case .packed(let slot, let width):
            // The count is bounded by the bytes of the message before it is multiplied.
            let count = slots[slot]
            guard count >= 0, count <= Int64(limit - position) * 8,
                (Int(count) * width + 7) / 8 <= limit - position
            else {
                throw fault(
                    "\(count) elements of \(width) bits do not stand in \(limit - position) bytes",
                    isTruncated: limit == bytes.count && count > 0)
            }
            return position + (Int(count) * width + 7) / 8
        }
    }

    private func find(_ pattern: [UInt8]) -> Int? {
        guard let first = pattern.first, limit - position >= pattern.count else { return nil }
        var index = position
        search: while index <= limit - pattern.count {
            if bytes[index] == first {
                for offset in 1..<max(pattern.count, 1) where bytes[index + offset] != pattern[offset] {
                    index += 1
                    continue search
                }
                return index
            }
            index += 1
        }
        return nil
    }

    mutating func content(_ step: Instruction) throws(DecodeFault) {
        let rule = program.contentRules[Int(step.rule)]
        let end = try end(of: rule.extent)
        let start = position
        steps -= (end - start) / 16
        let all = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        var content = all
        if let padding = rule.padding {
            while let last = content.last, last == padding { content = .init(rebasing: content.dropLast()) }
        }
        let value: FieldValue
        switch rule.form {
        case .none:
            if step.operation == .bitList {
                value = try bitList(content, rule)
            } else if step.operation == .objectIdentifier {
                value = .text(try objectIdentifier(content))
            } else {
                value = .bytes(Array(content))
            }
        case .text(let form): value = MessageDecoder.text(content, form)
        case .address(let form): value = .text(AddressText.text(content, form))
        case .decimal(let isLittle): value = MessageDecoder.decimal(content, isLittle: isLittle)
        case .digits(let form):
            guard let number = NumberText.value(content, form) else {
                throw fault("\"\(String(decoding: content, as: UTF8.self))\" is no number")
            }
            if case .int(let whole) = number {
                if step.slot >= 0 { slots[Int(step.slot)] = whole }
                value = try shown(whole, rule.number) ?? .null
            } else {
                value = number
            }
        case .integer(let isSigned):
            // Nine bytes hold a number of 64 bits whose sign has a byte of its own.
            let isWide = isSigned && content.count == 9 && content.first == 0
            guard content.count <= 8 || isWide else { throw fault("a number of \(content.count) bytes is too large") }
            var raw: UInt64 = isSigned && (content.first ?? 0) & 0x80 != 0 ? .max : 0
            for byte in content { raw = raw << 8 | UInt64(byte) }
            let whole = Int64(bitPattern: raw)
            if step.slot >= 0 { slots[Int(step.slot)] = whole }
            if rule.number.isPlain {
                value = isSigned && !isWide ? .int(whole) : MessageDecoder.whole(raw)
            } else {
                value = try shown(whole, rule.number) ?? .null
            }
        }
        if let constant = rule.constant {
            guard value == constant || MessageDecoder.bytes(of: constant) == Array(content) else {
                throw fault("these bytes are not what has to stand here")
            }
            evidence += 8 * max(1, content.count)
        } else if !rule.isSilent || value != rule.initial {
            if rule.isSilent { evidence -= 8 }
            emit(step.name, value)
        }
        position = end
        if case .terminated(let terminator, _) = rule.extent, starts(with: terminator) {
            position += terminator.count
            evidence += 4
        }
    }

    private static func bytes(of value: FieldValue) -> [UInt8]? {
        switch value {
        case .bytes(let bytes): bytes
        case .text(let text): Array(text.utf8)
        default: nil
        }
    }

    /// Text in its encoding; what is no such text stays bytes, so that nothing is lost.
    static func text(_ content: UnsafeRawBufferPointer, _ form: TextForm) -> FieldValue {
        switch form {
        case .utf8:
            guard let text = String(validating: content, as: UTF8.self) else { return .bytes(Array(content)) }
            return .text(text)
        case .latin1: return .text(String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) })))
        case .utf16:
            guard content.count % 2 == 0 else { return .bytes(Array(content)) }
            let units = stride(from: 0, to: content.count, by: 2).map {
                UInt16(content[$0]) << 8 | UInt16(content[$0 + 1])
            }
            guard let text = String(validating: units, as: UTF16.self) else { return .bytes(Array(content)) }
            return .text(text)
        }
    }

    /// Two decimal digits a byte; other digits leave it bytes.
    static func decimal(_ content: UnsafeRawBufferPointer, isLittle: Bool) -> FieldValue {
        var value: Int64 = 0
        guard content.count <= 9 else { return .bytes(Array(content)) }
        for index in content.indices {
            let byte = content[isLittle ? content.count - 1 - index : index]
            guard byte >> 4 <= 9, byte & 15 <= 9 else { return .bytes(Array(content)) }
            value = value * 100 + Int64(byte >> 4) * 10 + Int64(byte & 15)
        }
        return .int(value)
    }

    private func bitList(_ content: UnsafeRawBufferPointer, _ rule: ContentRule) throws(DecodeFault) -> FieldValue {
        let width = rule.packing.width
        var count = content.count * 8 / width
        if rule.unusedSlot >= 0 {
            let unused = slots[rule.unusedSlot]
            guard unused >= 0, unused < 8, unused <= Int64(content.count * 8) else {
                throw fault("\(unused) bits of \(content.count) bytes cannot be unused")
            }
            count = (content.count * 8 - Int(unused)) / width
        }
        if rule.countSlot >= 0, slots[rule.countSlot] != Program.unset {
            let announced = slots[rule.countSlot]
            guard announced >= 0, announced <= Int64(count) else {
                throw fault("\(announced) elements do not stand in \(content.count) bytes")
            }
            count = Int(announced)
        }
        let mask = UInt8((1 << width) - 1)
        return .list(
            (0..<count).map { index in
                let place = index * width & 7
                let shift = rule.packing.isMostFirst ? 8 - width - place : place
                let value = content[(index * width) >> 3] >> UInt8(shift) & mask
                return width == 1 ? .bool(value == 1) : .int(Int64(value))
            })
    }

    /// X.690, 8.19.
    private func objectIdentifier(_ content: UnsafeRawBufferPointer) throws(DecodeFault) -> String {
        var numbers: [String] = []
        var value: UInt64 = 0
        var isOpen = false
        for byte in content {
            guard value <= UInt64.max >> 7 else { throw fault("a number of this object identifier is too large") }
            value = value << 7 | UInt64(byte & 0x7F)
            isOpen = byte & 0x80 != 0
            if isOpen { continue }
            if numbers.isEmpty {
                let first = min(value / 40, 2)
                numbers = ["\(first)", "\(value - 40 * first)"]
            } else {
                numbers.append("\(value)")
            }
            value = 0
        }
        guard !isOpen else { throw fault("the object identifier ends within a number") }
        return numbers.joined(separator: ".")
    }
}
