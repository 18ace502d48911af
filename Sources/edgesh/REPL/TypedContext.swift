/// Where the cursor stands in code that is still being typed: inside a string, inside the brackets of a call.
struct TypedContext {
    /// The bytes of the string that is open at the cursor, without its quote; nil outside of strings.
    private(set) var openStringLength: Int?
    /// The function whose brackets are open at the cursor; nil where none are, or a record or list is open inside them.
    private(set) var call: String?

    init(_ bytes: [UInt8]) {
        // A string's interpolations hold code, whose strings are strings again: hence a stack.
        enum Open {
            case string(start: Int)
            case interpolation
            case call(String?)
            case other
        }
        var open: [Open] = []
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if case .string = open.last {
                if byte == UInt8(ascii: "\\") {
                    let next = position + 1 < bytes.count ? bytes[position + 1] : 0
                    if next == UInt8(ascii: "(") { open.append(.interpolation) }
                    position += 1
                } else if byte == UInt8(ascii: "\"") {
                    open.removeLast()
                }
                position += 1
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): open.append(.string(start: position + 1))
            case UInt8(ascii: "#"): while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            case UInt8(ascii: "("): open.append(.call(TypedContext.name(before: position, in: bytes)))
            case UInt8(ascii: "["), UInt8(ascii: "{"): open.append(.other)
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): if !open.isEmpty { open.removeLast() }
            default: break
            }
            position += 1
        }
        switch open.last {
        case .string(let start): openStringLength = bytes.count - start
        case .call(let name): call = name
        case .interpolation, .other, nil: break
        }
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private static func name(before position: Int, in bytes: [UInt8]) -> String? {
        var start = position
        while start > 0, isNameByte(bytes[start - 1]) { start -= 1 }
        return start < position ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }
}
