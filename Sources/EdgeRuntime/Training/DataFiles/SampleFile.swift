import EdgeData
package import EdgeTensors

/// Any file that holds one array: its format told by its ending.
package enum SampleFile {
    /// The endings that `read` knows.
    package static let endings = ["npy", "idx", "wav", "pgm", "ppm", "pbm", "pnm"]

    /// The ending of a path in lower case, without the dot. MNIST's files end in `-ubyte`, which stands for `idx`.
    package static func ending(of path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        if name.hasSuffix("-ubyte") { return "idx" }
        return name.contains(".") ? (name.split(separator: ".").last.map { $0.lowercased() } ?? "") : ""
    }

    /// Reads an array.
    ///
    /// - Throws: `TrainingError` that names the file, and the byte where one is wrong.
    package static func read(_ path: String) throws -> Tensor {
        switch ending(of: path) {
        case "npy": try npy(path)
        case "idx": try IDXFile.read(path)
        case "wav": try WAVFile.read(path).samples
        case "pgm", "ppm", "pbm", "pnm": try PNMFile.read(path)
        default:
            throw TrainingError.unsuitable(
                "\(path): the ending does not tell how to read it",
                hint: "known are \(endings.map { "." + $0 }.joined(separator: ", "))")
        }
    }

    private static func npy(_ path: String) throws -> Tensor {
        do { return try NPYFile.read(FileContents.read(path)) } catch let error as TensorError {
            throw TrainingError(code: "L0001", message: "\(path): \(error.message)", hint: error.hint)
        }
    }
}
