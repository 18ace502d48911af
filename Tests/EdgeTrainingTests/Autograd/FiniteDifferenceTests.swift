import EdgeModels
import EdgeTensors
import EdgeTraining
import Testing

/// Operators on random shapes, among them those at the edges of what kernels do in one go.
@Suite("Autograd: finite differences") struct FiniteDifferenceTests {
    /// Extents around the widths of registers, tiles and panels.
    static let extents = [1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 65]

    private func check(
        _ op: String, _ attributes: [String: Attribute] = [:], _ shapes: [[Int]], settings: [Int: Tensor] = [:],
        range: ClosedRange<Double> = -1...1, outputs: Int = 1, seed: UInt64
    ) throws {
        var source = RandomSource(seed: seed)
        var operands: [SingleNode.Operand] = []
        var inputs: [Tensor] = []
        for (position, shape) in shapes.enumerated() {
            if let setting = settings[position] {
                operands.append(.setting(setting))
                continue
            }
            let tensor = try Tensor(uniform: range, shape: shape, from: &source)
            if position == 0 { inputs.append(tensor) }
            operands.append(position == 0 || tensor.count == 1 ? .input(tensor) : .parameter(tensor))
            if position > 0, tensor.count == 1 { inputs.append(tensor) }
        }
        let model = try SingleNode(op: op, attributes: attributes, operands: operands, outputs: outputs).model()
        let outcome = try FiniteDifferences(model: model, inputs: inputs).check(seed: seed)
        #expect(outcome.agrees, "\(op) on \(shapes): measured \(outcome.measured), computed \(outcome.computed)")
    }

    private func extent(_ source: inout RandomSource) -> Int {
        Self.extents[Int(source.next() % UInt64(Self.extents.count))]
    }

