public import EdgeModels
import EdgeTensors

/// Tells the latency and memory of a network on a device, from its profile.
///
/// A layer takes `multiplications × cycles of its kind and precision + layer`, one without multiplications `bytes read and
/// written × moved_byte + layer`. A rectifier or clamp behind a layer is carried out by the layer, and what only changes shape takes nothing.
/// Activations are laid out as an inference library without an operating system would: greedily by size, each while it is needed.
public struct CostEstimator {
    private let device: DeviceProfile
    private let graph: Graph
    private let model: String
    /// The bits of each layer's weights, by node name, for a float network that is to be quantized; nil to take the network as it is.
    private let assumedBits: [String: Int]?

    /// - Parameter assumedBits: Estimates a float network as if its layers had weights of these bits (4, 8; 32 for float) and its
    ///   activations 8 bits.
    public static func estimate(
        _ model: Model, on device: DeviceProfile, assumedBits: [String: Int]? = nil
    ) throws -> CostEstimate {
        let estimator = CostEstimator(
            device: device, graph: model.graph, model: model.name, assumedBits: assumedBits)
        return try estimator.estimate(ModelSummary(model))
    }

    private func estimate(_ summary: ModelSummary) throws -> CostEstimate {
        let memory = try ActivationMemory(graph, isFree: isFree) { try bytes(of: $0) }
        let multiplications = ModelSummary.multiplications(of: graph)
        let rate = device.clock.value
        var layers: [CostEstimate.Layer] = []
        for (position, node) in graph.nodes.enumerated() {
            let kind = kind(node)
            let precision = kind == nil ? nil : precision(node)
            var cycles = 0.0
            if let kind, let precision, let cost = device.multiplication[kind] {
                cycles = Double(multiplications[position]) * cost.cycles(precision) + device.layer.value
            } else if !isFree(position) {
                let moved = try (node.inputs.compactMap { $0 } + node.outputs).reduce(0.0) { sum, id in
                    graph.constants[id] == nil ? sum + Double(try bytes(of: id)) : sum
                }
                cycles = moved * device.movedByte.value + device.layer.value
            }
            layers.append(
                CostEstimate.Layer(
                    name: node.name, op: node.op.rawValue, kind: kind, precision: precision,
                    multiplications: multiplications[position], latency: cycles / rate,
                    ram: memory.live[position], flash: flash(summary.rows[position], node, kind)))
        }
        let flash = layers.reduce(0) { $0 + $1.flash }
        return CostEstimate(
            device: device.name, layers: layers, latency: layers.reduce(0) { $0 + $1.latency }, ram: memory.peak,
            flash: flash, fits: Double(memory.peak) <= device.ram.value && Double(flash) <= device.flash.value)
    }

    // MARK: Layers

    private func kind(_ node: Node) -> LayerClass? {
        switch node.op {
        case .conv, .convTranspose:
            guard let weights = node.input(1).flatMap({ graph.type(of: $0)?.shape })?.map({ $0.fixedValue ?? 1 }),
                weights.count >= 3
            else { return nil }
            if (node.int("group") ?? 1) > 1 && weights[1] == 1 { return .depthwise }
            return weights[2...].allSatisfy { $0 == 1 } ? .pointwise : .convolution
        case .gemm, .matMul, .lstm, .gru, .rnn, .sequenceLSTM, .scan, .loop: return .dense
        default: return nil
        }
    }

    private func precision(_ node: Node) -> Precision {
        if let bits = assumedBits?[node.name] { return Precision(weightBits: bits) }
        guard let weights = node.input(1).flatMap({ graph.type(of: $0) }), weights.quantization != nil else {
            return .f32
        }
        return Precision(weightBits: weights.dtype.bits)
    }

    /// What the layer before carries out, and what only gives elements another shape.
    private func isFree(_ position: Int) -> Bool {
        let node = graph.nodes[position]
        switch node.op {
        case .reshape, .flatten, .squeeze, .unsqueeze, .identity, .dropout, .constant, .shape: return true
        case .relu, .clip:
            guard let input = node.input(0), let maker = producers[input], readers[input] == [position],
                !graph.outputs.contains(input)
            else { return false }
            return kind(graph.nodes[maker]) != nil || [.add, .batchNormalization].contains(graph.nodes[maker].op)
        case .batchNormalization:
            // Folded into the weights when the network is deployed.
            guard let input = node.input(0), let maker = producers[input] else { return false }
            return graph.nodes[maker].op == .conv && readers[input] == [position]
        default: return false
        }
    }

    private let producers: [ValueID: Int]
    private let readers: [ValueID: [Int]]

    private init(device: DeviceProfile, graph: Graph, model: String, assumedBits: [String: Int]?) {
        self.device = device
        self.graph = graph
        self.model = model
        self.assumedBits = assumedBits
        producers = graph.producers()
        readers = graph.consumers()
    }

    // MARK: Bytes

    /// The bytes of one sample of a value.
    private func bytes(of id: ValueID) throws(DeploymentError) -> Int {
        guard let type = graph.type(of: id), let shape = type.shape else { throw .openShape(model, graph[id].name) }
        var extents: [Int] = []
        for (axis, dimension) in shape.enumerated() {
            switch dimension {
            case .fixed(let extent): extents.append(extent)
            case .symbol:
                guard axis == 0 else { throw .openShape(model, graph[id].name) }
                extents.append(1)
            }
        }
        guard let count = Tensor.elementCount(of: extents), count <= Int.max / 64 else {
            throw .openShape(model, graph[id].name)
        }
        let bits = assumedBits != nil && type.dtype == .f32 ? 8 : type.dtype.bits
        return (count * bits + 7) / 8
    }

    private func flash(_ row: ModelSummary.Row, _ node: Node, _ kind: LayerClass?) -> Int {
        guard let bits = assumedBits?[node.name], bits < 32, kind != nil,
            let weights = node.input(1).flatMap({ graph.constants[$0] }), weights.dtype == .f32
        else { return row.weightBytes }
        return QuantizedSize.bytes(
            weights: weights.count, rows: weights.shape[node.op == .gemm && node.int("transB") != 1 ? 1 : 0], bits: bits
        )
    }
}

/// The bytes of a layer whose weights have a scale for each output channel and whose bias is of 32 bits.
public enum QuantizedSize {
    /// - Parameters:
    ///   - weights: How many there are.
    ///   - rows: The output channels, each with a bias, a scale of its weights and one of its bias.
    public static func bytes(weights: Int, rows: Int, bits: Int) -> Int {
        bits >= 32 ? 4 * (weights + rows) : (weights * bits + 7) / 8 + 12 * rows
    }
}
