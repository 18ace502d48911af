import EdgeTensors

/// The outer parts of a TFLite file: operator codes, buffers, subgraphs, metadata.
struct TFLiteFile {
    let buffer: FlatBuffer
    let operatorCodes: [(code: Int32, custom: String)]
    let subgraphs: [FlatTable]
    let description: String
    private let root: FlatTable
    private let buffers: [FlatTable]

    init(_ bytes: [UInt8]) throws {
        buffer = FlatBuffer(bytes)
        guard bytes.count >= 8, bytes[4..<8].elementsEqual("TFL3".utf8) else {
            throw buffer.error("the identifier TFL3 is missing", at: 4)
        }
        root = try buffer.root()
        let version = try root.integer(0, UInt32(0))
        guard version == 3 else { throw ModelError.unsupported("the TFLite schema has version \(version), not 3") }
        operatorCodes = try root.tables(1).map { table in
            // Codes beyond 127 stand in the newer field, smaller ones in either.
            let old = Int32(try table.integer(0, Int8(0)))
            return (max(old, try table.integer(3, Int32(0))), try table.string(1) ?? "")
        }
        subgraphs = try root.tables(2)
        description = try root.string(3) ?? ""
        buffers = try root.tables(4)
    }

    /// The bytes of a buffer, within the tables or behind them in the file.
    func data(_ index: Int) throws -> ArraySlice<UInt8> {
        guard buffers.indices.contains(index) else {
            throw buffer.error("there is no buffer \(index)", at: root.position)
        }
        let table = buffers[index]
        if let (start, count) = try table.vector(0, width: 1), count > 0 {
            return buffer.bytes[start..<(start + count)]
        }
        let offset = try table.integer(1, UInt64(0))
        let size = try table.integer(2, UInt64(0))
        guard offset > 1, size > 0 else { return [] }
        guard let start = Int(exactly: offset), let count = Int(exactly: size) else {
            throw buffer.error("buffer \(index) lies beyond its end", at: table.position)
        }
        try buffer.check(start, min(count, buffer.bytes.count))
        guard count <= buffer.bytes.count - start else {
            throw buffer.error("buffer \(index) lies beyond its end", at: table.position)
        }
        try buffer.charge(count, at: start)
        return buffer.bytes[start..<(start + count)]
    }

    /// Text entries of the metadata table.
    func textEntries() throws -> [(String, String)] {
        try root.tables(6).compactMap { table in
            guard let name = try table.string(0) else { return nil }
            let bytes = try data(Int(try table.integer(1, UInt32(0))))
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            // Strings of a fixed length are filled up with zeros by others.
            var trimmed = Substring(text)
            while trimmed.last == "\0" { trimmed.removeLast() }
            guard !trimmed.contains(where: { $0.isASCII && ($0.asciiValue ?? 32) < 9 }) else { return nil }
            return (name, String(trimmed))
        }
    }

    func signatures() throws -> [(key: String, subgraph: Int)] {
        try root.tables(7).map { (try $0.string(2) ?? "", Int(try $0.integer(4, UInt32(0)))) }
    }
}