    @Test(arguments: 1...8) func products(_ round: Int) throws {
        var source = RandomSource(seed: UInt64(round))
        let (m, k, n) = (extent(&source), extent(&source), extent(&source))
        try check("MatMul", [:], [[m, k], [k, n]], seed: source.next())
        try check("MatMul", [:], [[2, m, k], [2, k, n]], seed: source.next())
        for (first, second) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            try check(
                "Gemm", ["transA": .int(first), "transB": .int(second)],
                [first == 1 ? [k, m] : [m, k], second == 1 ? [n, k] : [k, n], [n]], seed: source.next())
        }
    }

    @Test(arguments: 1...8) func convolutions(_ round: Int) throws {
        var source = RandomSource(seed: UInt64(100 + round))
        func pick(_ values: [Int]) -> Int { values[Int(source.next() % UInt64(values.count))] }
        let (kernel, stride, dilation) = (pick([1, 2, 3]), pick([1, 2]), pick([1, 2]))
        let (channels, outputs) = (pick([1, 3, 8, 16, 17]), pick([1, 4, 16, 19]))
        let (height, width) = (pick([6, 7, 9]), pick([5, 8, 10]))
        let attributes: [String: Attribute] = [
            "strides": .ints([stride, 1]), "dilations": .ints([1, dilation]), "pads": .ints([1, 0, 0, 1]),
        ]
        try check(
            "Conv", attributes, [[2, channels, height, width], [outputs, channels, kernel, kernel], [outputs]],
            seed: source.next())
        var depthwise = attributes
        depthwise["group"] = .int(channels)
        try check(
            "Conv", depthwise, [[2, channels, height, width], [channels, 1, kernel, kernel], [channels]],
            seed: source.next())
        try check(
            "ConvTranspose", ["strides": .ints([stride, 1]), "pads": .ints([0, 0, 0, 0])],
            [[2, channels, 4, 5], [channels, outputs, kernel, kernel], [outputs]], seed: source.next())
        try check(
            "Conv", ["strides": .ints([stride]), "dilations": .ints([dilation]), "pads": .ints([1, 2])],
            [[2, channels, 11], [outputs, channels, kernel]], seed: source.next())
    }

    @Test(arguments: 1...6) func normalisations(_ round: Int) throws {
        var source = RandomSource(seed: UInt64(200 + round))
        let (channels, size) = (extent(&source), 2 + extent(&source) % 5)
        let statistics = try Tensor([Float](repeating: 0.5, count: channels), shape: [channels])
        try check(
            "BatchNormalization", ["epsilon": .float(0.1)],
            [[3, channels, size, 3], [channels], [channels], [channels], [channels]],
            settings: [3: statistics, 4: statistics], seed: source.next())
        try check(
            "LayerNormalization", ["epsilon": .float(0.1)], [[4, channels], [channels], [channels]],
            seed: source.next())
        try check("RMSNormalization", ["epsilon": .float(0.1)], [[4, channels], [channels]], seed: source.next())
        try check(
            "InstanceNormalization", ["epsilon": .float(0.1)], [[2, channels, size, 4], [channels], [channels]],
            seed: source.next())
        try check(
            "GroupNormalization", ["epsilon": .float(0.1), "num_groups": .int(2)],
            [[2, 2 * size, 5], [2 * size], [2 * size]], seed: source.next())
    }

    @Test(arguments: 1...6) func arithmetic(_ round: Int) throws {
        var source = RandomSource(seed: UInt64(300 + round))
        let (a, b, c) = (extent(&source), extent(&source) % 9 + 1, extent(&source))
        for shapes in [[[a, b, c], [a, b, c]], [[a, b, c], [c]], [[b, 1, c], [a, 1]], [[a, 1], [b, 1, c]]] {
            for op in ["Add", "Sub", "Mul"] { try check(op, [:], shapes, seed: source.next()) }
            try check("Div", [:], shapes, range: 0.7...2, seed: source.next())
            try check("Pow", [:], shapes, range: 0.7...2, seed: source.next())
        }
    }

    @Test(arguments: [
        "Sigmoid", "Tanh", "Softplus", "Mish", "Gelu", "Swish", "Exp", "Erf", "Sin", "Cos", "Atan", "Sinh", "Cosh",
        "Asinh",
        "Softsign", "Elu", "Celu",
    ]) func functions(_ op: String) throws {
        for (position, count) in Self.extents.enumerated() {
            try check(op, [:], [[count]], seed: UInt64(400 + position))
        }
    }

    @Test(arguments: 1...4) func reductions(_ round: Int) throws {
        var source = RandomSource(seed: UInt64(500 + round))
        let shape = [extent(&source) % 5 + 1, extent(&source), extent(&source) % 7 + 1]
        for op in ["ReduceSum", "ReduceMean", "ReduceSumSquare", "ReduceL2", "ReduceLogSumExp", "ReduceLogSum"] {
            for axes in [[1], [0, 2], [0, 1, 2]] {
                try check(
                    op, [:], [shape, [axes.count]],
                    settings: [1: try Tensor(axes.map(Int64.init), shape: [axes.count])],
                    range: 0.5...1.5, seed: source.next())
            }
        }
        for axis in 0..<3 {
            try check("Softmax", ["axis": .int(axis)], [shape], seed: source.next())
            try check("LogSoftmax", ["axis": .int(axis)], [shape], seed: source.next())
        }
    }

    @Test(arguments: extents) func logarithmsOfSoftmax(_ count: Int) throws {
        try check("LogSoftmax", ["axis": .int(1)], [[3, count]], range: -4...4, seed: UInt64(550 + count))
        var source = RandomSource(seed: UInt64(count))
        let rows = try Tensor(uniform: -30...30, shape: [3, count], from: &source)
        let node = SingleNode(op: "LogSoftmax", attributes: ["axis": .int(1)], operands: [.input(rows)])
        let expected = try Session(try node.model()).run([rows])[0].elements(as: Float.self).map(Double.init)
        for kernels in [KernelSelection.automatic, .scalar] {
            let found = try node.run(nil, options: ExecutionOptions(kernels: kernels)).outputs[0]
            #expect(relativeDifference(expected, found) < 1e-6)
        }
    }

    @Test(arguments: ["LSTM", "GRU", "RNN"]) func recurrences(_ op: String) throws {
        let gates = op == "LSTM" ? 4 : op == "GRU" ? 3 : 1
        for (position, hidden) in [1, 3, 16, 17].enumerated() {
            for direction in ["forward", "reverse", "bidirectional"] {
                let count = direction == "bidirectional" ? 2 : 1
                try check(
                    op, ["direction": .string(direction), "hidden_size": .int(hidden)],
                    [
                        [3, 2, 4], [count, gates * hidden, 4], [count, gates * hidden, hidden],
                        [count, 2 * gates * hidden],
                    ],
                    outputs: 2, seed: UInt64(600 + position))
            }
        }
    }

    @Test(arguments: 1...3) func compositions(_ round: Int) throws {
        var source = RandomSource(seed: UInt64(700 + round))
        func pick(_ values: [Int]) -> Int { values[Int(source.next() % UInt64(values.count))] }
        let (heads, steps, keys, depth) = (pick([1, 3]), pick([1, 5, 17]), pick([2, 16, 33]), pick([1, 4, 16]))
        try check(
            "Attention", ["is_causal": .int(round % 2)],
            [[2, heads, steps, depth], [2, heads, keys, depth], [2, heads, keys, 3]], seed: source.next())
        let size = pick([1, 2, 5])
        try check("LRN", ["size": .int(size)], [[2, pick([1, 4, 17]), 3, 2]], range: 0.2...1, seed: source.next())
        try check(
            "LpPool", ["kernel_shape": .ints([2, 3]), "p": .int(round)], [[2, 3, 5, 7]], range: 0.2...1,
            seed: source.next())
        try check("LpNormalization", ["axis": .int(1)], [[3, pick([2, 17]), 2]], range: 0.2...1, seed: source.next())
        let channels = pick([1, 3, 16])
        try check(
            "Conv", ["pads": .ints([1, 0, 1, 0, 1, 0]), "strides": .ints([1, 2, 1])],
            [[2, channels, 4, 5, 3], [pick([1, 8]), channels, 2, 3, 2]], seed: source.next())
        let hidden = pick([1, 5, 16])
        let none = try Tensor(zeros: [1, 2, hidden])
        try check(
            "LSTM", ["hidden_size": .int(hidden), "clip": .float(3)],
            [
                [3, 2, 4], [1, 4 * hidden, 4], [1, 4 * hidden, hidden], [1, 8 * hidden], [2], [1, 2, hidden],
                [1, 2, hidden], [1, 3 * hidden],
            ], settings: [4: try Tensor([Int32(3), 2], shape: [2]), 5: none, 6: none], outputs: 3, seed: source.next())
    }

    @Test(arguments: ["GlobalLpPool", "DFT", "CumProd"]) func linearAndProducts(_ op: String) throws {
        let axis = try Tensor([Int64(1)], shape: [])
        switch op {
        case "DFT":
            let length = try Tensor([Int64(7)], shape: [])
            try check(op, [:], [[3, 5, 1], [], []], settings: [1: length, 2: axis], seed: 801)
        case "CumProd": try check(op, [:], [[3, 6, 2], []], settings: [1: axis], range: 0.5...1.5, seed: 802)
        default: try check(op, [:], [[2, 3, 4, 5]], range: 0.2...1, seed: 803)
        }
    }
}
