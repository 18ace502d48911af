/// The file of named tensors that the machine learning world exchanges weights in (`.safetensors`): the length of a header, the header as
/// JSON, then the elements of all tensors, one behind the other.
///
/// Format: https://huggingface.co/docs/safetensors. Offsets must cover the data without gaps or overlaps, as the format asks for.
public enum SafetensorsFile {
    /// The longest header that is read, as in the reference implementation.
    static let headerLimit = 100_000_000
    /// Files from this length on are mapped into memory, so that tensors that nobody looks at cost nothing.
    private static let mappedLength = 16 << 20

    /// What a file holds.
    public struct Contents: Sendable {
        /// In the order of their data in the file.
        public var tensors: [(name: String, tensor: Tensor)]
        /// Free text, the entry `__metadata__` of the header.
        public var metadata: [String: String]

        public init(tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]) {
            self.tensors = tensors
            self.metadata = metadata
        }
    }

    /// Reads a file; a large one is mapped and read as its tensors are used.
    ///
    /// - Throws: `TensorError` with the offset of the byte where the file is wrong, or naming the tensor that is.
    public static func read(path: String) throws(TensorError) -> Contents {
        let file = try MappedFile(path: path)
        return try read(file, copies: file.byteCount < mappedLength)
    }

    /// Reads the bytes of a file.
    ///
    /// - Throws: `TensorError` with the offset of the byte where the file is wrong, or naming the tensor that is.
    public static func read(_ bytes: [UInt8]) throws(TensorError) -> Contents {
        let header = try header(of: bytes[...], fileLength: bytes.count)
        return try contents(header) { (entry: SafetensorsHeader.Entry) throws(TensorError) -> Tensor in
            try Tensor(bytes: bytes[entry.begin..<entry.end], shape: entry.shape, dtype: entry.dtype)
        }
    }

    private static func read(_ file: MappedFile, copies: Bool) throws(TensorError) -> Contents {
        let all = UnsafeRawBufferPointer(start: file.base, count: file.byteCount)
        let length = try headerLength(Array(all.prefix(8)), fileLength: file.byteCount)
        let header = try header(of: Array(all.prefix(8 + length))[...], fileLength: file.byteCount)
        return try contents(header) { (entry: SafetensorsHeader.Entry) throws(TensorError) -> Tensor in
            let tensor = try file.tensor(
                at: entry.begin, byteCount: entry.end - entry.begin, shape: entry.shape, dtype: entry.dtype)
            guard copies else { return tensor }
            do { return try tensor.copy() } catch let error as TensorError { throw error } catch {
                throw .outOfMemory(bytes: tensor.byteCount)
            }
        }
    }

    private static func contents(
        _ header: SafetensorsHeader, _ tensor: (SafetensorsHeader.Entry) throws(TensorError) -> Tensor
    ) throws(TensorError) -> Contents {
        var tensors: [(name: String, tensor: Tensor)] = []
        for entry in header.entries {
            do { tensors.append((entry.name, try tensor(entry))) } catch {
                throw TensorError(
                    code: error.code, message: "tensor '\(entry.name)': \(error.message)", hint: error.hint)
            }
        }
        return Contents(tensors: tensors, metadata: header.metadata)
    }

    private static func headerLength(_ first: [UInt8], fileLength: Int) throws(TensorError) -> Int {
        guard first.count == 8 else {
            throw .malformed("the file is too short for a safetensors header", at: fileLength)
        }
        let length = first.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(headerLimit), Int(length) <= fileLength - 8 else {
            throw .malformed("the header claims \(length) bytes, \(fileLength - 8) are left", at: 0)
        }
        return Int(length)
    }

    private static func header(of bytes: ArraySlice<UInt8>, fileLength: Int) throws(TensorError) -> SafetensorsHeader {
        let length = try headerLength(Array(bytes.prefix(8)), fileLength: fileLength)
        return try SafetensorsHeader(Array(bytes[8..<8 + length]), dataStart: 8 + length, fileLength: fileLength)
    }

    /// A file of the tensors. Types that the format lacks become the next that holds their numbers: packed ones a byte.
    ///
    /// - Throws: `TensorError` for two tensors of one name, or the reserved name `__metadata__`.
    public static func write(_ contents: Contents) throws -> [UInt8] {
        var names: Set<String> = []
        var stored: [(name: String, tensor: Tensor)] = []
        for (name, tensor) in contents.tensors {
            guard name != "__metadata__", names.insert(name).inserted else {
                throw TensorError.malformed("the name '\(name)' is reserved or stands twice", at: 0)
            }
            switch tensor.dtype {
            case .i4, .i2: stored.append((name, try tensor.converted(to: .i8)))
            case .u4, .u2: stored.append((name, try tensor.converted(to: .u8)))
            case .narrow(.f8e4m3fnuz), .narrow(.f8e5m2fnuz), .narrow(.f4e2m1):
                stored.append((name, try tensor.converted(to: .f32)))
            case .text: throw TensorError.wrongType(expected: .f32, found: .text)
            case .f64, .f32, .f16, .bf16, .narrow, .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool:
                stored.append((name, tensor))
            }
        }
        // The widest elements first, so that all lie as they need it; names order the rest.
        stored.sort { ($1.tensor.dtype.bits, $0.name) < ($0.tensor.dtype.bits, $1.name) }
        var header = SafetensorsHeader.text(of: contents.metadata, stored)
        header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        var bytes: [UInt8] = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        bytes.reserveCapacity(8 + header.count + stored.reduce(0) { $0 + $1.tensor.byteCount })
        bytes += header
        for (_, tensor) in stored { try tensor.withBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }
}
