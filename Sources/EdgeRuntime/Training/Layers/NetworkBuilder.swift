public import EdgeModels
import EdgeTensors

/// Builds a network from its layers: a graph in ONNX's words with first weights that a seed determines.
///
/// Weights before rectifiers are normal with the variance 2 / fan-in (He et al., 2015), others even within ±√(6 / (fan-in + fan-out)) (Glorot and Bengio,
/// 2010), recurrent ones even within ±1 / √units; biases are zero.
public struct NetworkBuilder {
    var graph = Graph()
    /// What the layers so far give.
    var value: ValueID
    /// The shape of a sample of it.
    var shape: [Int]
    /// Whether the axis of a series' channels stands before that of its times; nil where there are not two axes.
    var isChannelsFirst: Bool?
    var random: RandomSource
    private var counts: [String: Int] = [:]
    private var names: Set<String> = []
    private var parameters = 0

    /// More than any device could hold, and no more than a program should take by mistake.
    static let mostParameters = 1 << 26
    static let mostLayers = 10_000
    static let largestExtent = 1 << 20

    /// A network of these layers.
    ///
    /// - Parameters:
    ///   - input: the shape of one sample, without the batch.
    ///   - seed: other seeds give other first weights.
    /// - Throws: `TrainingError` that names the layer that cannot stand where it does.
    public static func build(
        _ layers: [Layer], input: [Int], name: String = "network", seed: UInt64 = 0
    ) throws -> Model {
        guard !input.isEmpty, input.count <= 3, input.allSatisfy({ $0 > 0 && $0 <= largestExtent }) else {
            throw TrainingError.network(
                "a sample of shape \(input) cannot be the input of a network",
                hint: "[8] for eight numbers, [1, 28, 28] for channels, height and width, [50, 3] for a sequence")
        }
        var builder = NetworkBuilder(input: input, layers: layers, seed: seed)
        for layer in layers { try builder.append(layer, depth: 0) }
        guard !builder.graph.nodes.isEmpty else {
            throw TrainingError.network("a network needs a layer that does something")
        }
        builder.graph.outputs = [builder.value]
        builder.graph[builder.value].name = builder.graph.uniqueValueName("output")
        try builder.graph.inferShapes()
        return Model(name: name, graph: builder.graph, origin: "built by network()")
    }

    private init(input: [Int], layers: [Layer], seed: UInt64) {
        let isIndices = if case .embedding? = layers.first { true } else { false }
        value = graph.addValue(
            name: "input",
            type: TensorType(
                dtype: isIndices ? .i64 : .f32, shape: [.symbol("batch")] + input.map(Dimension.fixed)))
        graph.inputs = [value]
        shape = input
        isChannelsFirst = input.count == 2 ? Self.isSeries(layers) ?? false : nil
        random = RandomSource(seed: Seed.derived(seed, Seed.layers))
    }

    /// Whether the first layer that takes series in one way only wants the channels before the times.
    private static func isSeries(_ layers: [Layer]) -> Bool? {
        for layer in layers {
            switch layer {
            case .convolution: return true
            case .embedding, .positions, .attention, .lstm, .gru: return false
            case .residual(let inner, _): if let order = isSeries(inner) { return order }
            case .dense, .batchNormalization, .layerNormalization, .activation, .pool, .globalPool, .flatten, .dropout:
                continue
            }
        }
        return nil
    }

