public import EdgeModels
public import EdgeTensors

/// A model made ready for training.
///
/// The graph's f32 constants that feed a differentiable input become `parameters`; what batch normalisation remembers of the data
/// becomes `statistics`. The first pass at some input shapes makes a plan for them (kernels chosen, memory laid out), later passes at the same
/// shapes only compute. Everything runs on one thread in a fixed order: the same numbers come out each time. One thread at a
/// time uses it.
///
/// No parameters are: constants of one element that plain arithmetic combines (`x * 0.5`: how a formula is written, not what is
/// learned), constants that only say how an operator works (bounds of a `Clip`, an exponent), and those that `frozen` names.
public final class TrainableModel {
    /// What is learned.
    public let parameters: ParameterVector
    /// Running means and variances of batch normalisation (only `values` is used), which forward passes in training mode update:
    /// `momentum * old + (1 - momentum) * new` with ONNX's attribute `momentum`, the variance with Bessel's correction as in PyTorch.
    public let statistics: ParameterVector
    /// Names and types of the model's inputs, in order.
    public let inputs: [(name: String, type: TensorType?)]
    /// Names and types of the model's outputs, in order.
    public let outputs: [(name: String, type: TensorType?)]

    private let original: Model

    /// Prepares a model.
    ///
    /// - Parameter frozen: told the name of each constant that could be a parameter; true keeps it as it is.
    /// - Throws: `TrainingError` that names every node without a gradient between a parameter and an output, `ModelError` for a graph
    ///   that is not well formed.
    public init(
        _ model: Model, frozen: (String) -> Bool = { _ in false }, options: ExecutionOptions = ExecutionOptions()
    ) throws {
        original = model
        parameters = try ParameterVector([])
        statistics = try ParameterVector([])
        let graph = model.graph
        inputs = graph.inputs.map { (graph[$0].name, graph.type(of: $0)) }
        outputs = graph.outputs.map { (graph[$0].name, graph.type(of: $0)) }
    }

    /// Computes the outputs, and keeps what `backward` needs until the next forward pass.
    ///
    /// - Parameters:
    ///   - inputs: one tensor for each input, of its type; extents that the graph leaves open (the batch above all) may be any.
    ///   - training: whether dropout drops, and batch normalisation normalises by the batch and updates `statistics`.
    ///   - seed: determines the masks of dropout.
    /// - Returns: the outputs in the model's order.
    /// - Throws: `ModelError` or `TrainingError` where an input does not fit, or memory is short.
    public func forward(_ inputs: [Tensor], training: Bool, seed: UInt64) throws -> [Tensor] {
        throw TrainingError.untrainable("not yet")
    }

    /// Adds the gradients of the last forward pass to `parameters.gradients`.
    ///
    /// - Parameters:
    ///   - outputGradients: the gradient of the loss by each output, of its shape; nil where the loss does not depend on it.
    ///   - inputGradients: whether gradients by the inputs are wanted.
    /// - Returns: the gradient by each input, nil where the outputs do not depend on it or it holds no f32; empty where none are wanted.
    /// - Throws: `TrainingError` where no forward pass went before, or a gradient does not fit.
    public func backward(_ outputGradients: [Tensor?], inputGradients: Bool = false) throws -> [Tensor?] {
        throw TrainingError.untrainable("not yet")
    }

    /// The model with its present parameters and statistics; everything else as it was given.
    public func model() throws -> Model { original }
}
