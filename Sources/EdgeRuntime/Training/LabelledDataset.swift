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
}
