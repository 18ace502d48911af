public import EdgeModels
import EdgeTensors
public import EdgeTraining

/// How much each layer of a network suffers from weights of few bits.
///
/// The weights of one layer at a time are rounded, all else stays float, and the outputs of the network are compared with those of the
/// float network on data. Where the network ends in a softmax, what goes into it is compared: probabilities near 0 and 1 hide errors.
public struct Sensitivity: Sendable {
    /// One layer.
    public struct Layer: Sendable, Hashable {
        public var name: String
        public var op: String
        /// The number of weights, and of output channels.
        public var weights: Int
        public var channels: Int
        public var hasBias: Bool
        /// The squared error of the outputs, as a share of their variance, by bits of a weight.
        public var errors: [Int: Double]

        /// The bytes in which the layer is stored with weights of these bits; 32 stands for float.
        public func bytes(bits: Int) -> Int {
            if bits >= 32 { return 4 * weights + (hasBias ? 4 * channels : 0) }
            // A scale for each channel; a bias of 32 bits and its scale, which rounding may add where there was none.
            return (weights * bits + 7) / 8 + (hasBias || bits < 8 ? 12 : 4) * channels
        }
    }

    public let layers: [Layer]
    /// The bytes of all that is not in `layers`.
    public let otherBytes: Int

    /// The bits that are tried.
    public static let bits = [8, 4]
    /// Samples that are enough to compare layers by.
    static let samples = 64

    /// - Throws: `CompressionError` when there is nothing to quantize; what `progress` throws.
    public init(_ model: Model, on dataset: LabelledDataset, progress: ProgressHandler? = nil) throws {
        try Quantizer.refuseQuantized(model)
        try Pruner.refuseUnusable(dataset)
        var prepared = try Preparation.prepare(model)
        prepared.graph.outputs = Sensitivity.comparedValues(prepared.graph)
        let data = try dataset.rows(0..<min(dataset.count, Sensitivity.samples))
        let reference = try ModelRunner(prepared).predictions(data)
        let found = prepared.graph.nodes.enumerated().compactMap { position, node in
            WeightLayer(node, position: position, in: prepared.graph)
        }
        guard !found.isEmpty else { throw CompressionError.nothingToQuantize(model.name) }
        var layers: [Layer] = []
        for layer in found {
            var entry = Layer(
                name: layer.node.name, op: layer.node.op.rawValue, weights: layer.rows * layer.columns,
                channels: layer.rows, hasBias: layer.bias != nil, errors: [32: 0])
            for (index, bits) in Sensitivity.bits.enumerated() {
                var changed = prepared
                let rounded = NearestRounding(bits: bits).quantize(
                    try layer.weightValues(prepared.graph), rows: layer.rows, columns: layer.columns)
                // Several layers may share a constant: only this one reads the rounded copy.
                changed.graph.nodes[layer.position].inputs[1] = changed.graph.addConstant(
                    name: changed.graph.uniqueValueName(layer.node.name + "/rounded"),
                    try Tensor(rounded.dequantized(), shape: layer.weightShape))
                entry.errors[bits] = Sensitivity.error(try ModelRunner(changed).predictions(data), reference)
                let done = Double(layers.count * Sensitivity.bits.count + index + 1)
                try progress?(done / Double(found.count * Sensitivity.bits.count))
            }
            layers.append(entry)
        }
        self.layers = layers
        let whole = ModelSummary(prepared).totalWeightBytes
        otherBytes = max(0, whole - layers.reduce(0) { $0 + $1.bytes(bits: 32) })
    }

    /// The outputs, each final softmax replaced by what goes into it.
    static func comparedValues(_ graph: Graph) -> [ValueID] {
        let producers = graph.producers()
        return graph.outputs.map { id in
            guard let position = producers[id], graph.nodes[position].op == .softmax,
                let input = graph.nodes[position].input(0), graph.constants[input] == nil
            else { return id }
            return input
        }
    }

    /// The squared differences as a share of the variance of the reference; summed over the outputs.
    static func error(_ values: [Predictions], _ reference: [Predictions]) -> Double {
        zip(values, reference).reduce(0) { sum, pair in
            let (own, wanted) = (pair.0.values, pair.1.values)
            guard own.count == wanted.count, !wanted.isEmpty else { return sum }
            let mean = wanted.reduce(0.0) { $0 + Double($1) } / Double(wanted.count)
            var (difference, variance) = (0.0, 0.0)
            for (a, b) in zip(own, wanted) {
                difference += (Double(a) - Double(b)) * (Double(a) - Double(b))
                variance += (Double(b) - mean) * (Double(b) - mean)
            }
            guard difference.isFinite else { return .infinity }
            return sum + difference / max(variance, 1e-30)
        }
    }
}
