/// Where the cursor stands in code that is still being typed: inside a comment, a string, an argument of a call.
///
/// The text before the cursor is read once, byte by byte, and needs not make sense: what is open at its end counts.
struct TypedContext {
    /// A string that is open at the cursor.
    struct OpenString: Equatable {
        /// Where its text begins, in bytes: behind the quotes.
        var start: Int
        /// What ends it.
        var quote: String
        /// `r"…"`, in which a backslash is a backslash.
        var isRaw: Bool
        /// Whether the word before it is `import`.
        var isImported: Bool
    }

    /// A call whose brackets are open at the cursor.
    struct OpenCall: Equatable {
        /// The function's name.
        var function: String
        /// Whether its first argument comes from a pipe.
        var isPiped: Bool
        /// The labels of the arguments before the one at the cursor.
        var labels: [String] = []
        /// How many arguments without a label stand before the one at the cursor, without the piped one.
        var position = 0
        /// The label of the argument at the cursor, once its colon is there.
        var label: String?
        /// Where the argument at the cursor begins.
        var argumentStart: Int
    }

    private enum Open {
        case string(OpenString)
        /// `\(` in a string; its brackets end with `)`.
        case interpolation
        case call(OpenCall)
        case list, other
    }

    private(set) var isComment = false
    private(set) var string: OpenString?
    /// The call in whose brackets the cursor stands; nil where a record, block or closure is open inside them.
    private(set) var call: OpenCall?
    /// Whether the cursor stands in a list that is an argument of `call`.
    private(set) var isInList = false

    /// - Parameter bytes: the text up to the cursor.
    init(_ bytes: [UInt8]) {
        var open: [Open] = []
        var position = 0
        while position < bytes.count {
            if case .string(let string) = open.last {
                position = TypedContext.passString(string, bytes, position, &open)
                continue
            }
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""): position = TypedContext.beginString(bytes, position, &open) - 1
            case UInt8(ascii: "#"):
                while position < bytes.count, bytes[position] != 0x0A { position += 1 }
                isComment = position == bytes.count
            case UInt8(ascii: "("): open.append(TypedContext.bracket(bytes, position))
            case UInt8(ascii: "["): open.append(.list)
            case UInt8(ascii: "{"): open.append(.other)
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): if !open.isEmpty { open.removeLast() }
            case UInt8(ascii: ","): TypedContext.nextArgument(position + 1, &open)
            case UInt8(ascii: ":"): TypedContext.noteLabel(bytes, position, &open)
            default: break
            }
            position += 1
        }
        if case .string(let last)? = open.last {
            string = last
            open.removeLast()
        }
        while case .list? = open.last {
            isInList = true
            open.removeLast()
        }
        if case .call(let last)? = open.last { call = last }
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Where the name begins that ends at a position.
    static func nameStart(before position: Int, in bytes: [UInt8]) -> Int {
        var start = position
        while start > 0, isNameByte(bytes[start - 1]) { start -= 1 }
        return start
    }

    /// The position behind the last byte before `position` that is no space.
    static func skipSpaces(before position: Int, in bytes: [UInt8]) -> Int {
        var end = position
        while end > 0, isSpace(bytes[end - 1]) { end -= 1 }
        return end
    }

    // MARK: Strings

    /// - Returns: the position behind the quotes.
    private static func beginString(_ bytes: [UInt8], _ position: Int, _ open: inout [Open]) -> Int {
        let quote = UInt8(ascii: "\"")
        let isMultiline = bytes[position...].prefix(3).elementsEqual([quote, quote, quote])
        let nameStart = nameStart(before: position, in: bytes)
        let word = bytes[nameStart..<position]
        let importEnd = skipSpaces(before: position, in: bytes)
        let start = position + (isMultiline ? 3 : 1)
        open.append(
            .string(
                OpenString(
                    start: start, quote: isMultiline ? "\"\"\"" : "\"", isRaw: word.elementsEqual("r".utf8),
                    isImported: bytes[Self.nameStart(before: importEnd, in: bytes)..<importEnd]
                        .elementsEqual("import".utf8))))
        return start
    }

    /// - Returns: where to read on.
    private static func passString(
        _ string: OpenString, _ bytes: [UInt8], _ position: Int, _ open: inout [Open]
    ) -> Int {
        switch bytes[position] {
        case UInt8(ascii: "\\") where !string.isRaw:
            if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "(") { open.append(.interpolation) }
            return position + 2
        case UInt8(ascii: "\"") where bytes[position...].starts(with: string.quote.utf8):
            open.removeLast()
            return position + string.quote.utf8.count
        case 0x0A where string.quote.utf8.count == 1:
            // A string ends with its line; the rest is code again.
            open.removeLast()
            return position + 1
        default: return position + 1
        }
    }

    // MARK: Calls

    private static func bracket(_ bytes: [UInt8], _ position: Int) -> Open {
        var start = position
        while start > 0, isNameByte(bytes[start - 1]) || bytes[start - 1] == UInt8(ascii: ".") { start -= 1 }
        guard start < position, !isDigit(bytes[start]) else { return .other }
        let before = skipSpaces(before: start, in: bytes)
        let isPiped = before >= 2 && bytes[before - 2] == UInt8(ascii: "|") && bytes[before - 1] == UInt8(ascii: ">")
        return .call(
            OpenCall(
                function: String(decoding: bytes[start..<position], as: UTF8.self), isPiped: isPiped,
                argumentStart: position + 1))
    }

    private static func nextArgument(_ start: Int, _ open: inout [Open]) {
        guard case .call(var call)? = open.last else { return }
        if let label = call.label {
            call.labels.append(label)
            call.label = nil
        } else {
            call.position += 1
        }
        call.argumentStart = start
        open[open.count - 1] = .call(call)
    }

    private static func noteLabel(_ bytes: [UInt8], _ position: Int, _ open: inout [Open]) {
        guard case .call(var call)? = open.last, call.label == nil else { return }
        let end = skipSpaces(before: position, in: bytes)
        let start = nameStart(before: end, in: bytes)
        guard start < end, skipSpaces(before: start, in: bytes) <= call.argumentStart else { return }
        call.label = String(decoding: bytes[start..<end], as: UTF8.self)
        open[open.count - 1] = .call(call)
    }
}
