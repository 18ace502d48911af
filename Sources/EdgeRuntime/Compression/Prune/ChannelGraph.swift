import EdgeModels
import EdgeTensors

/// Which channels of a network depend on each other.
///
/// The idea: each layer names its output channels, and the names travel with the values, index by index, through whatever stands behind
/// the layer. Concatenation strings lists of names together, flattening repeats them, transposition moves their axis; a sum joins the names
/// that meet. A layer that reads the value knows from the names which of its weights belong to which channel. When channels
/// are chosen to go, every constant and every count that carries their names is cut.
///
/// Where an operator does something with channels that has no rule here, the channels that reach it are frozen and the reason is kept:
/// they stay whole, and nothing is guessed. A value follows one axis of channels; others never change.
struct ChannelGraph {
    let graph: Graph
    var atoms = ChannelAtoms()
    /// Values without an entry have no channels that could be cut.
    var labels: [ValueID: ChannelLabels] = [:]
    var cuts: [ConstantCut] = []
    var counts: [ChannelCount] = []
    var layers: [ChannelLayer] = []
    var readers: [ChannelReader] = []
    var scales: [ChannelScale] = []

    /// Reasons that users expect.
    static let output = "an output of the model"
    static let protected = "protected as asked"

    /// - Parameter protected: Tells of each node whether its output channels must stay.
    init(_ graph: Graph, protected: (Node) -> Bool) throws {
        self.graph = graph
        for (position, node) in graph.nodes.enumerated() {
            for id in graph.captured(by: node) { freeze(id, "it is read inside `\(node.name)`") }
            try follow(node, position)
            if protected(node) { for id in node.outputs { freeze(id, ChannelGraph.protected) } }
        }
        for id in graph.outputs { freeze(id, ChannelGraph.output) }
    }

    /// One rule a kind of operator; what has none keeps its channels.
    private mutating func follow(_ node: Node, _ position: Int) throws {
        switch node.op {
        case .conv: try convolution(node, position)
        case .convTranspose: try transposedConvolution(node, position)
        case .gemm: try dense(node, position)
        case .matMul: try product(node, position)
        case .batchNormalization: try normalisation(node, position)
        case .maxPool, .averagePool, .globalAveragePool, .globalMaxPool: pooling(node)
        case .resize: resize(node, position)
        case .relu, .leakyRelu, .elu, .hardSwish, .tanh, .sqrt, .neg, .abs, .floor, .ceil, .round, .erf, .not, .cast,
            .identity, .clip, .sin, .tan, .asin, .atan, .sinh, .asinh, .atanh, .sign, .gelu, .mish, .swish, .selu,
            .celu, .softsign, .shrink, .thresholdedRelu, .isNaN, .isInfinite:
            pass(node)
        case .sigmoid, .hardSigmoid, .exp, .log, .reciprocal, .cos, .cosh, .acos, .acosh, .softplus:
            pass(node, isZeroAtZero: false)
        case .dropout: pass(node)
        case .add, .sub, .mul, .div, .pow, .maximum, .minimum, .pRelu, .equal, .less, .greater, .and, .or,
            .selectWhere, .xor, .greaterOrEqual, .lessOrEqual, .mod:
            try broadcasting(node, position)
        case .softmax, .logSoftmax: softmax(node)
        case .reduceMean, .reduceSum, .reduceMax, .reduceMin: reduction(node)
        case .reshape: reshape(node, position)
        case .flatten: flatten(node)
        case .transpose: transpose(node)
        case .squeeze: squeeze(node)
        case .unsqueeze: unsqueeze(node)
        case .concat: try concatenation(node, position)
        case .split: split(node, position)
        case .slice: slice(node)
        case .gather: gather(node)
        case .pad: pad(node)
        case .tile: tile(node)
        case .spaceToBatch, .batchToSpace: blocks(node)
        case .argMax, .argMin, .topK, .nonZero, .unique, .compress, .oneHot, .nonMaxSuppression:
            refuse(node, "chooses among channels")
        case .shape, .size, .eyeLike, .randomNormalLike, .randomUniformLike: refuse(node, "asks for their number")
        case .readVariable, .assignVariable, .lstm, .gru, .rnn, .sequenceLSTM, .scan, .loop, .conditional:
            refuse(node, "is a recurrence or a branch")
        case .quantizeLinear, .dequantizeLinear: refuse(node, "stands between integers and real numbers")
        case .constant, .constantOfShape, .range, .melWeightMatrix, .hannWindow, .hammingWindow, .blackmanWindow,
            .randomNormal, .randomUniform:
            break
        default: refuse(node, "has no rule for channels")
        }
    }

