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
/// learned), constants with infinities or numbers beyond 10000 (masks), constants that only say how an operator works (bounds of a
/// `Clip`, an exponent), and those that `frozen` names.
///
/// What changes `parameters.values` between passes is the optimiser alone; a pass reads them anew. Networks so small that making tensors
/// would cost more than computing take `plan(for:)` and its buffers instead of `forward` and `backward`.
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
    private let options: ExecutionOptions
    private let parameterOffsets: [ValueID: Int]
    private let statisticOffsets: [ValueID: Int]
    private var plans: [(shapes: [[Int]], givesInputGradients: Bool, plan: TrainingPlan)] = []
    private var wantsInputGradients = false
    /// The plan of the last forward pass and what the pass was told, until a backward pass has used up its values.
    private var last: (plan: TrainingPlan, shapes: [[Int]], pass: ForwardPass)?

    /// Plans kept, the least recently used leaves first.
    private static let planLimit = 4

    /// Prepares a model.
    ///
    /// - Parameters:
    ///   - frozen: told the name of each constant that could be a parameter; true keeps it as it is.
    ///   - options: which kernels may be chosen, how much memory activations and their gradients may take together.
    /// - Throws: `TrainingError` that names every node without a gradient between a parameter and an output, `ModelError` for a graph
    ///   that is not well formed.
    public init(
        _ model: Model, frozen: (String) -> Bool = { _ in false }, options: ExecutionOptions = ExecutionOptions()
    ) throws {
        try model.graph.checkConsistency()
        let graph = ScanComposition.withOuterConstants(model.graph)
        let choice = try ParameterChoice(graph, frozen: frozen)
        var prepared = model
        prepared.graph = graph
        original = prepared
        self.options = options
        parameters = try ParameterVector(choice.parameters.map { ($0.name, $0.shape, $0.role) })
        statistics = try ParameterVector(choice.statistics.map { ($0.name, $0.shape, $0.role) })
        parameterOffsets = try Self.load(choice.parameters, of: graph, into: parameters)
        statisticOffsets = try Self.load(choice.statistics, of: graph, into: statistics)
        inputs = graph.inputs.map { (graph[$0].name, graph.type(of: $0)) }
        outputs = graph.outputs.map { (graph[$0].name, graph.type(of: $0)) }
    }

    private static func load(
        _ parts: [ParameterChoice.Part], of graph: Graph, into vector: ParameterVector
    ) throws -> [ValueID: Int] {
        var offsets: [ValueID: Int] = [:]
        for (part, entry) in zip(parts, vector.entries) {
            offsets[part.id] = entry.range.lowerBound
            try graph.constants[part.id]?.withElements(of: Float.self) { elements in
                _ = UnsafeMutableBufferPointer(rebasing: vector.values[entry.range]).update(from: elements)
            }
        }
        return offsets
    }

    /// Computes the outputs, and keeps what `backward` needs until the next forward pass.
    ///
    /// - Parameters:
    ///   - inputs: one tensor for each input, of its type; extents that the graph leaves open may be any, and the first of each input may
    ///     be another than the graph says (a model written for batches of one is trained on larger ones).
    ///   - training: whether dropout drops, and batch normalisation normalises by the batch and updates `statistics`.
    ///   - seed: determines the masks of dropout.
    /// - Returns: the outputs in the model's order.
    /// - Throws: `ModelError` or `TrainingError` where an input does not fit, or memory is short.
    public func forward(_ inputs: [Tensor], training: Bool, seed: UInt64) throws -> [Tensor] {
        last = nil
        try check(inputs)
        let shapes = inputs.map(\.shape)
        let plan = try plan(for: shapes)
        for (slot, tensor) in zip(plan.inputs, inputs) { try tensor.withBytes { slot.bytes.copyMemory(from: $0) } }
        let pass = ForwardPass(training: training, seed: seed, updatesStatistics: training)
        try plan.forward(pass)
        last = (plan, shapes, pass)
        return try plan.outputs.map(Self.tensor)
    }

    /// Adds the gradients of the last forward pass to `parameters.gradients`.
    ///
    /// The first call with `inputGradients` runs the forward pass once more, on a plan that has them; `statistics` stay as they are.
    ///
    /// - Parameters:
    ///   - outputGradients: the gradient of the loss by each output, of its shape; nil where the loss does not depend on it.
    ///   - inputGradients: whether gradients by the inputs are wanted.
    /// - Returns: the gradient by each input, nil where the outputs do not depend on it or it holds no f32; empty where none are wanted.
    /// - Throws: `TrainingError` where no forward pass went before (each serves one backward pass), or a gradient does not fit.
    public func backward(_ outputGradients: [Tensor?], inputGradients: Bool = false) throws -> [Tensor?] {
        guard let last else {
            throw TrainingError.untrainable("a backward pass needs a forward pass before it")
        }
        var plan = last.plan
        guard outputGradients.count == plan.outputs.count else {
            throw TrainingError.untrainable(
                "the model has \(plan.outputs.count) outputs, found \(outputGradients.count) gradients")
        }
        for (position, pair) in zip(plan.outputs, outputGradients).enumerated() {
            guard let gradient = pair.1 else { continue }
            guard gradient.dtype == .f32, gradient.shape == pair.0.shape else {
                throw TrainingError.untrainable(
                    "the gradient by output `\(outputs[position].name)` must be f32 of shape \(pair.0.shape), found"
                        + " \(gradient.dtype.rawValue) of shape \(gradient.shape)")
            }
        }
        self.last = nil
        if inputGradients, !wantsInputGradients {
            wantsInputGradients = true
            let wider = try self.plan(for: last.shapes)
            for (old, new) in zip(plan.inputs, wider.inputs) {
                new.bytes.copyMemory(from: UnsafeRawBufferPointer(old.bytes))
            }
            var pass = last.pass
            pass.updatesStatistics = false
            try wider.forward(pass)
            plan = wider
        }
        for (slot, gradient) in zip(plan.outputGradients, outputGradients) {
            guard let slot else { continue }
            if let gradient {
                try gradient.withBytes { slot.bytes.copyMemory(from: $0) }
            } else {
                slot.bytes.initializeMemory(as: UInt8.self, repeating: 0)
            }
        }
        plan.backward()
        guard inputGradients else { return [] }
        return try plan.inputGradients.map { try $0.map(Self.tensor) }
    }

    private static func tensor(_ slot: TrainingPlan.Slot) throws -> Tensor {
        var result = try Tensor(zeros: slot.shape, dtype: slot.dtype)
        try result.withMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(slot.bytes)) }
        return result
    }

    /// The plan for inputs of these shapes, whose passes read `parameters` and add to their gradients. Valid as long as this model lives.
    ///
    /// - Throws: `ModelError` or `TrainingError` where the shapes do not fit or memory is short.
    public func plan(for shapes: [[Int]]) throws -> TrainingPlan {
        if let newest = plans.last, newest.shapes == shapes, newest.givesInputGradients == wantsInputGradients {
            return newest.plan
        }
        let known = plans.firstIndex { $0.shapes == shapes && $0.givesInputGradients == wantsInputGradients }
        if let known {
            plans.append(plans.remove(at: known))
            return plans[plans.count - 1].plan
        }
        guard shapes.count == inputs.count else {
            throw ModelError(
                code: "M0301", message: "the model takes \(inputs.count) inputs, found \(shapes.count)",
                hint: "inputs: \(inputs.map(\.name).joined(separator: ", "))")
        }
        let specialised = try TrainingGraph(
            original.graph, shapes: shapes, parameters: Set(parameterOffsets.keys),
            wantsInputGradients: wantsInputGradients)
        var builder = TrainingPlanBuilder(
            graph: specialised.graph, parameters: parameterOffsets, parameterVector: parameters,
            statistics: statisticOffsets, statisticVector: statistics, wantsInputGradients: wantsInputGradients,
            options: options)
        let plan = try builder.build()
        plans.removeAll { $0.shapes == shapes }
        if plans.count == Self.planLimit { plans.removeFirst() }
        plans.append((shapes, wantsInputGradients, plan))
        return plan
    }

    private func check(_ tensors: [Tensor]) throws {
        guard tensors.count == inputs.count else {
            throw ModelError(
                code: "M0301", message: "the model takes \(inputs.count) inputs, found \(tensors.count)",
                hint: "inputs: \(inputs.map(\.name).joined(separator: ", "))")
        }
        for (input, tensor) in zip(inputs, tensors) {
            guard let type = input.type else { continue }
            guard tensor.dtype == type.dtype else {
                throw ModelError(
                    code: "M0302",
                    message: "input `\(input.name)` expects \(type.dtype.rawValue), found \(tensor.dtype.rawValue)")
            }
            guard let shape = type.shape else { continue }
            let fits =
                shape.count == tensor.rank
                && zip(shape, tensor.shape).enumerated().allSatisfy { axis, pair in
                    axis == 0 || (pair.0.fixedValue ?? pair.1) == pair.1
                }
            guard fits, !tensor.shape.contains(0) else {
                let expected = shape.map(\.description).joined(separator: ", ")
                throw ModelError(
                    code: "M0303", message: "input `\(input.name)` expects shape [\(expected)], found \(tensor.shape)")
            }
        }
    }

    /// The model with its present parameters and statistics; everything else as it was given.
    public func model() throws -> Model {
        var result = original
        for (offsets, vector) in [(parameterOffsets, parameters), (statisticOffsets, statistics)] {
            for (id, offset) in offsets {
                guard let shape = result.graph.constants[id]?.shape else { continue }
                let values = vector.values[offset..<offset + shape.reduce(1, *)]
                result.graph.constants[id] = try Tensor(Array(values), shape: shape)
            }
        }
        return result
    }
}
