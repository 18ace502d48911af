import EdgeLang
import EdgeModels
import EdgeTensors
import EdgeTraining

/// Fits what a script gives to the inputs of a model.
enum ModelInputs {
    /// Tensors of the types and shapes that the model asks for.
    ///
    /// - Throws: `RuntimeError` for a wrong number of inputs, the error of the conversion for what does not fit.
    static func fit(_ tensors: [Tensor], to model: Model) throws -> [Tensor] {
        let graph = model.graph
        guard tensors.count == graph.inputs.count else {
            let names = graph.inputs.map { "`\(graph[$0].name)`" }.joined(separator: ", ")
            throw RuntimeError(
                .modelArguments, "the model has \(graph.inputs.count) inputs, \(tensors.count) were given",
                notes: ["inputs: \(names)"])
        }
        return try zip(tensors, graph.inputs).map { tensor, id in
            guard let type = graph.type(of: id), !fits(tensor, type) else { return tensor }
            return try withBatch(tensor, for: type).fitted(to: type)
        }
    }

    /// Zeros in the types and shapes that the model asks for, one sample where it leaves that open.
    static func zeros(for model: Model) throws -> [Tensor] {
        try model.graph.inputs.map { id in
            guard let type = model.graph.type(of: id), let shape = type.shape else {
                throw RuntimeError(.modelArguments, "the shape of the input `\(model.graph[id].name)` is not known")
            }
            return try Tensor(zeros: shape.map { $0.fixedValue ?? 1 }, dtype: type.dtype)
        }
    }

    /// Whether a tensor is as the model wants it.
    private static func fits(_ tensor: Tensor, _ type: TensorType) -> Bool {
        guard tensor.dtype == type.dtype, let shape = type.shape, shape.count == tensor.rank else { return false }
        return zip(shape, tensor.shape).allSatisfy { dimension, extent in (dimension.fixedValue ?? extent) == extent }
    }

    /// One sample without the axis of the batch gets it.
    private static func withBatch(_ tensor: Tensor, for type: TensorType) throws -> Tensor {
        guard let shape = type.shape, let batch = shape.first, (batch.fixedValue ?? 1) == 1 else { return tensor }
        // A number or a text alone is a sample of one feature.
        if tensor.rank == 0, shape.allSatisfy({ ($0.fixedValue ?? 1) == 1 }) {
            return try tensor.reshaped(shape.map { _ in 1 })
        }
        let perSample = shape.dropFirst().map(\.fixedValue)
        let isOneSample =
            tensor.rank == perSample.count && zip(tensor.shape, perSample).allSatisfy { $1 == nil || $0 == $1 }
        let isFlat = tensor.rank == 1 && shape.count != 1 && tensor.count == perSample.reduce(1) { $0 * ($1 ?? 1) }
        return isOneSample || isFlat ? try tensor.reshaped([1] + tensor.shape) : tensor
    }
}
