import EdgeModels
import EdgeTensors

/// A convolution or dense layer with constant float weights, seen as a matrix of `rows` output channels by the `columns` that each sums over.
struct WeightLayer {
    let position: Int
    let node: Node
    let data: ValueID
    let weights: ValueID
    let bias: ValueID?
    let weightShape: [Int]

    /// Output channels.
    var rows: Int { weightShape[0] }
    /// Weights of an output channel.
    var columns: Int { weightShape.dropFirst().reduce(1, *) }
    /// Parts whose channels do not meet; 1 but for grouped and depthwise convolutions.
    var groups: Int { node.op == .conv ? max(1, node.int("group") ?? 1) : 1 }
    /// Whether neighbouring weights of a row belong to neighbouring input channels, as scales for groups of them need.
    var isPointwise: Bool { weightShape.dropFirst(2).allSatisfy { $0 == 1 } }

    /// - Returns: nil where the node is no such layer, its weights are quantized already, or its sizes do not fit each other.
    init?(_ node: Node, position: Int, in graph: Graph) {
        guard node.op == .conv || node.op == .gemm, let data = node.input(0), let weights = node.input(1),
            node.outputs.count == 1, let tensor = graph.constants[weights], tensor.dtype == .f32, tensor.count > 0,
            graph.type(of: weights)?.quantization == nil, graph.constants[data] == nil
        else { return nil }
        if node.op == .gemm {
            guard tensor.rank == 2, node.int("transB") == 1, (node.int("transA") ?? 0) == 0,
                (node.float("alpha") ?? 1) == 1, (node.float("beta") ?? 1) == 1
            else { return nil }
        } else {
            guard (3...4).contains(tensor.rank), tensor.shape[0] % max(1, node.int("group") ?? 1) == 0 else {
                return nil
            }
        }
        self.position = position
        self.node = node
        self.data = data
        self.weights = weights
        self.bias = node.input(2)
        self.weightShape = tensor.shape
        if let bias {
            guard let constant = graph.constants[bias], constant.dtype == .f32, constant.count == tensor.shape[0] else {
                return nil
            }
        }
    }

    func weightValues(_ graph: Graph) throws -> [Float] { try graph.constants[weights]?.floats() ?? [] }

    func biasValues(_ graph: Graph) throws -> [Float]? { try bias.flatMap { graph.constants[$0] }?.floats() }

    /// The axis of the output that counts output channels.
    func channelAxis(rank: Int) -> Int { node.op == .gemm || node.layout == .channelsLast ? rank - 1 : 1 }
}
