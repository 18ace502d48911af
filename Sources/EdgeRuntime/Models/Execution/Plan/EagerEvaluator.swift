import EdgeTensors

/// Runs a graph node by node on tensors: every value is known when its reader is lowered, so that shapes may depend on data and every
/// intermediate value can be shown. Slower than a plan, which it shares every operator with.
struct EagerEvaluator {
    let options: ExecutionOptions
    let states: StateStore
    /// Prefixed to the names of nodes where their state is kept.
    var scope = ""

    /// Runs a graph.
    ///
    /// - Parameter observe: told of every value as it is made, constants excepted; all are kept alive only while needed.
    func run(
        _ graph: Graph, inputs: [Tensor], observe: ((ValueID, Tensor) throws -> Void)? = nil
    ) throws -> [Tensor] {
        var values = graph.constants
        for (id, tensor) in zip(graph.inputs, inputs) {
            values[id] = try tensor.contiguous()
            try observe?(id, tensor)
        }
        var lastRead: [ValueID: Int] = [:]
        for (time, node) in graph.nodes.enumerated() { for case let input? in node.inputs { lastRead[input] = time } }
        for output in graph.outputs { lastRead[output] = graph.nodes.count }
        for (time, node) in graph.nodes.enumerated() {
            if options.isCancelled?() == true { throw ModelError.cancelled }
            for (output, result) in zip(node.outputs, try evaluate(node, in: graph, values: values)) {
                try observe?(output, result)
                if lastRead[output] != nil { values[output] = result }
            }
            for case let input? in node.inputs where lastRead[input] == time { values[input] = nil }
        }
        return try graph.outputs.map { output in
            guard let tensor = values[output] else {
                throw ModelError.malformedGraph("output `\(graph.name(of: output))` is made by no node")
            }
            return tensor
        }
    }

    private func evaluate(_ node: Node, in graph: Graph, values: [ValueID: Tensor]) throws -> [Tensor] {
        var operands: [Operand?] = []
        for input in node.inputs {
            guard let input else {
                operands.append(nil)
                continue
            }
            guard let tensor = values[input] else {
                guard node.op == .sequenceLSTM else {
                    throw ModelError.malformedGraph("value `\(graph.name(of: input))` is read before it is made")
                }
                operands.append(nil)
                continue
            }
            let type = ConcreteType(of: tensor, quantization: graph.declaredType(of: input)?.quantization)
            operands.append(Operand(type: type, constant: try tensor.atStart()))
        }
        let context = LoweringContext(
            node: node, operands: operands, declared: node.outputs.map { graph.declaredType(of: $0) }, options: options,
            texts: states.texts)
        let lowered: Lowered
        switch node.op {
        case .loop: lowered = try ControlFlow.loop(context, evaluator: self)
        case .conditional: lowered = try ControlFlow.conditional(context, evaluator: self)
        default: lowered = try Lowering.lower(context, states: states)
        }
        guard lowered.outputs.count >= node.outputs.count else {
            throw ModelError.node(
                node, "it has \(node.outputs.count) outputs, expected at most \(lowered.outputs.count)")
        }
        if let results = lowered.results { return results }
        // A view may be of the first elements alone; those are copied.
        if lowered.isView, let source = operands.first??.constant, source.count == lowered.outputs[0].count {
            return [try source.reshaped(lowered.outputs[0].shape)]
        }
        var blocks: [UnsafeMutableRawPointer] = []
        for (position, state) in lowered.states.enumerated() {
            blocks.append(
                try states.block(scope: lowered.stateName ?? scope + node.name, position: position, state: state))
        }
        return try Self.evaluate(lowered, operands: operands, node: node, states: blocks)
    }

    /// Runs one lowered node whose operands are all known.
    static func evaluate(
        _ lowered: Lowered, operands: [Operand?], node: Node, states: [UnsafeMutableRawPointer]
    ) throws(ModelError) -> [Tensor] {
        var results: [Tensor] = []
        var scratch: [TensorStorage] = []
        let nothing: TensorStorage
        do {
            nothing = try TensorStorage(byteCount: 0)
            for type in lowered.outputs { results.append(try Tensor(zeros: type.shape, dtype: type.dtype)) }
            for byteCount in lowered.scratch { scratch.append(try TensorStorage(byteCount: byteCount)) }
        } catch {
            throw ModelError(code: error.code, message: "node `\(node.name)`: \(error.message)", hint: error.hint)
        }
        var inputs = operands.map { $0?.constant?.storage.base ?? nothing.base } + [nothing.base]
        var outputs = results.map(\.storage.base) + [nothing.base]
        var blocks = scratch.map(\.base) + states + [nothing.base]
        defer { withExtendedLifetime((operands, results, scratch, nothing)) {} }
        let status: Result<Void, ModelError> = inputs.withUnsafeMutableBufferPointer { inputs in
            outputs.withUnsafeMutableBufferPointer { outputs in
                blocks.withUnsafeMutableBufferPointer { blocks in
                    guard let first = inputs.baseAddress, let second = outputs.baseAddress,
                        let third = blocks.baseAddress
                    else { return .success(()) }
                    let memory = StepMemory(inputs: first, outputs: second, scratch: third)
                    return Result { () throws(ModelError) in try lowered.body(memory) }
                }
            }
        }
        try status.get()
        return results
    }
}

extension Tensor {
    /// This tensor, or a copy, whose first element is the first of its block, in C order.
    func atStart() throws -> Tensor { isAtStart ? self : try copy() }

    /// Whether its first element is the first of its block, in C order.
    var isAtStart: Bool { offset == 0 && isContiguous }
}
