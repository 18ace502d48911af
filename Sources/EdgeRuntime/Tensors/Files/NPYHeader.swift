/// The header of a `.npy` file: a Python dictionary of three entries.
struct NPYHeader {
    private(set) var dtype = DType.f32
    private(set) var isBigEndian = false
    private(set) var isFortranOrder = false
    private(set) var shape: [Int] = []

    /// Reads the dictionary as NumPy writes it: string keys; a string, a truth value and a tuple of integers as values.
    init(reading reader: ByteReader) throws {
        var parser = Parser(reader: reader)
        var found: Set<String> = []
        try parser.expect("{")
        while try parser.peek() != UInt8(ascii: "}") {
            let keyOffset = parser.reader.position
            let key = try parser.string()
            try parser.expect(":")
            let valueOffset = try parser.skipSpaces()
            switch key {
            case "descr": try setType(parser.descriptor(), parser, at: valueOffset)
            case "fortran_order": isFortranOrder = try parser.truth()
            case "shape": shape = try parser.extents()
            default: throw reader.error("unknown entry '\(key)' in the header", at: keyOffset)
            }
            guard found.insert(key).inserted else {
                throw reader.error("'\(key)' stands twice in the header", at: keyOffset)
            }
            if try parser.peek() != UInt8(ascii: "}") { try parser.expect(",") }
        }
        for key in ["descr", "fortran_order", "shape"] where !found.contains(key) {
            throw reader.error("the header has no '\(key)'", at: 0)
        }
    }

    private mutating func setType(_ descriptor: String, _ parser: Parser, at offset: Int) throws {
        let order = descriptor.first
        guard let order, "<>|=".contains(order), let type = Self.types[String(descriptor.dropFirst())] else {
            throw parser.reader.error("elements of type '\(descriptor)' are not numbers that can be read", at: offset)
        }
        dtype = type
        isBigEndian = order == ">"
    }

    private static let types: [String: DType] = [
        "f8": .f64, "f4": .f32, "f2": .f16, "i8": .i64, "i4": .i32, "i2": .i16, "i1": .i8, "u8": .u64, "u4": .u32,
        "u2": .u16, "u1": .u8, "b1": .bool,
    ]

    /// The `descr` of a type that NumPy has.
    static func descriptor(of dtype: DType) -> String {
        let name = types.first { $0.value == dtype }?.key ?? "V\(dtype.bits / 8)"
        return (dtype.bits == 8 ? "|" : "<") + name
    }
}

/// Just enough of Python's literals.
private struct Parser {
    private(set) var reader: ByteReader

    init(reader: ByteReader) { self.reader = reader }

    /// Passes over white space and returns where it ends.
    @discardableResult
    mutating func skipSpaces() throws -> Int {
        while reader.remaining > 0,
            [0x20, 0x09, 0x0A, 0x0D].contains(try reader.integer(at: reader.position, as: UInt8.self))
        {
            try reader.skip(1)
        }
        return reader.position
    }

    mutating func peek() throws -> UInt8 {
        try skipSpaces()
        return try reader.integer(at: reader.position)
    }

    mutating func expect(_ character: Unicode.Scalar) throws {
        guard try peek() == UInt8(ascii: character) else {
            throw reader.error("'\(character)' was expected in the header")
        }
        try reader.skip(1)
    }

    mutating func string() throws -> String {
        let quote = try peek()
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw reader.error("a string was expected in the header")
        }
        try reader.skip(1)
        let start = reader.position
        while try reader.integer(at: reader.position, as: UInt8.self) != quote { try reader.skip(1) }
        let text = try reader.string(at: start, count: reader.position - start)
        try reader.skip(1)
        return text
    }

    mutating func descriptor() throws -> String {
        guard try peek() != UInt8(ascii: "[") else {
            throw reader.error("arrays of records are not supported")
        }
        return try string()
    }

    mutating func truth() throws -> Bool {
        _ = try peek()
        for (text, value) in [("True", true), ("False", false)] where reader.remaining >= text.utf8.count {
            if try reader.string(at: reader.position, count: text.utf8.count) == text {
                try reader.skip(text.utf8.count)
                return value
            }
        }
        throw reader.error("True or False was expected in the header")
    }

    mutating func extents() throws -> [Int] {
        try expect("(")
        var extents: [Int] = []
        while try peek() != UInt8(ascii: ")") {
            extents.append(try integer())
            if try peek() != UInt8(ascii: ")") { try expect(",") }
        }
        try reader.skip(1)
        return extents
    }

    private mutating func integer() throws -> Int {
        var value = 0
        let start = reader.position
        while let digit = Optional(try reader.integer(at: reader.position, as: UInt8.self)),
            (0x30...0x39).contains(digit)
        {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = tens.addingReportingOverflow(Int(digit - 0x30))
            guard !overflow, !second else { throw reader.error("an extent of the shape is too large", at: start) }
            value = sum
            try reader.skip(1)
        }
        guard reader.position > start else { throw reader.error("an extent of the shape was expected") }
        // Python 2 wrote long integers with an L.
        if try reader.integer(at: reader.position, as: UInt8.self) == UInt8(ascii: "L") { try reader.skip(1) }
        return value
    }
}
