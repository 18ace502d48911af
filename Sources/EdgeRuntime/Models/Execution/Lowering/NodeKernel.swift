package import CEdgeKernels
package import EdgeTensors

/// One node made ready for concrete shapes, for whoever runs nodes by himself: training, whose passes keep what the way back needs.
package struct NodeKernel {
    /// What is known of an operand: its elements where they are known before the run.
    package struct Input {
        package var dtype: DType
        package var shape: [Int]
        package var constant: Tensor?

        package init(dtype: DType, shape: [Int], constant: Tensor?) {
            (self.dtype, self.shape, self.constant) = (dtype, shape, constant)
        }
    }

    private let lowered: Lowered

    /// Chooses the kernel of a node.
    ///
    /// - Throws: `ModelError` where the node does not fit its operands, its shapes depend on data, or it keeps a state.
    package init(_ node: Node, inputs: [Input?], options: ExecutionOptions) throws(ModelError) {
        guard inputs.allSatisfy({ $0?.dtype != .text }) else { throw .node(node, "it computes on texts") }
        let operands = inputs.map { input in
            input.map { Operand(type: ConcreteType($0.dtype, $0.shape), constant: $0.constant) }
        }
        let context = LoweringContext(
            node: node, operands: operands, declared: node.outputs.map { _ in nil }, options: options)
        lowered = try Lowering.lower(context, states: StateStore())
        guard lowered.states.isEmpty else { throw .node(node, "it keeps a state from run to run") }
        guard lowered.outputs.count >= node.outputs.count else {
            throw .node(node, "it has \(node.outputs.count) outputs, expected at most \(lowered.outputs.count)")
        }
    }

    /// Types and shapes of all results (a node may use fewer).
    package var outputs: [(dtype: DType, shape: [Int])] { lowered.outputs.map { ($0.dtype, $0.shape) } }
    /// The bytes of each scratch block that a run wants.
    package var scratch: [Int] { lowered.scratch }
    /// Whether the first result is the first operand under another shape.
    package var isView: Bool { lowered.isView }
    /// The results, where they are known before any run.
    package var results: [Tensor]? { lowered.results }

    /// Runs it on addresses: one for each operand (any for an absent one), each result and each scratch block.
    package func run(
        inputs: UnsafeMutablePointer<UnsafeMutableRawPointer>, outputs: UnsafeMutablePointer<UnsafeMutableRawPointer>,
        scratch: UnsafeMutablePointer<UnsafeMutableRawPointer>
    ) throws(ModelError) {
        try lowered.body(StepMemory(inputs: inputs, outputs: outputs, scratch: scratch))
    }

    /// Runs it on tensors; nil stands for an absent operand.
    package func run(_ tensors: [Tensor?], of node: Node) throws -> [Tensor] {
        if let results { return results }
        let operands = try tensors.map { tensor in
            try tensor.map {
                Operand(type: ConcreteType(of: $0, quantization: nil), constant: try $0.atStart())
            }
        }
        return try EagerEvaluator.evaluate(lowered, operands: operands, node: node, states: [])
    }

    /// The window of a convolution or pool over NHWC images, padding resolved; nil where the kernels do not know such shapes.
    ///
    /// - Parameters:
    ///   - data: the shape of the images, channels last.
    ///   - kernel: the window where it follows from weights or the whole image; else the attribute says it.
    /// - Returns: the window, and the padding behind each spatial axis, height first.
    package static func window(
        _ node: Node, data: [Int], kernel: [Int]?, outputs: Int?, groups: Int
    ) throws(ModelError) -> (shape: edge_conv_shape, padBottom: Int32, padRight: Int32)? {
        let context = LoweringContext(node: node, operands: [], declared: [], options: ExecutionOptions())
        let geometry = try WindowGeometry(context, data: data, kernel: kernel)
        guard let shape = edge_conv_shape(geometry, outputs: outputs ?? geometry.channels, groups: groups) else {
            return nil
        }
        return (shape, Int32(clamping: geometry.padsAfter[1]), Int32(clamping: geometry.padsAfter[2]))
    }
}
