/// NumPy's file of several named arrays (`.npz`): a ZIP archive of `.npy` files.
public enum NPZFile {
    /// The arrays in the order of the archive, without the ending `.npy` of their names.
    ///
    /// - Throws: `TensorError` with the offset of the byte where the archive is wrong, or naming the array that is.
    public static func read(_ bytes: [UInt8]) throws -> [(name: String, tensor: Tensor)] {
        do {
            let archive = try ZIPArchive(ByteReader(bytes))
            return try archive.entries.filter { !$0.name.hasSuffix("/") }.map { entry in
                let contents = try archive.contents(of: entry)
                let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
                do {
                    return (name, try NPYFile.read(contents))
                } catch let error as TensorError {
                    throw TensorError(code: error.code, message: "array '\(name)': \(error.message)", hint: error.hint)
                }
            }
        } catch let error as ByteReaderError {
            throw TensorError.malformed(error.message, at: error.offset)
        }
    }

    /// An archive of the arrays.
    public static func write(_ arrays: [(name: String, tensor: Tensor)], compressed: Bool = true) throws -> [UInt8] {
        var archive = ZIPWriter()
        for (name, tensor) in arrays {
            try archive.add(name + ".npy", NPYFile.write(tensor), compressed: compressed)
        }
        return try archive.finished()
    }
}
