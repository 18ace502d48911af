import EdgeModels
import EdgeTensors

/// The integers of one layer's weights and the bias that goes with them.
struct RoundedLayer {
    var weights: QuantizedWeights
    /// Real numbers, one an output channel; nil for a layer without.
    var bias: [Float]?
}

/// Rounds the weights of layers without looking at data.
struct LayerRounding {
    let options: QuantizationOptions

    /// - Parameter inputScale: The scale of the layer's quantized input, which limits how small a weight scale may be; nil
    ///   where the bias stays float.
    func round(_ layer: WeightLayer, in graph: Graph, inputScale: Float?) throws -> RoundedLayer {
        let bias = try layer.biasValues(graph)
        let weights = NearestRounding(bits: options.bits(of: layer.node.name), perTensor: options.perTensor).quantize(
            try layer.weightValues(graph), rows: layer.rows, columns: layer.columns, group: group(of: layer),
            smallestScales: LayerRounding.smallestScales(bias: bias, inputScale: inputScale))
        return RoundedLayer(weights: weights, bias: bias)
    }

    /// The group size where it applies: neighbours must be neighbouring channels, and a row longer than a group.
    func group(of layer: WeightLayer) -> Int? {
        guard let group = options.group, options.bits(of: layer.node.name) < 8, layer.isPointwise, layer.groups == 1,
            layer.columns > group
        else { return nil }
        return group
    }

    /// Scales below which a bias in units of `input scale * weight scale` would come near the ends of 32 bits.
    static func smallestScales(bias: [Float]?, inputScale: Float?) -> [Float]? {
        guard let bias, let inputScale, inputScale > 0 else { return nil }
        return bias.map { abs($0) / inputScale / 0x1p30 }
    }
}
