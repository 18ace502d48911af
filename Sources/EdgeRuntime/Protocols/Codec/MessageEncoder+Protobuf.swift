extension MessageEncoder {
    /// Writes the fields of a protobuf message by their numbers.
    mutating func protobuf(_ value: FieldValue, _ index: Int, depth: Int) throws(EncodeFault) {
        guard depth < MessageDecoder.maximumProtobufDepth else { throw fault("this nests too deep") }
        guard case .record(let fields) = value else { throw fault("a record is needed, not \(value.kindName)") }
        let message = program.protobufMessages[index]
        for field in fields
        where field.name != "_unknown" && !message.entries.contains(where: { $0.name == field.name }) {
            throw EncodeFault(
                path: field.name, reason: "this kind of message has no `\(field.name)`",
                hint: NearestName.hint(for: field.name, among: message.entries.map(\.name)), isUnknownField: true)
        }
        for entry in message.entries {
            guard let value = fields.first(where: { $0.name == entry.name })?.value, value != .null else { continue }
            guard entry.isRepeated else {
                try one(value, entry, depth: depth)
                continue
            }
            guard case .list(let elements) = value else {
                throw fault("a list is needed for `\(entry.name)`, not \(value.kindName)")
            }
            for element in elements { try one(element, entry, depth: depth) }
        }
        if let unknown = fields.first(where: { $0.name == "_unknown" })?.value {
            guard case .bytes(let bytes) = unknown else { throw fault("`_unknown` has to be bytes") }
            output += bytes
        }
    }

    private mutating func one(_ value: FieldValue, _ entry: ProtobufMessage.Entry, depth: Int) throws(EncodeFault) {
        steps -= 4
        guard steps >= 0, output.count <= MessageEncoder.maximumLength else { throw fault("the message is too large") }
        MessageEncoder.append(variable: UInt64(entry.number) << 3 | UInt64(entry.scalarWireType), to: &output)
        switch entry.form {
        case .uint32, .uint64, .int32, .int64:
            var value = value
            if case .text(let name) = value, entry.enumeration >= 0,
                let number = program.enumerations[entry.enumeration].values[name]
            {
                value = .int(number)
            }
            let isSigned = entry.form.isSigned
            guard let raw = bits(of: value, width: 64, isSigned: isSigned) else { throw unsuitable(value, entry) }
            MessageEncoder.append(variable: raw, to: &output)
        case .sint32, .sint64:
            guard let whole = value.integer else { throw unsuitable(value, entry) }
            MessageEncoder.append(
                variable: UInt64(bitPattern: whole << 1) ^ UInt64(bitPattern: whole >> 63), to: &output)
        case .bool:
            guard let whole = value.integer, whole == 0 || whole == 1 else { throw unsuitable(value, entry) }
            output.append(UInt8(whole))
        case .float, .double:
            let number: Double
            switch value {
            case .real(let real): number = real
            case .int(let whole): number = Double(whole)
            default: throw unsuitable(value, entry)
            }
            if case .float = entry.form {
                append(UInt64(Float(number).bitPattern), 4, isLittle: true)
            } else {
                append(number.bitPattern, 8, isLittle: true)
            }
        case .fixed32, .fixed64:
            let width = entry.scalarWireType == 5 ? 4 : 8
            guard let raw = bits(of: value, width: 8 * width, isSigned: false) else { throw unsuitable(value, entry) }
            append(raw, width, isLittle: true)
        case .string, .bytes:
            let content: [UInt8]
            switch value {
            case .text(let text): content = Array(text.utf8)
            case .bytes(let bytes): content = bytes
            default: throw unsuitable(value, entry)
            }
            MessageEncoder.append(variable: UInt64(content.count), to: &output)
            output += content
        case .message:
            let place = output.count
            try protobuf(value, entry.message, depth: depth + 1)
            var header: [UInt8] = []
            MessageEncoder.append(variable: UInt64(output.count - place), to: &header)
            output.insert(contentsOf: header, at: place)
        }
    }

    private func unsuitable(_ value: FieldValue, _ entry: ProtobufMessage.Entry) -> EncodeFault {
        EncodeFault(path: entry.name, reason: "\(value.brief) does not suit the field's type", hint: nil)
    }
}

extension ProtobufField.Form {
    var isSigned: Bool {
        switch self {
        case .int32, .int64, .sint32, .sint64: true
        default: false
        }
    }
}
