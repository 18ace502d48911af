import EdgeModels
import EdgeTensors

/// A small graph of differentiable operators, made by a seed: values are used once, twice or not at all, and several are outputs.
struct RandomGraph {
    private(set) var graph = Graph()
    private(set) var inputs: [Tensor] = []
    private var source: RandomSource
    private var values: [(id: ValueID, shape: [Int])] = []

    init(seed: UInt64) throws {
        source = RandomSource(seed: seed)
        for position in 0..<2 {
            let shape = [pick([2, 3]), pick([4, 6, 17]), 4, 4]
            let tensor = try Tensor(uniform: -1...1, shape: shape, from: &source)
            let id = graph.addValue(
                name: "input\(position)", type: TensorType(dtype: .f32, shape: shape.map(Dimension.fixed)))
            graph.inputs.append(id)
            inputs.append(tensor)
            values.append((id, shape))
        }
        for _ in 0..<pick([3, 5, 8]) { try addNode() }
        var outputs: Set<ValueID> = [values[values.count - 1].id]
        outputs.insert(values[values.count - 1 - pick([0, 1, 2])].id)
        graph.outputs = outputs.sorted()
        try graph.inferShapes()
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int(source.next() % UInt64(choices.count))] }

    private mutating func parameter(_ shape: [Int]) throws -> ValueID {
        let name = "parameter\(graph.values.count)"
        return graph.addConstant(name: name, try Tensor(uniform: -0.6...0.6, shape: shape, from: &source))
    }

    private mutating func add(
        _ op: Operator, _ inputs: [ValueID?], _ shape: [Int], _ attributes: [String: Attribute] = [:]
    ) {
        let id = graph.addValue(name: "value\(graph.values.count)")
        graph.nodes.append(
            Node(name: "node\(graph.nodes.count)", op: op, inputs: inputs, outputs: [id], attributes: attributes))
        values.append((id, shape))
    }

    private mutating func addNode() throws {
        let (id, shape) = pick(values)
        let channels = shape[1]
        switch pick(Array(0..<12)) {
        case 0:
            let outputs = pick([3, 8, 17])
            add(
                .conv, [id, try parameter([outputs, channels, 3, 3]), try parameter([outputs])],
                [shape[0], outputs, shape[2], shape[3]], ["pads": .ints([1, 1, 1, 1])])
        case 1: add(.relu, [id], shape)
        case 2: add(pick([.sigmoid, .tanh]), [id], shape)
        case 3: add(.add, [id, id], shape)
        case 4: add(.mul, [id, try parameter([channels, 1, 1])], shape)
        case 5:
            if let other = values.last(where: { $0.shape == shape && $0.id != id }) {
                add(pick([.add, .mul, .sub]), [id, other.id], shape)
            } else {
                add(.mul, [id, id], shape)
            }
        case 6:
            let ones = try Tensor([Float](repeating: 1, count: channels), shape: [channels])
            let statistics = (0..<2).map { _ in graph.addConstant(name: "statistic\(graph.values.count)", ones) }
            add(
                .batchNormalization,
                [id, try parameter([channels]), try parameter([channels]), statistics[0], statistics[1]], shape,
                ["epsilon": .float(0.1)])
        case 7: add(.softmax, [id], shape, ["axis": .int(pick([1, 3]))])
        case 8:
            let order = [0, 1, 3, 2]
            add(.transpose, [id], order.map { shape[$0] }, ["perm": .ints(order)])
        case 9: add(.concat, [id, id], [shape[0], 2 * channels, shape[2], shape[3]], ["axis": .int(1)])
        case 10:
            add(
                .averagePool, [id], shape,
                ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])])
        default: add(.matMul, [id, try parameter([shape[3], shape[3]])], shape)
        }
    }
}
