import EdgeData
import EdgeTensors

extension LabelledDataset {
    /// Reads samples from one file and labels from another, each `.npy` or IDX: one sample a row.
    ///
    /// - Parameters:
    ///   - inputs: One file for each input of the model.
    ///   - labels: Classes (whole numbers) or targets; nil for data without labels.
    ///   - classNames: The name of each class by its number.
    public init(inputs: [String], labels: String?, classNames: [String] = []) throws {
        let labelValues = try labels.map { try LabelledDataset.labels(SampleFile.read($0), path: $0) }
        self.init(inputs: try inputs.map(SampleFile.read), labels: labelValues, classNames: classNames)
        try validate()
    }

    /// Whole numbers as `i32`, one a sample where they stand in a column; other numbers as `f32`.
    private static func labels(_ tensor: Tensor, path: String) throws -> Tensor {
        let numbers = try tensor.realNumbers()
        if tensor.dtype.isFloat { return try Tensor(numbers.map { Float($0) }, shape: tensor.shape) }
        var whole: [Int32] = []
        whole.reserveCapacity(numbers.count)
        for (position, number) in numbers.enumerated() {
            guard let value = Int32(exactly: number) else {
                throw TrainingError.unsuitable("\(path): label \(position) is \(number), more than 32 bits hold")
            }
            whole.append(value)
        }
        let isColumn = tensor.rank == 2 && tensor.shape[1] == 1
        return try Tensor(whole, shape: isColumn ? [tensor.shape[0]] : tensor.shape)
    }

    /// Reads a folder with one sub-folder for each class; classes are numbered in the order of their names, samples come in the
    /// order of their names. Files are `.npy`, `.wav` or PNM, all of one shape.
    ///
    /// - Parameter frames: The length sounds are cut or filled with silence to; nil where all have one length.
    public init(folder: String, frames: Int? = nil) throws {
        var classNames: [String] = []
        var samples: [Tensor] = []
        var labels: [Int32] = []
        for name in try Folder.names(in: folder)
        where !name.hasPrefix(".") && Folder.entry(at: Folder.join(folder, name)) == .folder {
            let classFolder = Folder.join(folder, name)
            let files = try Folder.names(in: classFolder)
                .filter { !$0.hasPrefix(".") }
                .map { Folder.join(classFolder, $0) }
                .filter { SampleFile.endings.contains(SampleFile.ending(of: $0)) }
            guard !files.isEmpty else { continue }
            for file in files {
                var sample = try SampleFile.read(file)
                if let frames { sample = try LabelledDataset.fitted(sample, frames: frames, path: file) }
                if let first = samples.first, first.shape != sample.shape || first.dtype != sample.dtype {
                    throw TrainingError.unsuitable(
                        "\(file) has shape \(sample.shape) of \(sample.dtype.rawValue), "
                            + "the first file \(first.shape) of \(first.dtype.rawValue)",
                        hint: sample.rank == 1 ? "`frames` cuts or fills sounds to one length" : nil)
                }
                samples.append(sample)
                labels.append(Int32(classNames.count))
            }
            classNames.append(name)
        }
        guard !samples.isEmpty else {
            throw TrainingError.unsuitable(
                "\(folder) has no samples",
                hint: "one sub-folder for each class, with files \(SampleFile.endings.joined(separator: ", "))")
        }
        self.init(
            inputs: [try Tensor.stacked(samples)], labels: try Tensor(labels, shape: [labels.count]),
            classNames: classNames)
    }

    private static func fitted(_ sound: Tensor, frames: Int, path: String) throws -> Tensor {
        guard frames > 0, sound.rank == 1, sound.dtype == .f32 else {
            throw TrainingError.unsuitable("\(path): `frames` needs sounds of one channel and a length above 0")
        }
        let samples = Array(try sound.elements(as: Float.self).prefix(frames))
        return try Tensor(samples + [Float](repeating: 0, count: frames - samples.count), shape: [frames])
    }
}
