import EdgeTensors

extension Graph {
    /// Folds what scales and shifts the channels behind a convolution (`BatchNormalization`, `Mul`, `Add`, `Sub` by constants) into its
    /// weights and bias.
    public mutating func foldConvolutions() throws {
        var changed = true
        while changed {
            changed = false
            let readers = consumers()
            let captured = nodes.reduce(into: Set(outputs)) { $0.formUnion(capturedValues(of: $1)) }
            for position in nodes.indices where nodes[position].op == .conv {
                guard let middle = nodes[position].outputs.first, !captured.contains(middle),
                    let only = readers[middle],
                    only.count == 1, let follower = only.first, let result = nodes[follower].outputs.first,
                    let (scale, shift) = channelFactors(of: nodes[follower], data: middle, convolution: nodes[position])
                else { continue }
                guard try scaleWeights(at: position, scale, shift) else { continue }
                nodes[position].outputs = [result]
                nodes[follower].inputs = []
                nodes[follower].outputs = []
                changed = true
            }
            nodes.removeAll { $0.outputs.isEmpty }
        }
    }

    /// Per output channel, the factor and the summand that a node applies; nil where it does something else.
    private func channelFactors(of node: Node, data: ValueID, convolution: Node) -> (scale: [Float], shift: [Float])? {
        guard let weights = convolution.input(1), let shape = constants[weights]?.shape, let channels = shape.first,
            type(of: data)?.quantization == nil
        else { return nil }
        let ones = [Float](repeating: 1, count: channels)
        let zeros = [Float](repeating: 0, count: channels)
        switch node.op {
        case .batchNormalization:
            guard node.input(0) == data, node.layout == convolution.layout, node.int("training_mode") != 1 else {
                return nil
            }
            let parameters = (1...4).compactMap { node.input($0).flatMap { constants[$0]?.realValues() } }
            guard parameters.count == 4, parameters.allSatisfy({ $0.count == channels }) else { return nil }
            let epsilon = node.float("epsilon") ?? 1e-5
            let scale = (0..<channels).map { parameters[0][$0] / (parameters[3][$0] + epsilon).squareRoot() }
            return (scale, (0..<channels).map { parameters[1][$0] - parameters[2][$0] * scale[$0] })
        case .mul, .add, .sub:
            guard node.inputs.count == 2, node.op != .sub || node.input(0) == data,
                let other = node.inputs.compactMap({ $0 }).first(where: { $0 != data }), let tensor = constants[other],
                tensor.dtype == .f32, type(of: other)?.quantization == nil, let values = tensor.realValues(),
                isPerChannel(tensor.shape, channels: channels, rank: shape.count, layout: convolution.layout)
            else { return nil }
            let row = values.count == 1 ? [Float](repeating: values[0], count: channels) : values
            return node.op == .mul ? (row, zeros) : (ones, node.op == .add ? row : row.map { -$0 })
        default: return nil
        }
    }

    private func isPerChannel(_ shape: [Int], channels: Int, rank: Int, layout: Layout) -> Bool {
        if shape.allSatisfy({ $0 == 1 }) { return shape.count <= rank }
        guard shape.count <= rank else { return false }
        let axis = (layout == .channelsFirst ? 1 : rank - 1) - (rank - shape.count)
        guard axis >= 0, shape[axis] == channels else { return false }
        return shape.indices.allSatisfy { $0 == axis || shape[$0] == 1 }
    }

    private mutating func scaleWeights(at position: Int, _ scale: [Float], _ shift: [Float]) throws -> Bool {
        let node = nodes[position]
        guard let id = node.input(1), let tensor = constants[id], tensor.dtype == .f32,
            type(of: id)?.quantization == nil,
            var weights = tensor.realValues()
        else { return false }
        var bias = [Float](repeating: 0, count: scale.count)
        if let old = node.input(2) {
            guard let values = constants[old]?.realValues(), values.count == bias.count,
                type(of: old)?.quantization == nil
            else {
                return false
            }
            bias = values
        }
        let row = weights.count / max(1, scale.count)
        for index in weights.indices { weights[index] *= scale[index / max(1, row)] }
        for channel in bias.indices { bias[channel] = bias[channel] * scale[channel] + shift[channel] }
        let newWeights = addConstant(name: uniqueValueName(self[id].name), try Tensor(weights, shape: tensor.shape))
        let newBias = addConstant(name: uniqueValueName("\(node.name)/bias"), try Tensor(bias, shape: [bias.count]))
        nodes[position].inputs = [node.input(0), newWeights, newBias]
        return true
    }
}
