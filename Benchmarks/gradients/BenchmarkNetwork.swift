import EdgeModels
import EdgeTensors

/// The networks of `Benchmarks/training.py`, as graphs.
struct BenchmarkNetwork {
    static let words = 256
    private(set) var graph = Graph()
    private(set) var inputShapes: [[Int]] = []
    private var source = RandomSource(seed: 1)

    init(named name: String) throws {
        switch name {
        case "mlp": try buildPerceptron()
        case "resnet8": try buildResNet()
        default: try buildTransformer()
        }
        try graph.inferShapes()
    }

    // MARK: Parts

    private mutating func input(_ shape: [Int], _ dtype: DType = .f32) -> ValueID {
        let id = graph.addValue(name: "input", type: TensorType(dtype: dtype, shape: shape.map(Dimension.fixed)))
        graph.inputs.append(id)
        inputShapes.append(shape)
        return id
    }

    private mutating func weights(_ shape: [Int], fan: Int) throws -> ValueID {
        let deviation = (2 / Double(fan)).squareRoot()
        let tensor = try Tensor(normalMean: 0, deviation: deviation, shape: shape, from: &source)
        return graph.addConstant(name: "weights\(graph.values.count)", tensor)
    }

    private mutating func filled(_ value: Float, _ count: Int) throws -> ValueID {
        graph.addConstant(
            name: "constant\(graph.values.count)", try Tensor([Float](repeating: value, count: count), shape: [count]))
    }

    private mutating func list(_ values: [Int]) throws -> ValueID {
        graph.addConstant(
            name: "list\(graph.values.count)", try Tensor(values.map(Int64.init), shape: [values.count]))
    }

    private mutating func node(
        _ op: Operator, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:]
    ) -> ValueID {
        let id = graph.addValue(name: "value\(graph.values.count)")
        graph.nodes.append(
            Node(name: "node\(graph.nodes.count)", op: op, inputs: inputs, outputs: [id], attributes: attributes))
        return id
    }

    private mutating func dense(_ x: ValueID, _ inputs: Int, _ outputs: Int) throws -> ValueID {
        node(
            .gemm, [x, try weights([outputs, inputs], fan: inputs), try filled(0, outputs)], ["transB": .int(1)])
    }

    // MARK: Networks

    private mutating func buildPerceptron() throws {
        let hidden = node(.relu, [try dense(input([32, 64]), 64, 64)])
        graph.outputs = [node(.logSoftmax, [try dense(hidden, 64, 10)], ["axis": .int(-1)])]
    }

    private mutating func convolution(
        _ x: ValueID, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int
    ) throws -> ValueID {
        let pad = kernel / 2
        return node(
            .conv, [x, try weights([outputs, inputs, kernel, kernel], fan: inputs * kernel * kernel)],
            ["strides": .ints([stride, stride]), "pads": .ints([pad, pad, pad, pad])])
    }

    private mutating func normalized(_ x: ValueID, _ channels: Int) throws -> ValueID {
        node(
            .batchNormalization,
            [x, try filled(1, channels), try filled(0, channels), try filled(0, channels), try filled(1, channels)])
    }

    /// ResNet-8 of MLPerf Tiny with its batch normalisations, on 32 images of 32×32.
    private mutating func buildResNet() throws {
        var x = input([32, 3, 32, 32])
        x = node(.relu, [try normalized(convolution(x, 3, 16, kernel: 3, stride: 1), 16)])
        for (inputs, outputs, stride) in [(16, 16, 1), (16, 32, 2), (32, 64, 2)] {
            let first = node(
                .relu, [try normalized(convolution(x, inputs, outputs, kernel: 3, stride: stride), outputs)])
            let second = try normalized(convolution(first, outputs, outputs, kernel: 3, stride: 1), outputs)
            let side = stride == 1 ? x : try convolution(x, inputs, outputs, kernel: 1, stride: stride)
            x = node(.relu, [node(.add, [second, side])])
        }
        let pooled = node(.flatten, [node(.globalAveragePool, [x])], ["axis": .int(1)])
        graph.outputs = [node(.logSoftmax, [try dense(pooled, 64, 10)], ["axis": .int(-1)])]
    }

    /// Two layers of four heads on 16 sequences of 32 words.
    private mutating func buildTransformer() throws {
        let (batch, steps, width, heads) = (16, 32, 64, 4)
        let words = input([batch, steps], .i64)
        var x = node(.gather, [try weights([Self.words, width], fan: 2), words])
        x = node(.add, [x, try weights([steps, width], fan: 200)])
        for _ in 0..<2 {
            let h = try layerNormalized(x, width)
            func projected(_ graph: inout BenchmarkNetwork, _ order: [Int]) throws -> ValueID {
                let flat = try graph.linear(h, width, width)
                let split = graph.node(.reshape, [flat, try graph.list([batch, steps, heads, width / heads])])
                return graph.node(.transpose, [split], ["perm": .ints(order)])
            }
            let (q, k) = (try projected(&self, [0, 2, 1, 3]), try projected(&self, [0, 2, 3, 1]))
            let v = try projected(&self, [0, 2, 1, 3])
            let scale = graph.addConstant(
                name: "scale\(graph.values.count)", try Tensor(scalar: 1 / Float(width / heads).squareRoot()))
            let scores = node(.softmax, [node(.mul, [node(.matMul, [q, k]), scale])], ["axis": .int(-1)])
            let mixed = node(.transpose, [node(.matMul, [scores, v])], ["perm": .ints([0, 2, 1, 3])])
            let joined = node(.reshape, [mixed, try list([batch, steps, width])])
            x = node(.add, [x, try linear(joined, width, width)])
            let inner = node(.gelu, [try linear(layerNormalized(x, width), width, 2 * width)])
            x = node(.add, [x, try linear(inner, 2 * width, width)])
        }
        let logits = try linear(layerNormalized(x, width), width, Self.words)
        graph.outputs = [node(.logSoftmax, [logits], ["axis": .int(-1)])]
    }

    private mutating func linear(_ x: ValueID, _ inputs: Int, _ outputs: Int) throws -> ValueID {
        node(.add, [node(.matMul, [x, try weights([inputs, outputs], fan: inputs)]), try filled(0, outputs)])
    }

    private mutating func layerNormalized(_ x: ValueID, _ width: Int) throws -> ValueID {
        node(.layerNormalization, [x, try filled(1, width), try filled(0, width)], ["axis": .int(-1)])
    }
}
