import EdgeTensors

/// What a model is made of: its layers with their cost, and the totals.
///
/// Axes whose extent is open until the model runs count as one: a batch of one sample.
public struct ModelSummary: Sendable, Hashable {
    /// One node and what it costs.
    public struct Row: Sendable, Hashable {
        /// What `skip:` and error texts call the node.
        public var name: String
        /// The operator, in ONNX's words.
        public var op: String
        /// The shape of the first output, nil where it is not known before the model runs.
        public var outputShape: [Dimension]?
        /// The weights and biases that this node is the first to use.
        public var parameters: Int
        /// The multiplications of one run, each with its addition; of dense, convolutional and recurrent nodes only.
        public var macs: Int
        /// The bytes in which the weights, biases and their scales are stored.
        public var weightBytes: Int
        /// The bits of one weight, nil for a node without.
        public var bits: Int?
    }

    /// In the order in which they run.
    public let rows: [Row]

    public var totalParameters: Int { rows.reduce(0) { $0 + $1.parameters } }
    public var totalMACs: Int { rows.reduce(0) { $0.saturatingSum($1.macs) } }
    public var totalWeightBytes: Int { rows.reduce(0) { $0 + $1.weightBytes } }

    /// The multiplications of one run of each node, in the order of the nodes.
    package static func multiplications(of graph: Graph) -> [Int] {
        graph.nodes.map { MultiplicationCount.of($0, in: graph) }
    }

    public init(_ model: Model) {
        var counter = WeightCounter()
        rows = model.graph.nodes.map { node in
            let weights = counter.weights(of: node, in: model.graph)
            let output = node.outputs.first.flatMap { model.graph.type(of: $0) }
            return Row(
                name: node.name, op: node.op.rawValue, outputShape: output?.shape, parameters: weights.count,
                macs: MultiplicationCount.of(node, in: model.graph), weightBytes: weights.bytes, bits: weights.bits)
        }
    }
}

/// Counts weights, each where it is used first.
private struct WeightCounter {
    private var seen: Set<ValueID> = []

    /// The weights of a node and of its subgraphs.
    mutating func weights(of node: Node, in graph: Graph) -> (count: Int, bytes: Int, bits: Int?) {
        var result = (count: 0, bytes: 0, bits: Int?.none)
        var largest = 0
        func add(_ tensor: Tensor, _ quantization: Quantization?) {
            result.count += tensor.count
            // A scale is stored as a 32-bit number beside the weights.
            result.bytes += tensor.byteCount + 4 * (quantization?.scales.count ?? 0)
            if tensor.count > largest {
                largest = tensor.count
                result.bits = tensor.dtype.bits
            }
        }
        for input in node.inputs.compactMap({ $0 }) {
            guard let tensor = graph.constants[input], seen.insert(input).inserted else { continue }
            let quantization = graph.type(of: input)?.quantization
            if tensor.dtype.isFloat || quantization != nil { add(tensor, quantization) }
        }
        for attribute in node.attributes.values {
            guard case .graph(let body) = attribute else { continue }
            for (id, tensor) in body.constants where tensor.dtype.isFloat || body.type(of: id)?.quantization != nil {
                add(tensor, body.type(of: id)?.quantization)
            }
        }
        return result
    }
}

extension Int {
    /// The sum, or the largest number where it does not fit: a hostile model may claim any shape.
    func saturatingSum(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
