import Glibc

/// Strings: parts, case, padding. Positions count code points.
enum StringBuiltins {
    static var all: [BuiltinSpec] {
        [
            split, join, lines, chars, trim, upper, lower, replace, startsWith, endsWith, padLeft, padRight, repeated,
            code, fromCode,
        ]
    }

    private static func simple(
        _ name: String, _ summary: String, returns: String, seeAlso: [String] = [], _ example: Example,
        _ body: @escaping @Sendable (String) -> String
    ) -> BuiltinSpec {
        BuiltinSpec(
            name, summary, .value("text", String.self, "the string"), returns: returns, topic: "Strings",
            seeAlso: seeAlso,
            examples: [example]
        ) { _, text in body(text) }
    }

    private static var upper: BuiltinSpec {
        simple(
            "upper", "Turns letters into capitals.", returns: "the string in capitals", seeAlso: ["lower"],
            Example("upper(\"Pump\")", "\"PUMP\"")
        ) { $0.uppercased() }
    }

    private static var lower: BuiltinSpec {
        simple(
            "lower", "Turns capitals into small letters.", returns: "the string in small letters", seeAlso: ["upper"],
            Example("lower(\"Pump\")", "\"pump\"")
        ) { $0.lowercased() }
    }

    private static var trim: BuiltinSpec {
        simple(
            "trim", "Leaves out white space at both ends.", returns: "the rest", seeAlso: ["split"],
            Example("trim(\"  a b \\n\")", "\"a b\"")
        ) { text in
            guard let start = text.firstIndex(where: { !$0.isWhitespace }),
                let end = text.lastIndex(where: { !$0.isWhitespace })
            else { return "" }
            return String(text[start...end])
        }
    }

    private static var split: BuiltinSpec {
        BuiltinSpec(
            "split", "Cuts a string at a separator, or a data set in two.",
            .value("value", SplitSource.self, "the string or data set"),
            .value(
                "at", OneOf<TextValue, Double>?.self,
                "a string: where to cut, at white space without it; a data set: the share of the first part, 0.8 without it"
            ),
            .label("seed", Int.self, default: 0, "a data set: another seed divides it otherwise"),
            .label("stratify", Bool.self, default: false, "a data set: give each class the same share in both parts"),
            returns: "the parts: strings, or two data sets without a common sample", type: "list",
            details: "Where a string is cut at a separator, empty parts stay.", topic: "Strings",
            seeAlso: ["join", "lines", "sample"],
            examples: [
                Example("split(\"a,b,,c\", \",\")", "[\"a\", \"b\", \"\", \"c\"]"),
                Example("split(\" a  b \")", "[\"a\", \"b\"]"),
            ]
        ) { context, value, at, seed, stratified -> FreshValue in
            switch (value, at) {
            case (.text(let text), .first(let separator)):
                return FreshValue(try cut(text, at: separator, context))
            case (.text(let text), nil):
                let parts = try pieces(of: text.value.stringValue ?? "", context, where: \.isWhitespace)
                return FreshValue(context.list(parts.filter { !$0.isEmpty }.map { context.string(String($0)) }))
            case (.text, .second):
                throw RuntimeError(.argumentType, "`split`: a string is cut at a string, as `\",\"`")
            case (.object, .first):
                throw RuntimeError(.argumentType, "`split`: a data set is divided by a share, as `0.8`")
            case (.object(let object), nil):
                return FreshValue(try divide(object, 0.8, seed, stratified, context))
            case (.object(let object), .second(let share)):
                return FreshValue(try divide(object, share, seed, stratified, context))
            }
        }.shortcut { context, arguments in
            guard arguments[0].isString, arguments[1].isString, arguments[2].isAbsent, arguments[3].isAbsent
            else { return nil }
            return try cut(TextValue(value: arguments[0]), at: TextValue(value: arguments[1]), context)
        }
    }

