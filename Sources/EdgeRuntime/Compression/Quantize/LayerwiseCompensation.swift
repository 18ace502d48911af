import EdgeModels
import EdgeTensors
import EdgeTraining

/// Rounds the layers of a network one after the other, each on what the layers before it, already rounded, give it.
///
/// Two networks run side by side over the calibration data, node by node: the float one, whose outputs are wanted, and a simulation of
/// the quantized one in real numbers (rounded weights, activations rounded to their steps), whose values are what a layer will
/// really be given. After the rounding of its weights the bias of a layer is set so that the mean of each output is right, which
/// Nagel et al. ("Data-free quantization through weight equalization and bias correction", 2019) call bias correction.
struct LayerwiseCompensation {
    private let graph: Graph
    private let plan: IntegerPlan
    private let activations: ActivationQuantization
    private let options: QuantizationOptions
    /// One entry a batch.
    private var wanted: [[ValueID: Tensor]] = []
    private var simulated: [[ValueID: Tensor]] = []

    /// A layer with more inputs than this is rounded to the nearest step: the square of their number has to be stored and factored.
    static let largestForm = 2048

    init(
        _ graph: Graph, plan: IntegerPlan, activations: ActivationQuantization, options: QuantizationOptions
    ) {
        self.graph = graph
        self.plan = plan
        self.activations = activations
        self.options = options
    }

    /// Rounds every layer of the plan.
    ///
    /// - Parameter batches: The inputs of the network, in order, for each run.
    mutating func run(_ batches: [[Tensor]], progress: ProgressHandler? = nil) throws -> [Int: RoundedLayer] {
        wanted = batches.map { Dictionary(uniqueKeysWithValues: zip(graph.inputs, $0)) }
        simulated = wanted
        let lastReaders = lastReaders()
        var result: [Int: RoundedLayer] = [:]
        for (position, node) in graph.nodes.enumerated() {
            let session = try SingleNode(node, in: graph)
            for batch in wanted.indices { try store(session.run(wanted[batch]), of: node, in: &wanted[batch]) }
            var simulation = session
            if plan.roles[position] == .layer, let layer = WeightLayer(node, position: position, in: graph) {
                let rounded = try round(layer)
                result[position] = rounded
                simulation = try simulatedLayer(layer, rounded)
            }
            let role = plan.roles[position]
            for batch in simulated.indices {
                var values = simulated[batch]
                for operand in role?.dataPositions(node) ?? [] {
                    guard let id = node.input(operand) else { continue }
                    values[id] = try rounded(values[id], id)
                }
                let outputs = try simulation.run(values)
                try store(outputs, of: node, in: &simulated[batch])
                for id in node.outputs where role != nil && !plan.fused.contains(id) {
                    simulated[batch][id] = try self.rounded(simulated[batch][id], id)
                }
            }
            for id in lastReaders[position, default: []] {
                for batch in wanted.indices {
                    wanted[batch][id] = nil
                    simulated[batch][id] = nil
                }
            }
            try progress?(Double(position + 1) / Double(graph.nodes.count))
        }
        return result
    }

    private func store(_ outputs: [Tensor], of node: Node, in values: inout [ValueID: Tensor]) throws {
        for (id, tensor) in zip(node.outputs, outputs) { values[id] = tensor }
    }

    /// The values that nobody reads after each node.
    private func lastReaders() -> [Int: [ValueID]] {
        var last: [ValueID: Int] = [:]
        for (position, node) in graph.nodes.enumerated() {
            for id in node.inputs.compactMap({ $0 }) + graph.captured(by: node) + node.outputs { last[id] = position }
        }
        return Dictionary(grouping: last.keys.filter { graph.constants[$0] == nil }) { last[$0] ?? 0 }
    }

    // MARK: One layer

    private func round(_ layer: WeightLayer) throws -> RoundedLayer {
        let rounding = LayerRounding(options: options)
        let bias = try layer.biasValues(graph)
        let scale = activations.scale(layer.data)
        guard layer.columns <= LayerwiseCompensation.largestForm, let output = layer.node.outputs.first else {
            return try rounding.round(layer, in: graph, inputScale: scale)
        }
        var samples = LayerSamples(layer)
        var pairs: [(input: Tensor, output: Tensor)] = []
        for batch in wanted.indices {
            guard let input = try rounded(simulated[batch][layer.data], layer.data), let result = wanted[batch][output]
            else {
                continue
            }
            pairs.append((input, result))
        }
        try samples.add(pairs)
        let weights = try layer.weightValues(graph)
        let smallest = LayerRounding.smallestScales(bias: bias, inputScale: scale)
        let rowsOfGroup = layer.rows / layer.groups
        var result = QuantizedWeights(
            rows: layer.rows, columns: layer.columns, group: rounding.group(of: layer) ?? layer.columns)
        for (group, moments) in samples.moments.enumerated() {
            let rows = group * rowsOfGroup..<(group + 1) * rowsOfGroup
            let part = CompensatedRounding(bits: options.bits(of: layer.node.name)).quantize(
                Array(weights[rows.lowerBound * layer.columns..<rows.upperBound * layer.columns]), moments: moments,
                group: rounding.group(of: layer), smallestScales: smallest.map { Array($0[rows]) })
            result.integers.replaceSubrange(
                rows.lowerBound * layer.columns..<rows.upperBound * layer.columns, with: part.integers)
            result.scales.replaceSubrange(
                rows.lowerBound * result.groupsPerRow..<rows.upperBound * result.groupsPerRow, with: part.scales)
        }
        return RoundedLayer(weights: result, bias: correctedBias(result, samples.moments, rowsOfGroup: rowsOfGroup))
    }

    /// The bias with which the mean of each output is the wanted one.
    private func correctedBias(
        _ weights: QuantizedWeights, _ moments: [LayerMoments], rowsOfGroup: Int
    ) -> [Float] {
        let values = weights.dequantized()
        return (0..<weights.rows).map { row in
            let own = moments[row / rowsOfGroup]
            var mean = own.mean(output: row % rowsOfGroup)
            for column in 0..<weights.columns {
                mean -= Double(values[row * weights.columns + column]) * own.mean(input: column)
            }
            return Float(mean)
        }
    }

    /// The layer with its rounded weights, as real numbers.
    private func simulatedLayer(_ layer: WeightLayer, _ rounded: RoundedLayer) throws -> SingleNode {
        var changed = graph
        changed.constants[layer.weights] = try Tensor(rounded.weights.dequantized(), shape: layer.weightShape)
        var node = layer.node
        if let bias = rounded.bias {
            let id = changed.addConstant(
                name: changed.uniqueValueName(node.name + "/bias"), try Tensor(bias, shape: [bias.count]))
            node.inputs = Array(node.inputs.prefix(2)) + [id]
        }
        return try SingleNode(node, in: changed)
    }

    /// A value as its quantization stores it.
    private func rounded(_ tensor: Tensor?, _ id: ValueID) throws -> Tensor? {
        guard let tensor, tensor.dtype == .f32, let quantization = activations[id] else { return tensor }
        let scale = quantization.scales[0]
        let zero = Float(quantization.zeroPoints[0])
        var result = try tensor.copy()
        try result.withMutableElements(of: Float.self) { values in
            for position in values.indices {
                let step = (values[position] / scale).rounded(.toNearestOrEven) + zero
                values[position] = (max(-128, min(127, step)) - zero) * scale
            }
        }
        return result
    }
}
