/// The header of a `.safetensors` file, checked: types that are known, offsets that cover the data and fit the shapes.
struct SafetensorsHeader {
    /// One tensor; its bytes counted from the start of the file.
    struct Entry {
        var name: String
        var dtype: DType
        var shape: [Int]
        var begin: Int
        var end: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var metadata: [String: String] = [:]

    private static let types: [(name: String, dtype: DType)] = [
        ("F64", .f64), ("F32", .f32), ("F16", .f16), ("BF16", .bf16), ("I64", .i64), ("I32", .i32), ("I16", .i16),
        ("I8", .i8), ("U64", .u64), ("U32", .u32), ("U16", .u16), ("U8", .u8), ("BOOL", .bool),
        ("F8_E4M3", .narrow(.f8e4m3fn)), ("F8_E5M2", .narrow(.f8e5m2)), ("F8_E8M0", .narrow(.f8e8m0)),
    ]

    /// - Parameters:
    ///   - dataStart: where the elements begin in the file.
    ///   - fileLength: where they must end.
    init(_ bytes: [UInt8], dataStart: Int, fileLength: Int) throws(TensorError) {
        var names: Set<String> = []
        do {
            var json = JSONScanner(bytes, at: 8)
            try json.object { json, name throws(ByteReaderError) in
                guard names.insert(name).inserted else { throw json.error("'\(name)' stands twice in the header") }
                if name == "__metadata__" {
                    try json.object { json, key throws(ByteReaderError) in metadata[key] = try json.string() }
                } else {
                    entries.append(try Self.entry(name, &json, dataStart: dataStart))
                }
            }
            try json.finish()
        } catch { throw .malformed(error.message, at: error.offset) }
        entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
        var position = dataStart
        for entry in entries {
            guard entry.begin == position, entry.end >= entry.begin, entry.end <= fileLength else {
                throw .malformed(
                    "the data of tensor '\(entry.name)' leaves a gap, overlaps, or ends behind the file", at: position)
            }
            guard let count = Tensor.elementCount(of: entry.shape),
                entry.dtype.byteCount(of: count) == entry.end - entry.begin
            else {
                throw .malformed(
                    "tensor '\(entry.name)' of shape \(entry.shape) and type \(entry.dtype.rawValue) does not take \(entry.end - entry.begin) bytes",
                    at: entry.begin)
            }
            position = entry.end
        }
        guard position == fileLength else {
            throw .malformed("\(fileLength - position) bytes belong to no tensor", at: position)
        }
    }

    private static func entry(_ name: String, _ json: inout JSONScanner, dataStart: Int) throws(ByteReaderError)
        -> Entry
    {
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
        try json.object { json, key throws(ByteReaderError) in
            switch key {
            case "dtype": type = try json.string()
            case "shape": shape = try json.naturals(limit: 64)
            case "data_offsets": offsets = try json.naturals(limit: 2)
            default: throw json.error("tensor '\(name)' has an unknown entry '\(key)'")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw json.error("tensor '\(name)' lacks its type, shape or place")
        }
        guard let dtype = types.first(where: { $0.name == type })?.dtype else {
            throw json.error("tensor '\(name)' has elements of type \(type), which is not supported")
        }
        guard offsets.allSatisfy({ $0 <= Int.max / 2 }) else {
            throw json.error("tensor '\(name)' lies beyond any file")
        }
        return Entry(name: name, dtype: dtype, shape: shape, begin: dataStart + offsets[0], end: dataStart + offsets[1])
    }

    // MARK: Writing

    /// The header of tensors that lie one behind the other.
    static func text(of metadata: [String: String], _ tensors: [(name: String, tensor: Tensor)]) -> [UInt8] {
        var parts: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            parts.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var position = 0
        for (name, tensor) in tensors {
            let type = types.first { $0.dtype == tensor.dtype }?.name ?? "U8"
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            parts.append(
                "\(quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(position),\(position + tensor.byteCount)]}"
            )
            position += tensor.byteCount
        }
        return Array("{\(parts.joined(separator: ","))}".utf8)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