    /// Adds a layer behind those there are.
    mutating func append(_ layer: Layer, depth: Int) throws {
        guard depth <= 16, names.count < Self.mostLayers else {
            throw TrainingError.network(
                "a network of more than \(Self.mostLayers) layers, or residuals within residuals")
        }
        let name = claim(layer.title)
        switch layer {
        case .convolution(let settings): try convolve(settings, name)
        case .dense(let units, let bias, let activation): try addDense(units, bias, activation, name)
        case .batchNormalization(let epsilon, let momentum): try normalizeBatch(epsilon, momentum, name)
        case .layerNormalization(let epsilon): try normalizeLayer(epsilon, name)
        case .activation(let activation): try activate(activation, name)
        case .pool(let maximum, let size, let stride, let padding): try pool(maximum, size, stride, padding, name)
        case .globalPool(let maximum): try poolGlobally(maximum, name)
        case .flatten: try flatten(name)
        case .dropout(let rate): try drop(rate, name)
        case .residual(let layers, let activation): try addResidual(layers, activation, name, depth: depth)
        case .attention(let heads): try attend(heads, name)
        case .embedding(let vocabulary, let size): try embed(vocabulary, size, name)
        case .positions: try addPositions(name)
        case .lstm(let units, let sequences): try recur(.lstm, units, sequences, name)
        case .gru(let units, let sequences): try recur(.gru, units, sequences, name)
        }
    }

    // MARK: Pieces

    private mutating func claim(_ title: String) -> String {
        repeat {
            counts[title, default: 0] += 1
        } while names.contains("\(title)\(counts[title] ?? 0)")
        let name = "\(title)\(counts[title] ?? 0)"
        names.insert(name)
        return name
    }

    /// Adds a node that reads what there is so far and makes what there is from now on.
    mutating func add(
        _ op: Operator, _ name: String, inputs: [ValueID?] = [], attributes: [String: Attribute] = [:], to shape: [Int]
    ) {
        value = node(op, name, inputs: [value] + inputs, attributes: attributes)
        self.shape = shape
    }

    /// Adds a node.
    mutating func node(
        _ op: Operator, _ name: String, inputs: [ValueID?], attributes: [String: Attribute] = [:]
    ) -> ValueID {
        let output = graph.addValue(name: "\(name).out")
        graph.nodes.append(Node(name: name, op: op, inputs: inputs, outputs: [output], attributes: attributes))
        return output
    }

    /// Whole numbers that say how an operator works.
    mutating func integers(_ values: [Int], _ name: String) throws -> ValueID {
        graph.addConstant(name: name, try Tensor.int64s(values))
    }

    /// A single number of a formula.
    mutating func number(_ value: Float, _ name: String) throws -> ValueID {
        graph.addConstant(name: name, try Tensor(scalar: value))
    }

    /// How first weights are drawn.
    enum Start {
        case constant(Float)
        /// He's, for rectifiers.
        case rectified(fanIn: Int)
        /// Glorot's.
        case even(fanIn: Int, fanOut: Int)
        case within(Float)
        case normal(Float)
    }

    /// The start that suits what follows a layer.
    func start(before activation: Layer.Activation?, fanIn: Int, fanOut: Int) -> Start {
        switch activation {
        case .relu, .relu6, .leakyRelu, .elu, .hardSwish, .silu, .gelu: .rectified(fanIn: fanIn)
        case .sigmoid, .tanh, .hardSigmoid, .softmax, nil: .even(fanIn: fanIn, fanOut: fanOut)
        }
    }

    mutating func weights(_ name: String, _ shape: [Int], _ start: Start) throws -> ValueID {
        guard let count = Tensor.elementCount(of: shape), count <= Self.mostParameters - parameters else {
            throw TrainingError.network(
                "`\(name)` of shape \(shape) makes the network larger than \(Self.mostParameters) numbers")
        }
        parameters += count
        var values = [Float](repeating: 0, count: count)
        for index in values.indices {
            switch start {
            case .constant(let value): values[index] = value
            case .rectified(let fanIn):
                values[index] = Float(random.normal() * (2 / Double(max(1, fanIn))).squareRoot())
            case .even(let fanIn, let fanOut):
                let bound = (6 / Double(max(1, fanIn + fanOut))).squareRoot()
                values[index] = Float((2 * random.uniform() - 1) * bound)
            case .within(let bound): values[index] = Float(2 * random.uniform() - 1) * bound
            case .normal(let deviation): values[index] = Float(random.normal()) * deviation
            }
        }
        return graph.addConstant(name: name, try Tensor(values, shape: shape))
    }

    func refuse(_ name: String, _ message: String, hint: String? = nil) -> TrainingError {
        .network("`\(name)` \(message)", hint: hint)
    }
}
