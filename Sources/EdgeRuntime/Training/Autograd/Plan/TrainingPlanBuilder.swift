import EdgeModels
import EdgeTensors

/// Makes a `TrainingPlan`: asks each node's rule for its way back, works out how long every value and gradient is needed, and lays all of
/// it out in one arena.
///
/// Steps have times: forward step `t` of `n` at `t`, the outputs' gradients at `n`, the way back of step `t` at `2n - t`. A value lives
/// until its last reader, be it a forward or a backward step; a gradient from its first writer (the last reader of the value)
/// to the way back of the step that made the value. Reshapes are no steps: value and gradient are those of their operand.
struct TrainingPlanBuilder {
    struct Step {
        var node: Int
        var differentiated: Differentiated
        var needs: [Bool]
        var inputs: [ValueID?]
        var outputs: [ValueID]
    }

    let graph: Graph
    /// Where parameters and statistics lie.
    let parameters: [ValueID: Int]
    let parameterVector: ParameterVector
    let statistics: [ValueID: Int]
    let statisticVector: ParameterVector
    let wantsInputGradients: Bool
    let options: ExecutionOptions

    var types: [ValueID: GradientContext.Operand] = [:]
    var constants: [ValueID: Tensor] = [:]
    /// Views: the value whose bytes they are.
    var origins: [ValueID: ValueID] = [:]
    /// Values that depend on something whose gradient is wanted.
    var active: Set<ValueID> = []
    /// Values that an f32 output depends on.
    var useful: Set<ValueID> = []
    var steps: [Step] = []
    /// BatchNormalization nodes whose `Relu` runs within them, and that node.
    var fusedRelus: [Int: Int] = [:]

    func origin(of id: ValueID) -> ValueID { origins[id] ?? id }

    mutating func build() throws -> TrainingPlan {
        try readTypes()
        findUseful()
        fusedRelus = NormalizationFusion.pairs(in: graph)
        let absorbed = Set(fusedRelus.values)
        for position in graph.nodes.indices where !absorbed.contains(position) { try plan(position) }
        var arena = TrainingArena(self)
        return try arena.assemble()
    }

    private mutating func readTypes() throws {
        for (id, tensor) in graph.constants where parameters[id] == nil && statistics[id] == nil {
            constants[id] = try tensor.isContiguous && tensor.offset == 0 ? tensor : tensor.copy()
        }
        for (position, value) in graph.values.enumerated() {
            let id = ValueID(position)
            if let constant = constants[id] {
                types[id] = .init(dtype: constant.dtype, shape: constant.shape, constant: constant)
            } else if let type = value.type, let shape = type.fixedShape {
                types[id] = .init(dtype: type.dtype, shape: shape, constant: nil)
            }
        }
        active = Set(parameters.keys)
        if wantsInputGradients { active.formUnion(graph.inputs.filter { types[$0]?.dtype == .f32 }) }
    }

    private mutating func findUseful() {
        useful = Set(graph.outputs.filter { types[$0]?.dtype == .f32 })
        for node in graph.nodes.reversed() where GradientRules.passesGradients(node.op) {
            guard node.outputs.contains(where: { useful.contains($0) && types[$0]?.dtype == .f32 }) else { continue }
            for position in GradientRules.differentiableInputs(node) {
                if let input = node.input(position), types[input]?.dtype == .f32 { useful.insert(input) }
            }
        }
    }

