import EdgeData
public import EdgeTensors

/// The format of the MNIST files: two zero bytes, a type, the number of axes, the extents and the elements, big endian
/// (Yann LeCun, "The MNIST database", section "File formats").
public enum IDXFile {
    /// Reads an IDX file.
    ///
    /// - Throws: `TrainingError` that names the file and the byte.
    public static func read(_ path: String) throws -> Tensor { try decode(FileContents.read(path), path: path) }

    package static func decode(_ bytes: [UInt8], path: String) throws -> Tensor {
        if bytes.starts(with: [0x1F, 0x8B]) {
            throw TrainingError.malformed(path, at: "byte 0", "the file is compressed", hint: "unpack it with gunzip")
        }
        guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
            throw TrainingError.malformed(path, at: "byte 0", "not an IDX file: it does not begin with two zero bytes")
        }
        guard let dtype = types[bytes[2]] else {
            throw TrainingError.malformed(path, at: "byte 2", "unknown element type \(bytes[2])")
        }
        let rank = Int(bytes[3])
        let start = 4 + 4 * rank
        guard rank >= 1, bytes.count >= start else {
            throw TrainingError.malformed(path, at: "byte 3", "the extents of \(rank) axes are not there")
        }
        let shape = (0..<rank).map { axis in bytes[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) } }
        guard let count = Tensor.elementCount(of: shape), let size = dtype.byteCount(of: count) else {
            throw TrainingError.malformed(path, at: "byte 4", "the extents \(shape) are too large")
        }
        guard bytes.count - start == size else {
            throw TrainingError.malformed(
                path, at: "byte \(start)", "\(size) bytes of elements are announced, \(bytes.count - start) follow")
        }
        return try Tensor(bytes: littleEndian(bytes[start...], width: dtype.bits / 8), shape: shape, dtype: dtype)
    }

    private static let types: [UInt8: DType] = [
        0x08: .u8, 0x09: .i8, 0x0B: .i16, 0x0C: .i32, 0x0D: .f32, 0x0E: .f64,
    ]

    private static func littleEndian(_ bytes: ArraySlice<UInt8>, width: Int) -> [UInt8] {
        var result = Array(bytes)
        guard width > 1 else { return result }
        for start in stride(from: 0, to: result.count, by: width) { result[start..<start + width].reverse() }
        return result
    }
}