    private static func cut(_ text: TextValue, at separator: TextValue, _ context: CallContext) throws -> Value {
        guard separator.bytes.count > 0 else {
            throw RuntimeError(
                .argumentRange, "`split`: the separator is empty", hint: "`chars` gives the characters")
        }
        let list = context.heap.makeList(capacity: partCount(text.bytes, separator.bytes))
        var start = 0
        while let end = Heap.firstOccurrence(of: separator.bytes, in: text.bytes, from: start) {
            context.heap.append(context.heap.slice(text.value, from: start, to: end), to: list)
            start = end + separator.bytes.count
            try context.checkPace(list.list.pointee.count)
        }
        context.heap.append(context.heap.slice(text.value, from: start, to: text.bytes.count), to: list)
        return list
    }

    /// How many parts a short text has; a guess for a long one.
    private static func partCount(_ text: UnsafeBufferPointer<UInt8>, _ separator: UnsafeBufferPointer<UInt8>) -> Int {
        if text.count > 256 || separator.count > 1 { return 8 }
        var count = 1
        for byte in text where byte == separator[0] { count += 1 }
        return count
    }

    /// The parts of a text between certain characters, empty ones as well.
    private static func pieces(
        of text: String, _ context: CallContext, where separates: (Character) -> Bool
    ) throws -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var position = 0
        var index = start
        while index < text.endIndex {
            try context.checkPace(position)
            position += 1
            let next = text.index(after: index)
            if separates(text[index]) {
                parts.append(text[start..<index])
                start = next
            }
            index = next
        }
        return parts + [text[start...]]
    }

    private static func divide(
        _ object: any DivisibleObject, _ share: Double, _ seed: Int, _ stratified: Bool, _ context: CallContext
    ) throws -> Value {
        let parts = try object.divided(share: share, seed: UInt64(bitPattern: Int64(seed)), stratified: stratified)
        return context.list(parts.map { context.host($0) })
    }

    private static var join: BuiltinSpec {
        BuiltinSpec(
            "join", "Puts strings one behind the other.",
            .value("parts", SequenceValue.self, "strings, or values as they print"),
            .value("separator", String.self, default: "", "what to put between them"), returns: "the whole",
            topic: "Strings",
            seeAlso: ["split"], examples: [Example("join([\"a\", \"b\", 3], \"-\")", "\"a-b-3\"")]
        ) { context, parts, separator -> Value in
            var result = TextBuilder(limit: context.heap.state.pointee.limit)
            for position in 0..<parts.count {
                if position > 0 { result.append(separator) }
                try result.append(try parts.element(position, context), nested: false, heap: context.heap)
                if position & 0xFFF == 0xFFF { try context.checkCancellation() }
            }
            return result.makeString(context.heap)
        }.shortcut { context, arguments in
            guard arguments[0].isList, arguments[1].isString else { return nil }
            return try joined(arguments[0].list.pointee, arguments[1].string.pointee.buffer, context)
        }
    }

    /// Strings one behind the other; nil where there is anything else among them.
    private static func joined(
        _ parts: ListCell, _ separator: UnsafeBufferPointer<UInt8>, _ context: CallContext
    ) throws -> Value? {
        if parts.count == 0 { return context.heap.makeString("") }
        var (size, overflow) = separator.count.multipliedReportingOverflow(by: parts.count - 1)
        for position in 0..<parts.count where !overflow {
            guard parts.elements[position].isString else { return nil }
            (size, overflow) = size.addingReportingOverflow(parts.elements[position].string.pointee.count)
        }
        // What is too long is refused with a message.
        if overflow || size > TextBuilder.longest { return nil }
        try context.heap.ensure(size)
        return context.heap.makeString(count: size) { bytes in
            var place = bytes
            for position in 0..<parts.count {
                if position > 0, let start = separator.baseAddress {
                    memcpy(place, start, separator.count)
                    place += separator.count
                }
                let part = parts.elements[position].string
                memcpy(place, part.pointee.bytes, part.pointee.count)
                place += part.pointee.count
            }
        }
    }

    private static var lines: BuiltinSpec {
        BuiltinSpec(
            "lines", "Cuts a string into lines.", .value("text", String.self, "the string"),
            returns: "the lines without their ends", topic: "Strings", seeAlso: ["split"],
            examples: [Example("lines(\"a\\nb\\r\\nc\\n\")", "[\"a\", \"b\", \"c\"]")]
        ) { context, text -> [String] in
            var parts = try pieces(of: text, context) { $0 == "\n" || $0 == "\r\n" }
            if parts.last == "" { parts.removeLast() }
            return parts.map(String.init)
        }
    }

    private static var chars: BuiltinSpec {
        BuiltinSpec(
            "chars", "Lists the characters a reader sees.", .value("text", String.self, "the string"),
            returns: "strings of one character each", topic: "Strings", seeAlso: ["split", "list"],
            examples: [Example("chars(\"aé\")", "[\"a\", \"é\"]")]
        ) { context, text in
            try text.enumerated().map { position, character in
                try context.checkPace(position)
                return String(character)
            }
        }
    }

    private static var replace: BuiltinSpec {
        BuiltinSpec(
            "replace", "Replaces every appearance of a part.", .value("text", String.self, "the string"),
            .value("part", String.self, "what to replace, at least one character"),
            .value("by", String.self, "what to put there"),
            returns: "the new string", topic: "Strings", seeAlso: ["split"],
            examples: [Example("replace(\"a-b-c\", \"-\", \"+\")", "\"a+b+c\"")]
        ) { context, text, part, replacement in
            guard !part.isEmpty else { throw RuntimeError(.argumentRange, "`replace`: the part to replace is empty") }
            let parts = try text.parts(separatedBy: part) { try context.checkPace($0) }
            let (growth, overflow) = parts.count.multipliedReportingOverflow(by: replacement.utf8.count)
            try context.heap.ensure(overflow ? Int.max : growth)
            var result = ""
            for (position, part) in parts.enumerated() {
                try context.checkPace(position)
                if position > 0 { result += replacement }
                result += part
            }
            return result
        }
    }

    private static var startsWith: BuiltinSpec {
        BuiltinSpec(
            "starts_with", "Whether a string begins with another.", .value("text", String.self, "the string"),
            .value("start", String.self, "the beginning"), returns: "whether it does", topic: "Strings",
            seeAlso: ["ends_with", "contains"], examples: [Example("starts_with(\"bearing\", \"bear\")", "true")]
        ) { _, text, start in text.utf8.starts(with: start.utf8) }
    }

    private static var endsWith: BuiltinSpec {
        BuiltinSpec(
            "ends_with", "Whether a string ends with another.", .value("text", String.self, "the string"),
            .value("end", String.self, "the end"), returns: "whether it does", topic: "Strings",
            seeAlso: ["starts_with", "contains"], examples: [Example("ends_with(\"m.onnx\", \".onnx\")", "true")]
        ) { _, text, end in text.utf8.reversed().starts(with: end.utf8.reversed()) }
    }

    private static func padded(
        _ text: String, _ width: Int, _ fill: String, _ context: CallContext
    ) throws -> String {
        guard let character = fill.first, fill.count == 1 else {
            throw RuntimeError(.argumentRange, "the fill has to be one character, found \(quoted(fill))")
        }
        let missing = width - text.count
        guard missing > 0 else { return "" }
        try context.heap.ensure(missing * 4)
        return String(repeating: character, count: missing)
    }

    private static var padLeft: BuiltinSpec {
        BuiltinSpec(
            "pad_left", "Fills a string up at its beginning.", .value("text", String.self, "the string"),
            .value("width", Int.self, in: 0...1_000_000_000, "characters of the result"),
            .value("fill", String.self, default: " ", "one character"),
            returns: "the string, at least that wide", topic: "Strings", seeAlso: ["pad_right", "format"],
            examples: [Example("pad_left(\"7\", 3, \"0\")", "\"007\"")]
        ) { context, text, width, fill in try padded(text, width, fill, context) + text }
    }

    private static var padRight: BuiltinSpec {
        BuiltinSpec(
            "pad_right", "Fills a string up at its end.", .value("text", String.self, "the string"),
            .value("width", Int.self, in: 0...1_000_000_000, "characters of the result"),
            .value("fill", String.self, default: " ", "one character"),
            returns: "the string, at least that wide", topic: "Strings", seeAlso: ["pad_left"],
            examples: [Example("pad_right(\"ab\", 4, \".\")", "\"ab..\"")]
        ) { context, text, width, fill in text + (try padded(text, width, fill, context)) }
    }

    private static var repeated: BuiltinSpec {
        BuiltinSpec(
            "repeat", "Puts a string several times one behind the other.", .value("text", String.self, "the string"),
            .value("count", Int.self, in: 0..., "how often"), returns: "the whole", topic: "Strings", seeAlso: ["fill"],
            examples: [Example("repeat(\"=\", 5)", "\"=====\"")]
        ) { context, text, count in
            let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
            try context.heap.ensure(overflow ? Int.max : bytes)
            // By pieces of about a megabyte: a large string takes seconds, and somebody may change their mind.
            let pieceCount = max(1, min(count, (1 << 20) / max(1, text.utf8.count)))
            let piece = String(repeating: text, count: pieceCount)
            var result = ""
            result.reserveCapacity(bytes)
            for _ in 0..<count / pieceCount {
                try context.checkCancellation()
                result += piece
            }
            return result + String(repeating: text, count: count % pieceCount)
        }
    }

    private static var code: BuiltinSpec {
        BuiltinSpec(
            "code", "Gives the number of a character in Unicode.", .value("character", String.self, "one code point"),
            returns: "its number", topic: "Strings", seeAlso: ["from_code"], examples: [Example("code(\"A\")", "65")]
        ) { _, text in
            guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
                throw RuntimeError(
                    .argumentRange, "`code` needs a string of one code point, found \(text.unicodeScalars.count)")
            }
            return Int(scalar.value)
        }
    }

    private static var fromCode: BuiltinSpec {
        BuiltinSpec(
            "from_code", "Gives the character with a number in Unicode.",
            .value("number", Int.self, in: 0...0x10FFFF, "its number"),
            returns: "a string of one code point", topic: "Strings", seeAlso: ["code"],
            examples: [Example("from_code(65)", "\"A\"")]
        ) { _, number in
            guard let scalar = Unicode.Scalar(UInt32(number)) else {
                throw RuntimeError(.argumentRange, "\(number) is the number of half a character (a surrogate)")
            }
            return String(Character(scalar))
        }
    }
}

extension String {
    /// Where a part first appears, by its bytes.
    func range(of part: String) -> Range<String.Index>? {
        guard let first = part.utf8.first else { return startIndex..<startIndex }
        var start = utf8.startIndex
        while let candidate = utf8[start...].firstIndex(of: first) {
            if utf8[candidate...].starts(with: part.utf8) {
                return candidate..<utf8.index(candidate, offsetBy: part.utf8.count)
            }
            start = utf8.index(after: candidate)
        }
        return nil
    }

    /// The parts between the appearances of a separator, which is not empty.
    func parts(separatedBy separator: String, check: (Int) throws -> Void = { _ in }) rethrows -> [String] {
        var result: [String] = []
        let haystack = Array(utf8)
        let needle = Array(separator.utf8)
        var start = 0
        var position = 0
        var step = 0
        while position + needle.count <= haystack.count {
            try check(step)
            step += 1
            if haystack[position] == needle[0], haystack[position..<(position + needle.count)].elementsEqual(needle) {
                result.append(String(decoding: haystack[start..<position], as: UTF8.self))
                position += needle.count
                start = position
            } else {
                position += 1
            }
        }
        result.append(String(decoding: haystack[start...], as: UTF8.self))
        return result
    }
}
