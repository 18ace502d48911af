import EdgeTensors

/// Evaluates nodes of constants once, before everything else looks for constants.
enum KnownNodes {
    /// Results beyond this are left to the plan: a small file may describe a large constant.
    private static let elementLimit = 1 << 26

    static func apply(
        to graph: inout Graph, options: ExecutionOptions, texts: TextStore
    ) throws(ModelError) {
        var folded = Set<Int>()
        for (position, node) in graph.nodes.enumerated() {
            let isKnown = node.inputs.allSatisfy { $0.map { graph.constants[$0] != nil } ?? true }
            guard isKnown, foldable(node) else { continue }
            var operands: [Operand?] = []
            for input in node.inputs {
                guard let input, let tensor = graph.constants[input] else {
                    operands.append(nil)
                    continue
                }
                do {
                    operands.append(
                        Operand(
                            type: ConcreteType(of: tensor, quantization: graph.type(of: input)?.quantization),
                            constant: try tensor.atStart()))
                } catch { throw .node(node, "\(error)") }
            }
            let context = LoweringContext(
                node: node, operands: operands, declared: node.outputs.map { graph.type(of: $0) }, options: options,
                texts: texts)
            let lowered = try Lowering.lower(context, states: StateStore())
            guard lowered.states.isEmpty, lowered.outputs.count >= node.outputs.count,
                lowered.outputs.allSatisfy({ $0.count <= elementLimit })
            else { continue }
            let results: [Tensor]
            if let known = lowered.results {
                results = known
            } else {
                results = try EagerEvaluator.evaluate(lowered, operands: operands, node: node, states: [])
            }
            for (output, result) in zip(node.outputs, results) {
                graph.constants[output] = result
                graph[output].type = TensorType(
                    dtype: result.dtype, shape: result.shape.map(Dimension.fixed),
                    quantization: graph.type(of: output)?.quantization)
            }
            folded.insert(position)
        }
        graph.removeNodes(at: folded)
    }

    /// Bodies, weights that are kept small on purpose and what differs from run to run are no matter for folding.
    private static func foldable(_ node: Node) -> Bool {
        switch node.op {
        case .scan, .loop, .conditional, .dequantizeLinear: false
        default: !node.op.isMutable
        }
    }
}
