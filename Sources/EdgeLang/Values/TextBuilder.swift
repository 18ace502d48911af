/// Writes values as text: strings as they are at the outside and quoted within others, lists and records as literals.
///
/// Values can be deep, and small ones can be endless to print (a list that holds one list twice, which holds one list twice, …):
/// depth and length are bounded.
struct TextBuilder {
    private static let deepest = 100
    static let longest = 256 << 20

    private var bytes: [UInt8] = []
    private let limit: Int
    /// Where a text for people is cut; nil writes all of it.
    private let cut: Int?
    private let options: DisplayOptions

    init(limit: Int = .max, cut: Int? = nil, options: DisplayOptions = DisplayOptions()) {
        self.limit = min(limit, TextBuilder.longest)
        self.cut = cut
        self.options = options
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether the text is as long as it may be for people.
    private var isFull: Bool { cut.map { bytes.count > $0 } ?? false }

    func makeString(_ heap: Heap) -> Value { bytes.withUnsafeBufferPointer { heap.makeString($0) } }

    mutating func append(_ text: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: text) }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func append(_ value: Value, nested: Bool, heap: Heap, depth: Int = 0) throws(RuntimeError) {
        if bytes.count > limit {
            throw RuntimeError(.tooLarge, "the text of the value is too long")
        }
        switch value.kind {
        case .null: append("null")
        case .absent: append("nothing")
        case .bool: append(value.asBool ? "true" : "false")
        case .int: append(integer: value.asInt)
        case .float: append(NumberFormat.text(value.asDouble))
        case .quantity: append(QuantityFormat.text(Quantity(value: value.asDouble, dimension: value.dimension)))
        case .string:
            if nested {
                append(quoted(String(decoding: value.string.pointee.buffer, as: UTF8.self)))
            } else {
                bytes.append(contentsOf: value.string.pointee.buffer)
            }
        case .bytes: append(hex: value.string.pointee.buffer)
        case .range:
            let range = value.range.pointee
            append("\(range.lower)\(range.isInclusive ? "..=" : "..")\(range.upper)")
        case .list: try append(list: value, heap: heap, depth: depth)
        case .record: try append(record: value, heap: heap, depth: depth)
        case .closure:
            append("<function\(value.closure.pointee.code.pointee.info.name.map { " \($0)" } ?? "")>")
        case .builtin: append("<function>")
        case .box: append("<variable>")
        case .error:
            append("error: \(value.errorValue?.diagnostic.message ?? "")")
        case .host: append(value.hostObject?.display(nested ? DisplayOptions() : options) ?? "")
        }
    }

    private mutating func append(list value: Value, heap: Heap, depth: Int) throws(RuntimeError) {
        let list = value.list
        if depth >= TextBuilder.deepest {
            append("[…]")
            return
        }
        bytes.append(UInt8(ascii: "["))
        for index in 0..<list.pointee.count {
            if index > 0 { append(", ") }
            if isFull {
                append("… \(list.pointee.count - index) more")
                break
            }
            try append(list.pointee.elements[index], nested: true, heap: heap, depth: depth + 1)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(record value: Value, heap: Heap, depth: Int) throws(RuntimeError) {
        if depth >= TextBuilder.deepest {
            append("{…}")
            return
        }
        bytes.append(UInt8(ascii: "{"))
        var entries: [(key: UnsafeMutablePointer<StringCell>, value: Value)] = []
        heap.forEach(value.record) { entries.append((key: $0, value: $1)) }
        for (index, entry) in entries.enumerated() {
            if index > 0 { append(", ") }
            if isFull {
                append("… \(entries.count - index) more")
                break
            }
            append(key: entry.key.pointee.buffer)
            append(": ")
            try append(entry.value, nested: true, heap: heap, depth: depth + 1)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(key: UnsafeBufferPointer<UInt8>) {
        if TextBuilder.isIdentifier(key) {
            bytes.append(contentsOf: key)
        } else {
            append(quoted(String(decoding: key, as: UTF8.self)))
        }
    }

    private static func isIdentifier(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9") else { return false }
        return text.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
                || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
        }
    }

    private mutating func append(hex text: UnsafeBufferPointer<UInt8>) {
        let digits = Array("0123456789ABCDEF".utf8)
        append("hex\"")
        for (index, byte) in text.enumerated() {
            if index > 0, index % 2 == 0 { bytes.append(UInt8(ascii: " ")) }
            if isFull {
                append("…")
                break
            }
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
        append("\"")
    }

    private mutating func append(integer: Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            guard let start = digits.baseAddress else { return }
            let end = DecimalDigits.write(integer, to: start)
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: end - start))
        }
    }
}
