public import EdgeTensors

/// Samples to run a model on, with what it should say of each.
public struct LabelledDataset: Sendable {
    /// The samples, one a row of axis 0; one tensor for each input of the model.
    public var inputs: [Tensor]
    /// The class (`i32`, shape `[samples]`) or target values (`f32`, shape `[samples, …]`) of each sample; nil without labels.
    public var labels: Tensor?
    /// The name of each class, by its number; empty where unknown.
    public var classNames: [String]

    public init(inputs: [Tensor], labels: Tensor?, classNames: [String] = []) {
        self.inputs = inputs
        self.labels = labels
        self.classNames = classNames
    }

    /// The number of samples.
    public var count: Int { inputs.first?.shape.first ?? 0 }

    /// The class of each sample, nil where the labels are no classes.
    public var classes: [Int]? {
        guard let labels, !labels.dtype.isFloat, labels.count == count, let values = try? labels.realNumbers() else {
            return nil
        }
        return values.map { Int($0) }
    }

    /// Checks that all inputs and the labels have the same number of samples.
    ///
    /// - Throws: `TrainingError` that names the part that differs.
    public func validate() throws(TrainingError) {
        guard !inputs.isEmpty else { throw .unsuitable("a data set needs at least one input") }
        for (position, input) in inputs.enumerated() {
            guard let samples = input.shape.first else {
                throw .unsuitable("input \(position) is a single number; samples are expected along its first axis")
            }
            guard samples == count else {
                throw .unsuitable("input \(position) has \(samples) samples, input 0 has \(count)")
            }
            guard !input.dtype.isPacked else {
                throw .unsuitable("input \(position) is packed (\(input.dtype.rawValue)); samples need whole bytes")
            }
        }
        if let labels, labels.shape.first != count {
            throw .unsuitable("\(labels.shape.first ?? 1) labels for \(count) samples")
        }
    }
}
