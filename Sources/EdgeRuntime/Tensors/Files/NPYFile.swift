/// NumPy's file of one array (`.npy`), versions 1.0, 2.0 and 3.0.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum NPYFile {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// NumPy's own limit on axes.
    private static let maximumRank = 64

    /// The array that the bytes of a file hold.
    ///
    /// - Throws: `TensorError` with the offset of the byte where the file is wrong, or for a type that has no counterpart.
    public static func read(_ bytes: [UInt8]) throws -> Tensor {
        do {
            return try read(ByteReader(bytes))
        } catch let error as ByteReaderError {
            throw TensorError.malformed(error.message, at: error.offset)
        }
    }

    static func read(_ source: ByteReader) throws -> Tensor {
        var reader = source
        guard Array(try reader.readSlice(magic.count)) == magic else {
            throw reader.error("this is no .npy file: its signature is missing", at: 0)
        }
        let major: UInt8 = try reader.readInteger()
        try reader.skip(1)
        guard (1...3).contains(major) else { throw reader.error("version \(major) of .npy is not known", at: 6) }
        let length =
            major == 1 ? Int(try reader.readInteger(as: UInt16.self)) : Int(try reader.readInteger(as: UInt32.self))
        let header = try NPYHeader(reading: reader.readReader(length))
        guard header.shape.count <= maximumRank, let count = Tensor.elementCount(of: header.shape),
            let byteCount = header.dtype.byteCount(of: count)
        else { throw reader.error("the shape \(header.shape) is too large") }
        guard byteCount <= reader.remaining else {
            throw reader.error(
                "shape \(header.shape) of \(header.dtype.rawValue) takes \(byteCount) bytes, \(reader.remaining) are left"
            )
        }
        let data = try reader.readSlice(byteCount)
        let shape = header.isFortranOrder ? Array(header.shape.reversed()) : header.shape
        let width = header.dtype.bits / 8
        let tensor: Tensor
        if header.isBigEndian && width > 1 {
            tensor = try Tensor(bytes: swapped(data, width: width), shape: shape, dtype: header.dtype)
        } else if header.dtype == .bool {
            // Other values than 0 and 1 are no Swift `Bool`.
            tensor = try Tensor(bytes: data.map { $0 == 0 ? 0 : 1 }, shape: shape, dtype: .bool)
        } else {
            tensor = try Tensor(bytes: data, shape: shape, dtype: header.dtype)
        }
        return header.isFortranOrder ? try tensor.transposed().contiguous() : tensor
    }

    /// The bytes with those of each element in reverse order.
    private static func swapped(_ bytes: ArraySlice<UInt8>, width: Int) -> [UInt8] {
        var result = Array(bytes)
        for start in stride(from: 0, to: result.count, by: width) { result[start..<start + width].reverse() }
        return result
    }

    /// A file of the tensor. Types that NumPy lacks become the next that holds their numbers: bf16 f32, packed ones a byte.
    public static func write(_ tensor: Tensor) throws -> [UInt8] {
        switch tensor.dtype {
        case .bf16, .narrow: return try write(tensor.converted(to: .f32))
        case .i4, .i2: return try write(tensor.converted(to: .i8))
        case .u4, .u2: return try write(tensor.converted(to: .u8))
        case .text: throw TensorError.wrongType(expected: .f32, found: .text)
        case .f64, .f32, .f16, .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool: break
        }
        let extents = tensor.shape.map(String.init).joined(separator: ", ") + (tensor.rank == 1 ? "," : "")
        var header = Array(
            "{'descr': '\(NPYHeader.descriptor(of: tensor.dtype))', 'fortran_order': False, 'shape': (\(extents)), }"
                .utf8)
        // The data starts at a multiple of 64; a header of 65 thousand bytes would need more axes than there are.
        let prefix = magic.count + 4
        let padding = 64 - (prefix + header.count + 1) % 64
        header += [UInt8](repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
        var bytes = magic + [1, 0, UInt8(header.count & 0xFF), UInt8(header.count >> 8)] + header
        try tensor.withBytes { bytes.append(contentsOf: $0) }
        return bytes
    }
}