    private mutating func plan(_ position: Int) throws {
        let node = graph.nodes[position]
        var operands: [GradientContext.Operand?] = []
        for input in node.inputs {
            guard let input else {
                operands.append(nil)
                continue
            }
            guard var type = types[input] else { throw unknownShape(node, input) }
            type.constant = constants[input]
            operands.append(type)
        }
        let isKnown = zip(node.inputs, operands).allSatisfy { $0 == nil || $1?.constant != nil }
        if isKnown || node.op == .shape, try evaluate(node, operands) { return }
        var outputs = node.outputs
        if let relu = fusedRelus[position] { outputs[0] = graph.nodes[relu].outputs[0] }
        let results = try outputs.map { output in
            guard let type = types[output] else { throw unknownShape(node, output) }
            return type
        }
        let differentiable = Set(GradientRules.differentiableInputs(node))
        let isUseful = outputs.contains { useful.contains($0) }
        let needs = node.inputs.enumerated().map { place, input in
            guard isUseful, let input, differentiable.contains(place), active.contains(input) else { return false }
            return true
        }
        let context = GradientContext(
            node: node, operands: operands, results: results, needs: needs, options: options, position: position)
        var differentiated = Differentiated()
        if needs.contains(true) || node.op == .batchNormalization || node.op == .dropout {
            guard
                let rule = try GradientRules.differentiate(
                    context, statistics: runningStatistics(node), fusesRelu: fusedRelus[position] != nil)
            else { throw context.refused("it has no gradient yet") }
            differentiated = rule
        }
        if needs.contains(true) { for output in outputs where types[output]?.dtype == .f32 { active.insert(output) } }
        if differentiated.forward == nil, !differentiated.isView {
            let kernel = try context.kernel()
            if let known = kernel.results { return record(known, of: node) }
            if kernel.isView, !needs.contains(true) { differentiated.isView = true }
            differentiated.forwardScratch = kernel.scratch
            differentiated.forward = { memory, _ throws(ModelError) in
                try kernel.run(inputs: memory.inputs, outputs: memory.outputs, scratch: memory.scratch)
            }
            // A kernel may make results that the node does not name.
            let unnamed = kernel.outputs.dropFirst(outputs.count)
            if !unnamed.isEmpty { try nameResults(Array(unnamed), of: node, &outputs) }
        }
        if differentiated.isView, let input = node.inputs.first ?? nil {
            origins[outputs[0]] = origin(of: input)
            return
        }
        steps.append(
            Step(
                node: position, differentiated: differentiated, needs: needs, inputs: node.inputs, outputs: outputs))
    }

    private mutating func nameResults(
        _ results: [(dtype: DType, shape: [Int])], of node: Node, _ outputs: inout [ValueID]
    ) throws {
        for result in results {
            let id = ValueID(-1 - types.count)
            types[id] = .init(dtype: result.dtype, shape: result.shape, constant: nil)
            outputs.append(id)
        }
    }

    /// Computes a node of constants; false where it must stay a step.
    private mutating func evaluate(_ node: Node, _ operands: [GradientContext.Operand?]) throws -> Bool {
        switch node.op {
        case .dropout, .batchNormalization, .scan, .loop, .conditional: return false
        default: break
        }
        let kernel = try NodeKernel(
            node,
            inputs: operands.map { operand in
                operand.map { NodeKernel.Input(dtype: $0.dtype, shape: $0.shape, constant: $0.constant) }
            }, options: options)
        guard kernel.results != nil || node.op != .shape else { return false }
        record(try kernel.run(operands.map { $0?.constant }, of: node), of: node)
        return true
    }

    private mutating func record(_ results: [Tensor], of node: Node) {
        for (output, result) in zip(node.outputs, results) {
            constants[output] = result
            types[output] = .init(dtype: result.dtype, shape: result.shape, constant: result)
        }
    }

    /// Where the running mean and variance of a batch normalisation lie.
    private func runningStatistics(_ node: Node) -> RunningStatistics? {
        guard node.op == .batchNormalization, let mean = node.input(3).flatMap({ statistics[$0] }),
            let variance = node.input(4).flatMap({ statistics[$0] }), let base = statisticVector.values.baseAddress
        else { return nil }
        return RunningStatistics(mean: base + mean, variance: base + variance)
    }

    private func unknownShape(_ node: Node, _ id: ValueID) -> TrainingError {
        .untrainable(
            "node `\(node.name)` (\(node.op.rawValue)): the shape of `\(name(of: id))` is known only when the model runs",
            hint: "training needs shapes that follow from those of the inputs")
    }

    private func name(of id: ValueID) -> String {
        graph.values.indices.contains(id.index) ? graph[id].name : "a result"
    }
}

/// Where a batch normalisation keeps what it remembers of the data.
struct RunningStatistics {
    let mean: UnsafeMutablePointer<Float>
    let variance: UnsafeMutablePointer<Float>
}
