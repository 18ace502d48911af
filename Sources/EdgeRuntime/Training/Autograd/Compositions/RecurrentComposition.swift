import EdgeModels
import EdgeTensors

/// `LSTM`, `GRU` and `RNN` with what `RecurrentRule` leaves out (peepholes, clipped or coupled gates, other activations, sequences of
/// different lengths), step by step; sequences with the batch first are turned.
enum RecurrentComposition {
    /// Steps times directions.
    private static let stepLimit = 1024

    static func objection(to node: Node) -> String? {
        guard case .strings(let names)? = node.attributes["activations"] else { return nil }
        return names.first { !activations.contains($0.lowercased()) }.map {
            "the activation `\($0)` has no gradient yet"
        }
    }

    private static let activations: Set<String> = [
        "sigmoid", "tanh", "relu", "leakyrelu", "hardsigmoid", "affine", "softsign", "softplus",
    ]

    static func expand(_ builder: inout CompositionBuilder) throws {
        var node = builder.node
        node.attributes["layout"] = nil
        if (builder.node.int("layout") ?? 0) != 0 { return try turned(node, &builder) }
        try Unrolled(builder).expand(&builder)
    }

    /// The batch behind time, as the rule and the steps have it.
    private static func turned(_ plain: Node, _ builder: inout CompositionBuilder) throws {
        var node = plain
        for (position, order) in [(0, [1, 0, 2]), (5, [1, 0, 2]), (6, [1, 0, 2])] {
            if let input = node.input(position) { node.inputs[position] = builder.transposed(input, order) }
        }
        let results = builder.add(node.op, node.inputs, node.attributes, results: node.op == .lstm ? 3 : 2)
        builder.finish(.transpose, [results[0]], ["perm": .ints([2, 0, 1, 3])])
        for state in results.indices.dropFirst() {
            builder.finish(.transpose, [results[state]], ["perm": .ints([1, 0, 2])], output: state)
        }
    }

    private struct Unrolled {
        let node: Node
        let steps: Int
        let batch: Int
        let width: Int
        let hidden: Int
        let directions: Int
        let gates: Int
        private let names: [String]
        private let alphas: [Float]
        private let betas: [Float]

        init(_ builder: CompositionBuilder) throws {
            node = builder.node
            let (data, recurrent) = (try builder.shape(0), try builder.shape(2))
            gates = node.op == .lstm ? 4 : node.op == .gru ? 3 : 1
            guard data.count == 3, recurrent.count == 3, recurrent[1] == gates * recurrent[2] else {
                throw builder.refused("weights of shape \(recurrent) do not fit data of shape \(data)")
            }
            (steps, batch, width) = (data[0], data[1], data[2])
            (directions, hidden) = (recurrent[0], recurrent[2])
            guard steps > 0, steps <= stepLimit / max(directions, 1) else {
                throw builder.refused("a sequence of \(steps) steps is too long for a gradient")
            }
            let standard =
                node.op == .lstm ? ["sigmoid", "tanh", "tanh"] : node.op == .gru ? ["sigmoid", "tanh"] : ["tanh"]
            var names = [[String]](repeating: standard, count: directions).flatMap(\.self)
            if case .strings(let given)? = node.attributes["activations"] { names = given.map { $0.lowercased() } }
            guard names.count == standard.count * directions else {
                throw builder.refused("it needs \(standard.count * directions) activations, found \(names.count)")
            }
            self.names = names
            if case .floats(let values)? = node.attributes["activation_alpha"] { alphas = values } else { alphas = [] }
            if case .floats(let values)? = node.attributes["activation_beta"] { betas = values } else { betas = [] }
        }

        func expand(_ builder: inout CompositionBuilder) throws {
            var sequences: [ValueID] = []
            var states: [ValueID] = []
            var cells: [ValueID] = []
            for direction in 0..<directions {
                let isReverse = direction == 1 || node.string("direction") == "reverse"
                let (made, state, cell) = try run(direction, isReverse: isReverse, &builder)
                sequences.append(made)
                states.append(state)
                cells.append(cell)
            }
            let (first, second): ([String: Attribute], [String: Attribute]) = (["axis": .int(0)], ["axis": .int(1)])
            builder.finish(.concat, sequences, second)
            builder.finish(.concat, states, first, output: 1)
            if node.op == .lstm { builder.finish(.concat, cells, first, output: 2) }
        }

