import EdgeTensors

extension Graph {
    /// Replaces what ONNX has no operator for by nodes that it has: TFLite's sequence LSTM, space to batch and back.
    mutating func lowerForONNX() throws {
        guard nodes.contains(where: { [.sequenceLSTM, .spaceToBatch, .batchToSpace].contains($0.op) }) else { return }
        var lowering = ONNXLowering(graph: self)
        for node in nodes {
            switch node.op {
            case .sequenceLSTM: try lowering.lowerLSTM(node)
            case .spaceToBatch, .batchToSpace: try lowering.lowerBlocks(node)
            default: lowering.made.append(node)
            }
        }
        lowering.graph.nodes = lowering.made
        lowering.graph.removeDeadNodes()
        self = lowering.graph
        try inferShapes()
    }
}

private struct ONNXLowering {
    var graph: Graph
    var made: [Node] = []

    private mutating func step(
        _ op: Operator, _ node: Node, _ suffix: String, _ inputs: [ValueID?], like type: TensorType?,
        _ attributes: [String: Attribute] = [:]
    ) -> ValueID {
        let name = "\(node.name)/\(suffix)"
        let loose = type.map { TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization) }
        let id = graph.addValue(name: graph.uniqueValueName(name), type: loose)
        made.append(Node(name: name, op: op, inputs: inputs, outputs: [id], attributes: attributes))
        return id
    }

    private mutating func list(_ node: Node, _ suffix: String, _ values: [Int]) throws -> ValueID {
        graph.addConstant(name: graph.uniqueValueName("\(node.name)/\(suffix)"), try Tensor.int64s(values))
    }

    // MARK: LSTM

    /// As ONNX's `LSTM` from a zero state: ONNX keeps nothing between runs.
    mutating func lowerLSTM(_ node: Node) throws {
        let plain =
            node.input(1) != nil && (9...11).allSatisfy { node.input($0) == nil }
            && (16...17).allSatisfy { node.input($0) == nil }
            && (20...23).allSatisfy { node.input($0) == nil } && node.int("activation") == 4
            && (node.float("cell_clip") ?? 0) == 0
        guard plain, var data = node.input(0), let output = node.outputs.first else {
            throw ModelError.unwritable(
                "ONNX", "the LSTM `\(node.name)` has peepholes, a projection, clipping or normalisation")
        }
        func real(_ position: Int) throws -> [Float] {
            guard let id = node.input(position), let tensor = graph.constants[id] else {
                throw ModelError.unwritable("ONNX", "the LSTM `\(node.name)` computes its weights")
            }
            return try graph.type(of: id)?.quantization.map { try $0.realValues(of: tensor) } ?? tensor.realValues()
                ?? []
        }
        // TFLite's gates are input, forget, cell, output; ONNX's input, output, forget, cell.
        let gates = [0, 3, 1, 2]
        let weights = try gates.flatMap { try real(1 + $0) }
        let recurrent = try gates.flatMap { try real(5 + $0) }
        let biases = try gates.flatMap { try real(12 + $0) }
        let hidden = biases.count / 4
        guard hidden > 0, weights.count % (4 * hidden) == 0, recurrent.count == 4 * hidden * hidden else {
            throw ModelError.unwritable("ONNX", "the weights of the LSTM `\(node.name)` do not fit each other")
        }
        let float = TensorType(dtype: .f32, shape: nil)
        if graph.type(of: data)?.quantization != nil {
            data = step(.dequantizeLinear, node, "dequantize", [data], like: float)
        }
        let timeMajor = node.int("time_major") == 1
        if !timeMajor { data = step(.transpose, node, "time_first", [data], like: float, ["perm": .ints([1, 0, 2])]) }
        func constant(_ suffix: String, _ values: [Float], _ shape: [Int]) throws -> ValueID {
            graph.addConstant(name: graph.uniqueValueName("\(node.name)/\(suffix)"), try Tensor(values, shape: shape))
        }
        let w = try constant("W", weights, [1, 4 * hidden, weights.count / (4 * hidden)])
        let r = try constant("R", recurrent, [1, 4 * hidden, hidden])
        let b = try constant("B", biases + [Float](repeating: 0, count: 4 * hidden), [1, 8 * hidden])
        var result = step(.lstm, node, "lstm", [data, w, r, b], like: float, ["hidden_size": .int(hidden)])
        result = step(.squeeze, node, "squeeze", [result, try list(node, "direction", [1])], like: float)
        if !timeMajor {
            result = step(.transpose, node, "batch_first", [result], like: float, ["perm": .ints([1, 0, 2])])
        }
        let quantizes = graph.type(of: output)?.quantization != nil
        made.append(
            Node(name: node.name, op: quantizes ? .quantizeLinear : .identity, inputs: [result], outputs: [output]))
    }

    // MARK: Space to batch

    mutating func lowerBlocks(_ node: Node) throws {
        guard let data = node.input(0), let output = node.outputs.first, let type = graph.type(of: data),
            let shape = type.shape,
            let blocks = node.input(1).flatMap({ graph.constants[$0]?.integerValues() }),
            let pads = node.input(2).flatMap({ graph.constants[$0]?.integerValues() }), shape.count > blocks.count,
            pads.count == 2 * blocks.count,
            let inner = TensorType(dtype: .f32, shape: Array(shape.dropFirst())).fixedShape
        else {
            throw ModelError.unwritable("ONNX", "\(node.op.rawValue) `\(node.name)` has computed blocks or extents")
        }
        if node.op == .spaceToBatch {
            try spread(node, data, output, type, blocks, pads, inner)
        } else {
            try gather(node, data, output, type, shape[0], blocks, pads, inner)
        }
    }

    private mutating func spread(
        _ node: Node, _ data: ValueID, _ output: ValueID, _ type: TensorType, _ blocks: [Int], _ pads: [Int],
        _ inner: [Int]
    ) throws {
        let count = blocks.count
        let rest = [Int](repeating: 0, count: inner.count - count)
        var before: [Int] = [0]
        before += (0..<count).map { pads[2 * $0] }
        before += rest
        var after: [Int] = [0]
        after += (0..<count).map { pads[2 * $0 + 1] }
        after += rest
        let padded = step(.pad, node, "pad", [data, try list(node, "pads", before + after)], like: type)
        var extents: [Int] = []
        var split = [-1]
        var target = [-1]
        var order: [Int] = []
        for axis in 0..<count {
            extents.append(inner[axis] + pads[2 * axis] + pads[2 * axis + 1])
            split += [extents[axis] / blocks[axis], blocks[axis]]
            target.append(extents[axis] / blocks[axis])
            order.append(2 * axis + 2)
        }
        order.append(0)
        for axis in 0..<count { order.append(2 * axis + 1) }
        for axis in count..<inner.count { order.append(count + 1 + axis) }
        split += inner[count...]
        target += inner[count...]
        let parts = step(.reshape, node, "split", [padded, try list(node, "split_shape", split)], like: type)
        let moved = step(.transpose, node, "move", [parts], like: type, ["perm": .ints(order)])
        made.append(
            Node(name: node.name, op: .reshape, inputs: [moved, try list(node, "shape", target)], outputs: [output]))
    }

    private mutating func gather(
        _ node: Node, _ data: ValueID, _ output: ValueID, _ type: TensorType, _ batch: Dimension, _ blocks: [Int],
        _ pads: [Int],
        _ inner: [Int]
    ) throws {
        let count = blocks.count
        let parts = step(
            .reshape, node, "split", [data, try list(node, "split_shape", blocks + [-1] + inner)], like: type)
        var order = [count]
        for axis in 0..<count { order += [count + 1 + axis, axis] }
        for axis in count..<inner.count { order.append(count + 1 + axis) }
        let moved = step(.transpose, node, "move", [parts], like: type, ["perm": .ints(order)])
        let whole: [Int] = [-1] + (0..<count).map { inner[$0] * blocks[$0] } + Array(inner[count...])
        let merged = step(.reshape, node, "merge", [moved, try list(node, "shape", whole)], like: type)
        let ends = (0..<count).map { inner[$0] * blocks[$0] - pads[2 * $0 + 1] }
        made.append(
            Node(
                name: node.name, op: .slice,
                inputs: [
                    merged, try list(node, "starts", (0..<count).map { pads[2 * $0] }), try list(node, "ends", ends),
                    try list(node, "axes", (0..<count).map { $0 + 1 }),
                ], outputs: [output]))
    }
}
