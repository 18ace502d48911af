extension MessageDecoder {
    /// A protobuf message to the end of the region. Fields appear under their names in the order of their first appearance; what is
    /// not known is kept under `_unknown`, key and content.
    mutating func protobuf(_ index: Int, depth: Int) throws(DecodeFault) -> FieldValue {
        guard depth < MessageDecoder.maximumProtobufDepth else { throw fault("this nests too deep") }
        let message = program.protobufMessages[index]
        var result: [FieldValue.Field] = []
        var lists: [Int: [FieldValue]] = [:]
        var places: [Int: Int] = [:]
        var unknown: [UInt8] = []
        while position < limit {
            steps -= 4
            if steps < 0 { throw fault("this takes too many steps for its length") }
            let start = position
            let key = try variable(10)
            let wireType = Int(key & 7)
            guard key >> 3 > 0, key >> 3 <= 536_870_911 else { throw fault("\(key >> 3) is no field number") }
            let number = Int(key >> 3)
            guard let place = message.positions[number], message.entries[place].accepts(wireType) else {
                try skip(wireType)
                unknown += bytes[start..<position]
                evidence -= 4
                continue
            }
            let entry = message.entries[place]
            evidence += 2
            if entry.isRepeated, wireType == 2, entry.isPackable {
                try restrict(to: Int64(truncatingIfNeeded: try variable(10)))
                while position < limit {
                    lists[place, default: []].append(try value(entry, entry.scalarWireType, depth: depth))
                }
                try release()
            } else {
                let value = try value(entry, wireType, depth: depth)
                if entry.isRepeated {
                    lists[place, default: []].append(value)
                } else if let at = places[place] {
                    result[at].value = value
                } else {
                    places[place] = result.count
                    result.append(.init(entry.name, value))
                    continue
                }
            }
            if entry.isRepeated, places[place] == nil {
                places[place] = result.count
                result.append(.init(entry.name, .null))
            }
        }
        for (place, list) in lists { if let at = places[place] { result[at].value = .list(list) } }
        if !unknown.isEmpty { result.append(.init("_unknown", .bytes(unknown))) }
        return .record(result)
    }

    private mutating func value(
        _ entry: ProtobufMessage.Entry, _ wireType: Int, depth: Int
    ) throws(DecodeFault) -> FieldValue {
        switch entry.form {
        case .uint32, .uint64:
            let raw = try variable(10)
            if entry.enumeration >= 0, let small = Int64(exactly: raw),
                let name = program.enumerations[entry.enumeration].names[small]
            {
                return .text(name)
            }
            return MessageDecoder.whole(raw)
        case .int32, .int64: return .int(Int64(bitPattern: try variable(10)))
        case .sint32, .sint64:
            let raw = try variable(10)
            return .int(Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
        case .bool: return .bool(try variable(10) != 0)
        case .float: return .real(Double(Float(bitPattern: UInt32(try unsigned(4, isLittle: true)))))
        case .double: return .real(Double(bitPattern: try unsigned(8, isLittle: true)))
        case .fixed32: return .int(Int64(try unsigned(4, isLittle: true)))
        case .fixed64: return MessageDecoder.whole(try unsigned(8, isLittle: true))
        case .string:
            let content = try take(try length())
            return MessageDecoder.text(content, .utf8)
        case .bytes: return .bytes(Array(try take(try length())))
        case .message:
            try restrict(to: Int64(try length()))
            let message = try protobuf(entry.message, depth: depth + 1)
            try release()
            return message
        }
    }

    private mutating func length() throws(DecodeFault) -> Int {
        let raw = try variable(10)
        guard let length = Int(exactly: raw), length <= limit - position else {
            throw fault(
                "\(raw) bytes are announced, but \(limit - position) are left", isTruncated: limit == bytes.count)
        }
        return length
    }

    private mutating func skip(_ wireType: Int) throws(DecodeFault) {
        switch wireType {
        case 0: _ = try variable(10)
        case 1: _ = try take(8)
        case 2: _ = try take(try length())
        case 5: _ = try take(4)
        default: throw fault("\(wireType) is no wire type")
        }
    }
}

extension ProtobufMessage.Entry {
    /// The wire type of one value.
    var scalarWireType: Int {
        switch form {
        case .uint32, .uint64, .int32, .int64, .sint32, .sint64, .bool: 0
        case .double, .fixed64: 1
        case .string, .bytes, .message: 2
        case .float, .fixed32: 5
        }
    }

    /// Whether repeated values may stand in one run of bytes.
    var isPackable: Bool { scalarWireType != 2 }

    func accepts(_ wireType: Int) -> Bool {
        wireType == scalarWireType || (isRepeated && isPackable && wireType == 2)
    }
}
