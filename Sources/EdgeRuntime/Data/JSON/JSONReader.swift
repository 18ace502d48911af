import CJansson

/// Reads JSON (RFC 8259) with libjansson: any value at the top, duplicate names refused, integers kept exact.
public enum JSONReader {
    /// - Throws: `DataError` with the line and column of the first fault; a whole number that does not fit 64 bits is one.
    public static func read(_ bytes: [UInt8]) throws(DataError) -> DataTree {
        let flags = Int(JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL)
        var fault = json_error_t()
        let parsed = bytes.withUnsafeBytes { raw in
            json_loadb(raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count, flags, &fault)
        }
        guard let root = parsed else { throw error(for: fault) }
        defer { json_decref(root) }
        return try tree(root, depth: 0)
    }

    private static func tree(_ value: UnsafeMutablePointer<json_t>, depth: Int) throws(DataError) -> DataTree {
        guard depth <= DataTree.maximumDepth else { throw .tooDeep("JSON") }
        switch value.pointee.type {
        case JSON_OBJECT:
            var fields: [DataTree.Field] = []
            fields.reserveCapacity(json_object_size(value))
            var iterator = json_object_iter(value)
            while let entry = iterator {
                if let name = json_object_iter_key(entry), let child = json_object_iter_value(entry) {
                    fields.append(.init(name: String(cString: name), value: try tree(child, depth: depth + 1)))
                }
                iterator = json_object_iter_next(value, entry)
            }
            return .record(fields)
        case JSON_ARRAY:
            var elements: [DataTree] = []
            let count = json_array_size(value)
            elements.reserveCapacity(count)
            for position in 0..<count {
                try DataWork.check(position)
                if let child = json_array_get(value, position) { elements.append(try tree(child, depth: depth + 1)) }
            }
            return .list(elements)
        case JSON_STRING:
            let bytes = UnsafeRawBufferPointer(start: json_string_value(value), count: json_string_length(value))
            return .text(String(decoding: bytes, as: UTF8.self))
        case JSON_INTEGER: return .int(Int64(json_integer_value(value)))
        case JSON_REAL: return .float(json_real_value(value))
        case JSON_TRUE: return .bool(true)
        case JSON_FALSE: return .bool(false)
        default: return .null  // JSON_NULL, the last of the seven
        }
    }

    private static func error(for fault: json_error_t) -> DataError {
        var fault = fault
        let text = withUnsafeBytes(of: &fault.text) { raw in
            // The last byte of the array is not text: it holds the code.
            String(decoding: raw.dropLast().prefix { $0 != 0 }, as: UTF8.self)
        }
        switch json_error_code(&fault) {
        case json_error_stack_overflow: return .tooDeep("JSON")
        case json_error_invalid_utf8: return .notUTF8("JSON")
        case json_error_numeric_overflow:
            return .json(
                text, line: Int(fault.line), column: Int(fault.column),
                hint: "a number must fit 64 bits; write it as a text")
        default: return .json(text, line: max(1, Int(fault.line)), column: max(0, Int(fault.column)))
        }
    }
}