    // MARK: What rules ask

    func shape(_ id: ValueID) -> [Dimension]? { graph.type(of: id)?.shape }

    /// The labels of the one data input.
    func incoming(_ node: Node) -> ChannelLabels? { node.input(0).flatMap { labels[$0] } }

    /// The integers of a constant input.
    func integers(_ node: Node, _ input: Int) -> [Int]? {
        node.input(input).flatMap { graph.constants[$0] }?.integerValues()
    }

    /// The axis of the channels of a value in a node's layout.
    func channelAxis(_ node: Node, _ id: ValueID) -> Int? {
        shape(id).map { node.layout == .channelsLast ? $0.count - 1 : 1 }
    }

    // MARK: What rules do

    mutating func freeze(_ id: ValueID, _ reason: String) {
        if let own = labels[id] { atoms.freeze(own.atoms, because: reason) }
    }

    /// Keeps all channels that reach a node; its results have none that could be cut.
    mutating func refuse(_ node: Node, _ reason: String) {
        for id in node.inputs.compactMap({ $0 }) { freeze(id, "\(node.op.rawValue) `\(node.name)` \(reason)") }
    }

    /// Gives every result the labels of the data.
    mutating func pass(_ node: Node, isZeroAtZero: Bool = true) {
        guard var own = incoming(node) else { return }
        // A channel of zeros is not one of zeros behind such a function, and cutting it would be felt.
        if !isZeroAtZero { own.strength = own.strength.map { ($0 * $0 + 1).squareRoot() } }
        for id in node.outputs { labels[id] = own }
    }

    mutating func cut(_ node: Int, input: Int, axis: Int, _ atoms: [Int]) {
        cuts.append(ConstantCut(node: node, input: input, axis: axis, atoms: atoms))
    }

    /// Cuts a constant that is broadcast against a value of a given rank together with its channels.
    ///
    /// - Returns: the mean magnitude of the constant for each channel, nil where its extent fits nothing.
    mutating func cutBroadcast(
        _ position: Int, input: Int, _ constant: Tensor, rank: Int, axis: Int, _ own: [Int]
    ) -> [Double]? {
        let place = axis - (rank - constant.rank)
        guard constant.rank <= rank else { return nil }
        let values = constant.dtype == .f32 ? constant : nil
        guard place >= 0, constant.shape[place] != 1 else {
            let mean = values.flatMap { try? $0.rootMeanSquares(along: nil) }?.first ?? 1
            return own.map { _ in mean }
        }
        guard constant.shape[place] == own.count, !constant.dtype.isPacked else { return nil }
        cut(position, input: input, axis: place, own)
        return values.flatMap { try? $0.rootMeanSquares(along: place) } ?? own.map { _ in 1 }
    }
}

extension Tensor {
    /// The root mean square of the elements at each index of an axis; of all in one without an axis.
    func rootMeanSquares(along axis: Int?) throws -> [Double] {
        guard let axis else {
            let whole = try reshaped([1, count])
            return try whole.norms(along: 0).map { $0 / Double(max(1, count)).squareRoot() }
        }
        let share = Double(max(1, count / max(1, shape[axis]))).squareRoot()
        return try norms(along: axis).map { $0 / share }
    }
}
