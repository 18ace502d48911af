/// Builds a FlatBuffers file from its end to its beginning: what is referred to comes first here and stands behind in the file.
struct FlatBufferBuilder {
    /// The bytes, last one first.
    private var reversed: [UInt8] = []
    private var tableLayouts: [[UInt16]: Int] = [:]

    /// Where a finished part lies, counted from the end of the file.
    struct Place: Hashable {
        fileprivate let fromEnd: Int
    }

    /// A field of a table.
    enum Field {
        case int8(Int8)
        case uint8(UInt8)
        case bool(Bool)
        case int32(Int32)
        case uint32(UInt32)
        case uint64(UInt64)
        case float(Float)
        case place(Place)
        case absent
    }

    init() {}

    // MARK: Parts

    /// Fills up so that the file is aligned after as many bytes more.
    private mutating func align(_ alignment: Int, after bytes: Int = 0) {
        while (reversed.count + bytes) % alignment != 0 { reversed.append(0) }
    }

    private mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        align(MemoryLayout<Number>.size)
        withUnsafeBytes(of: number.bigEndian) { reversed.append(contentsOf: $0) }
    }

    private mutating func put(_ place: Place) {
        align(4)
        put(UInt32(truncatingIfNeeded: reversed.count + 4 - place.fromEnd))
    }

    /// A vector of bytes, aligned for what is read from it.
    mutating func bytes(_ bytes: some BidirectionalCollection<UInt8>, alignment: Int = 4, terminated: Bool = false)
        -> Place
    {
        let extra = terminated ? 1 : 0
        align(max(4, alignment), after: bytes.count + extra)
        if terminated { reversed.append(0) }
        reversed.append(contentsOf: bytes.reversed())
        put(UInt32(truncatingIfNeeded: bytes.count))
        return Place(fromEnd: reversed.count)
    }

    mutating func string(_ text: String) -> Place { bytes(Array(text.utf8), terminated: true) }

    mutating func integers<Number: FixedWidthInteger>(_ numbers: [Number]) -> Place {
        let width = MemoryLayout<Number>.size
        align(max(4, width), after: numbers.count * width)
        for number in numbers.reversed() { withUnsafeBytes(of: number.bigEndian) { reversed.append(contentsOf: $0) } }
        put(UInt32(truncatingIfNeeded: numbers.count))
        return Place(fromEnd: reversed.count)
    }

    mutating func floats(_ numbers: [Float]) -> Place { integers(numbers.map(\.bitPattern)) }

    mutating func places(_ places: [Place]) -> Place {
        align(4)
        for place in places.reversed() { put(place) }
        put(UInt32(truncatingIfNeeded: places.count))
        return Place(fromEnd: reversed.count)
    }

    /// A table of fields by their number in the schema.
    mutating func table(_ fields: [Int: Field]) -> Place {
        func width(_ field: Field) -> Int {
            switch field {
            case .int8, .uint8, .bool: 1
            case .int32, .uint32, .float, .place: 4
            case .uint64: 8
            case .absent: 0
            }
        }
        let present = fields.filter { width($0.value) > 0 }
        let start = reversed.count
        var places: [Int: Int] = [:]
        // Narrow ones first towards the end, so that wide ones need no filling between them.
        for (number, field) in present.sorted(by: { (width($0.value), $0.key) < (width($1.value), $1.key) }) {
            switch field {
            case .int8(let value): put(value)
            case .uint8(let value): put(value)
            case .bool(let value): put(UInt8(value ? 1 : 0))
            case .int32(let value): put(value)
            case .uint32(let value): put(value)
            case .uint64(let value): put(value)
            case .float(let value): put(value.bitPattern)
            case .place(let value): put(value)
            case .absent: break
            }
            places[number] = reversed.count
        }
        put(Int32(0))
        let position = reversed.count
        var layout: [UInt16] = [0, UInt16(truncatingIfNeeded: position - start)]
        for number in 0..<((present.keys.max() ?? -1) + 1) {
            layout.append(places[number].map { UInt16(truncatingIfNeeded: position - $0) } ?? 0)
        }
        layout[0] = UInt16(truncatingIfNeeded: layout.count * 2)
        let list: Int
        if let known = tableLayouts[layout] {
            list = known
        } else {
            for entry in layout.reversed() { put(entry) }
            list = reversed.count
            tableLayouts[layout] = list
        }
        let distance = Int32(truncatingIfNeeded: list - position)
        withUnsafeBytes(of: distance.bigEndian) { bytes in
            for index in 0..<4 { reversed[position - 4 + index] = bytes[index] }
        }
        return Place(fromEnd: position)
    }

    /// The file, with its root table and identifier.
    mutating func finish(_ root: Place, identifier: String) -> [UInt8] {
        align(16, after: 8)
        reversed.append(contentsOf: identifier.utf8.reversed())
        put(root)
        return reversed.reversed()
    }
}