        /// One direction: results `[steps, 1, batch, hidden]`, last states `[1, batch, hidden]`.
        private func run(
            _ direction: Int, isReverse: Bool, _ builder: inout CompositionBuilder
        ) throws -> (ValueID, ValueID, ValueID) {
            func part(_ position: Int, _ builder: inout CompositionBuilder) throws -> ValueID? {
                guard let id = node.input(position) else { return nil }
                return try builder.element(id, axis: 0, direction)
            }
            let weights = try part(1, &builder)
            let recurrent = try part(2, &builder)
            let bias = try part(3, &builder)
            let rows = gates * hidden
            let inputBias = try bias.map { try builder.sliced($0, axis: 0, 0..<rows) }
            let stateBias = try bias.map { try builder.sliced($0, axis: 0, rows..<2 * rows) }
            let peepholes = try part(7, &builder)
            let flat = builder.add(.reshape, [node.input(0), try builder.integers([steps * batch, width])])
            let products = builder.add(.gemm, [flat, weights, inputBias], ["transB": .int(1)])
            let sums = try builder.reshaped(products, [steps, batch, rows])
            let zeros = builder.constant(try Tensor(zeros: [batch, hidden]))
            var state = try part(5, &builder) ?? zeros
            var cell = node.op == .lstm ? try part(6, &builder) ?? zeros : zeros
            var made = [ValueID?](repeating: nil, count: steps)
            let axes = try builder.integers([0, 1])
            let step = Step(
                layer: self, direction: direction, recurrent: recurrent, bias: stateBias, peepholes: peepholes)
            for index in 0..<steps {
                let time = isReverse ? steps - 1 - index : index
                let input = try builder.element(sums, axis: 0, time)
                var (next, nextCell) = try step.run(input, state, cell, &builder)
                var shown = next
                if let lengths = node.input(4) {
                    let isOver = try mask(lengths, time, &builder)
                    shown = builder.add(.selectWhere, [isOver, zeros, next])
                    next = builder.add(.selectWhere, [isOver, state, next])
                    if node.op == .lstm { nextCell = builder.add(.selectWhere, [isOver, cell, nextCell]) }
                }
                (state, cell) = (next, nextCell)
                made[time] = builder.add(.unsqueeze, [shown, axes])
            }
            let front = try builder.integers([0])
            return (
                builder.add(.concat, made, ["axis": .int(0)]), builder.add(.unsqueeze, [state, front]),
                builder.add(.unsqueeze, [cell, front])
            )
        }

        /// Which samples end before a step.
        private func mask(_ lengths: ValueID, _ time: Int, _ builder: inout CompositionBuilder) throws -> ValueID {
            let dtype = builder.graph.type(of: lengths)?.dtype ?? .i32
            let now = builder.constant(try Tensor.integers([time], shape: [], dtype: dtype))
            return try builder.reshaped(builder.add(.lessOrEqual, [lengths, now]), [batch, 1])
        }

        /// A gate's function, clipped before.
        func activation(
            _ id: ValueID, _ direction: Int, _ place: Int, clips: Bool = true, _ builder: inout CompositionBuilder
        ) throws -> ValueID {
            var value = id
            if clips, let clip = node.float("clip"), clip > 0 {
                value = builder.add(.clip, [value, try builder.number(-clip), try builder.number(clip)])
            }
            let position = direction * (names.count / directions) + place
            let alpha = alphas.indices.contains(position) ? alphas[position] : nil
            let beta = betas.indices.contains(position) ? betas[position] : nil
            switch names[position] {
            case "sigmoid": return builder.add(.sigmoid, [value])
            case "tanh": return builder.add(.tanh, [value])
            case "relu": return builder.add(.relu, [value])
            case "softsign": return builder.add(.softsign, [value])
            case "softplus": return builder.add(.softplus, [value])
            case "leakyrelu": return builder.add(.leakyRelu, [value], ["alpha": .float(alpha ?? 0.01)])
            case "hardsigmoid":
                return builder.add(
                    .hardSigmoid, [value], ["alpha": .float(alpha ?? 0.2), "beta": .float(beta ?? 0.5)])
            case "affine":
                let scaled = builder.add(.mul, [value, try builder.number(alpha ?? 1)])
                return builder.add(.add, [scaled, try builder.number(beta ?? 0)])
            default: throw builder.refused("the activation `\(names[position])` has no gradient yet")
            }
        }
    }

    /// The cells, by ONNX's formulas.
    private struct Step {
        let layer: Unrolled
        let direction: Int
        let recurrent: ValueID?
        let bias: ValueID?
        let peepholes: ValueID?

