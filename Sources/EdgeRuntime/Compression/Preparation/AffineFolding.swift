import EdgeModels
import EdgeTensors

/// Folds what scales and shifts channels (batch normalisation, a product or sum with constants) into the convolution or
/// dense layer before it.
///
/// Batch normalisation: `γ (x - μ) / √(σ² + ε) + β` (Ioffe and Szegedy, 2015), which is `x * factor + offset` for each channel.
enum AffineFolding {
    static func run(_ graph: inout Graph) throws {
        // Folding one node may bring the next one beside the layer.
        var folded = true
        while folded {
            folded = false
            let producers = graph.producers()
            let consumers = graph.consumers()
            let elsewhere = graph.observedElsewhere()
            for position in graph.nodes.indices {
                guard let (data, channels) = try affine(graph.nodes[position], graph), let layer = producers[data],
                    consumers[data]?.count == 1, !elsewhere.contains(data),
                    try fold(channels, into: layer, &graph, result: graph.nodes[position].outputs[0])
                else { continue }
                graph.removeNodes([position])
                folded = true
                break
            }
        }
    }

    /// What a node does to each channel; a single entry stands for all channels.
    private struct Channels {
        var factors: [Float]
        var offsets: [Float]
        /// The axis that the entries run along, nil for a single one.
        var axis: Int?
    }

    private static func affine(_ node: Node, _ graph: Graph) throws -> (data: ValueID, Channels)? {
        guard let first = node.input(0) else { return nil }
        switch node.op {
        case .batchNormalization:
            let parameters = try (1...4).map { try node.input($0).flatMap { graph.constants[$0] }?.floats() }
            guard let scale = parameters[0], let shift = parameters[1], let mean = parameters[2],
                let variance = parameters[3], Set(parameters.map { $0?.count }).count == 1,
                let rank = graph.type(of: first)?.shape?.count
            else { return nil }
            let epsilon = node.float("epsilon") ?? 1e-5
            let factors = scale.indices.map { scale[$0] / (variance[$0] + epsilon).squareRoot() }
            let offsets = scale.indices.map { shift[$0] - mean[$0] * factors[$0] }
            let axis = node.layout == .channelsLast ? rank - 1 : 1
            return (first, Channels(factors: factors, offsets: offsets, axis: axis))
        case .add, .sub, .mul:
            guard let second = node.input(1) else { return nil }
            let isSecondConstant = graph.constants[second] != nil
            let data = isSecondConstant ? first : second
            guard node.op != .sub || isSecondConstant,
                let constant = graph.constants[isSecondConstant ? second : first],
                graph.constants[data] == nil, let values = try constant.floats(),
                let rank = graph.type(of: data)?.shape?.count, constant.rank <= rank
            else { return nil }
            var axis: Int?
            if values.count > 1 {
                let wide = constant.shape.indices.filter { constant.shape[$0] > 1 }
                guard wide.count == 1 else { return nil }
                axis = wide[0] + rank - constant.rank
            }
            let ones = values.map { _ in Float(1) }
            let zeros = values.map { _ in Float(0) }
            switch node.op {
            case .mul: return (data, Channels(factors: values, offsets: zeros, axis: axis))
            case .sub: return (data, Channels(factors: ones, offsets: values.map(-), axis: axis))
            default: return (data, Channels(factors: ones, offsets: values, axis: axis))
            }
        default: return nil
        }
    }

    /// - Returns: false where the layer before is none that can take it.
    private static func fold(
        _ channels: Channels, into layer: Int, _ graph: inout Graph, result: ValueID
    ) throws -> Bool {
        let node = graph.nodes[layer]
        guard let weightLayer = WeightLayer(node, position: layer, in: graph), let output = node.outputs.first,
            let rank = graph.type(of: output)?.shape?.count,
            channels.axis == nil || channels.axis == weightLayer.channelAxis(rank: rank),
            channels.factors.count == 1 || channels.factors.count == weightLayer.rows,
            channels.factors.allSatisfy(\.isFinite), channels.offsets.allSatisfy(\.isFinite)
        else { return false }
        func entry(_ values: [Float], _ row: Int) -> Float { values[values.count == 1 ? 0 : row] }
        var weights = try weightLayer.weightValues(graph)
        for row in 0..<weightLayer.rows {
            let factor = entry(channels.factors, row)
            if factor == 1 { continue }
            for position in row * weightLayer.columns..<(row + 1) * weightLayer.columns { weights[position] *= factor }
        }
        let bias = try weightLayer.biasValues(graph) ?? [Float](repeating: 0, count: weightLayer.rows)
        let newBias = bias.indices.map { bias[$0] * entry(channels.factors, $0) + entry(channels.offsets, $0) }
        if channels.factors.contains(where: { $0 != 1 }) {
            graph.nodes[layer].inputs[1] = graph.addConstant(
                name: graph.uniqueValueName(graph[weightLayer.weights].name + "/folded"),
                try Tensor(weights, shape: weightLayer.weightShape))
        }
        let id = graph.addConstant(
            name: graph.uniqueValueName(node.name + "/bias"), try Tensor(newBias, shape: [newBias.count]))
        graph.nodes[layer].inputs = Array(graph.nodes[layer].inputs.prefix(2)) + [id]
        graph.nodes[layer].outputs[0] = result
        return true
    }
}

extension Tensor {
    /// The elements of an `f32` tensor, nil for other types.
    func floats() throws -> [Float]? { dtype == .f32 ? try elements(as: Float.self) : nil }
}
