import EdgeModels
import EdgeTensors
import EdgeTraining

/// Networks made in code, with weights from a seed.
struct SampleNetwork {
    private var graph = Graph()
    private var generator: SeededGenerator

    private init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Numbers spread like a bell.
    static func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            (0..<12).reduce(Float(-6)) { sum, _ in sum + Float(generator.next() >> 40) / Float(1 << 24) }
        }
    }

    /// Samples `[count, channels, height, width]`.
    static func images(_ count: Int, channels: Int = 3, size: Int = 12, seed: UInt64 = 9) throws -> LabelledDataset {
        let values = numbers(count * channels * size * size, seed: seed)
        return LabelledDataset(inputs: [try Tensor(values, shape: [count, channels, size, size])], labels: nil)
    }

    private mutating func constant(_ name: String, _ shape: [Int], scale: Float, offset: Float = 0) throws -> ValueID {
        let count = shape.reduce(1, *)
        let values = SampleNetwork.numbers(count, seed: generator.next()).map { offset + scale * $0 }
        return graph.addConstant(name: name, try Tensor(values, shape: shape))
    }

    private mutating func node(
        _ op: Operator, _ name: String, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:]
    ) -> ValueID {
        let output = graph.addValue(name: name + ":0")
        graph.nodes.append(Node(name: name, op: op, inputs: inputs, outputs: [output], attributes: attributes))
        return output
    }

    private mutating func conv(
        _ name: String, _ input: ValueID, from: Int, to: Int, kernel: Int, group: Int = 1, stride: Int = 1
    ) throws -> ValueID {
        let fan = Float(from / group * kernel * kernel)
        let weights = try constant(name + "/w", [to, from / group, kernel, kernel], scale: 1.4 / fan.squareRoot())
        let bias = try constant(name + "/b", [to], scale: 0.1)
        let pad = kernel / 2
        return node(
            .conv, name, [input, weights, bias],
            [
                "kernel_shape": .ints([kernel, kernel]), "pads": .ints([pad, pad, pad, pad]),
                "strides": .ints([stride, stride]), "group": .int(group),
            ])
    }

    /// A residual network with a depthwise stage, batch normalisation, relu and relu6, ending in a softmax over five classes.
    static func residual(seed: UInt64 = 1) throws -> Model {
        var network = SampleNetwork(seed: seed)
        let input = network.graph.addValue(
            name: "image", type: TensorType(dtype: .f32, shape: [.symbol("batch"), .fixed(3), .fixed(12), .fixed(12)]))
        network.graph.inputs = [input]
        var x = try network.conv("stem", input, from: 3, to: 16, kernel: 3, stride: 2)
        let parameters = try [(0.2, 1.0), (0.2, 0.0), (0.2, 0.0)].enumerated().map { index, entry in
            try network.constant("bn/\(index)", [16], scale: Float(entry.0), offset: Float(entry.1))
        }
        let variance = network.graph.addConstant(
            name: "bn/var", try Tensor([Float](repeating: 0.8, count: 16), shape: [16]))
        x = network.node(.batchNormalization, "bn", [x] + parameters + [variance], ["epsilon": .float(1e-3)])
        x = network.node(.relu, "stem_relu", [x])
        var y = try network.conv("depthwise", x, from: 16, to: 16, kernel: 3, group: 16)
        let low = network.graph.addConstant(name: "low", try Tensor(scalar: Float(0)))
        let high = network.graph.addConstant(name: "high", try Tensor(scalar: Float(6)))
        y = network.node(.clip, "depthwise_relu6", [y, low, high])
        y = try network.conv("pointwise", y, from: 16, to: 16, kernel: 1)
        x = network.node(.add, "sum", [x, y])
        x = network.node(.relu, "sum_relu", [x])
        x = network.node(.maxPool, "pool", [x], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
        x = network.node(.globalAveragePool, "mean", [x])
        x = network.node(.flatten, "flatten", [x], ["axis": .int(1)])
        let matrix = try network.constant("dense/w", [16, 5], scale: 1)
        x = network.node(.matMul, "dense", [x, matrix])
        x = network.node(.add, "dense_bias", [x, try network.constant("dense/b", [5], scale: 0.2)])
        x = network.node(.softmax, "classes", [x], ["axis": .int(-1)])
        network.graph.outputs = [x]
        try network.graph.inferShapes()
        return Model(name: "residual", graph: network.graph, origin: "made in code")
    }
}