        func run(
            _ input: ValueID, _ state: ValueID, _ cell: ValueID, _ builder: inout CompositionBuilder
        ) throws -> (state: ValueID, cell: ValueID) {
            switch layer.node.op {
            case .lstm: try longShortTerm(input, state, cell, &builder)
            case .gru: (try gated(input, state, &builder), cell)
            default:
                (
                    try layer.activation(
                        builder.add(.add, [input, product(state, recurrent, bias, &builder)]), direction, 0, &builder),
                    cell
                )
            }
        }

        private func product(
            _ state: ValueID, _ weights: ValueID?, _ bias: ValueID?, _ builder: inout CompositionBuilder
        ) -> ValueID {
            builder.add(.gemm, [state, weights, bias], ["transB": .int(1)])
        }

        private func gate(_ sums: ValueID, _ place: Int, _ builder: inout CompositionBuilder) throws -> ValueID {
            try builder.sliced(sums, axis: 1, place * layer.hidden..<(place + 1) * layer.hidden)
        }

        /// Gates in the order input, output, forget, cell; peepholes input, output, forget.
        private func longShortTerm(
            _ input: ValueID, _ state: ValueID, _ cell: ValueID, _ builder: inout CompositionBuilder
        ) throws -> (state: ValueID, cell: ValueID) {
            let sums = builder.add(.add, [input, product(state, recurrent, bias, &builder)])
            func opened(_ place: Int, _ seen: ValueID, _ builder: inout CompositionBuilder) throws -> ValueID {
                var value = try gate(sums, place, &builder)
                if let peepholes {
                    let weights = try builder.sliced(
                        peepholes, axis: 0, place * layer.hidden..<(place + 1) * layer.hidden)
                    value = builder.add(.add, [value, builder.add(.mul, [weights, seen])])
                }
                return try layer.activation(value, direction, 0, &builder)
            }
            let enters = try opened(0, cell, &builder)
            let keeps =
                (layer.node.int("input_forget") ?? 0) != 0
                ? builder.add(.sub, [try builder.number(1), enters]) : try opened(2, cell, &builder)
            let candidate = try layer.activation(try gate(sums, 3, &builder), direction, 1, &builder)
            var next = builder.add(.add, [builder.add(.mul, [keeps, cell]), builder.add(.mul, [enters, candidate])])
            // TFLite's bound of the cell, which ONNX has no word for.
            if let clip = layer.node.float("cell_clip") {
                next = builder.add(.clip, [next, try builder.number(-clip), try builder.number(clip)])
            }
            let leaves = try opened(1, next, &builder)
            // The state's function takes the cell as it is, whatever clips the gates.
            let shown = try layer.activation(next, direction, 2, clips: false, &builder)
            return (builder.add(.mul, [leaves, shown]), next)
        }

        /// Gates in the order update, reset, candidate.
        private func gated(
            _ input: ValueID, _ state: ValueID, _ builder: inout CompositionBuilder
        ) throws -> ValueID {
            let hidden = layer.hidden
            let after = (layer.node.int("linear_before_reset") ?? 0) != 0
            func rows(_ range: Range<Int>, _ builder: inout CompositionBuilder) throws -> (ValueID?, ValueID?) {
                (
                    try recurrent.map { try builder.sliced($0, axis: 0, range) },
                    try bias.map { try builder.sliced($0, axis: 0, range) }
                )
            }
            let (weights, offsets) = try rows(0..<2 * hidden, &builder)
            let both = builder.add(
                .add,
                [
                    try builder.sliced(input, axis: 1, 0..<2 * hidden),
                    product(state, weights, offsets, &builder),
                ])
            let update = try layer.activation(try gate(both, 0, &builder), direction, 0, &builder)
            let reset = try layer.activation(try gate(both, 1, &builder), direction, 0, &builder)
            let (candidateWeights, candidateBias) = try rows(2 * hidden..<3 * hidden, &builder)
            let seen =
                after
                ? builder.add(.mul, [reset, product(state, candidateWeights, candidateBias, &builder)])
                : product(builder.add(.mul, [reset, state]), candidateWeights, candidateBias, &builder)
            let candidate = try layer.activation(
                builder.add(.add, [try gate(input, 2, &builder), seen]), direction, 1, &builder)
            let rest = builder.add(.sub, [try builder.number(1), update])
            return builder.add(
                .add, [builder.add(.mul, [rest, candidate]), builder.add(.mul, [update, state])])
        }
    }
}
