import EdgeModels
import EdgeTensors
import EdgeTraining

/// Fits what is left of a network to what the whole network gave, layer by layer on data.
///
/// Both networks run side by side, node by node. A layer that lost inputs gets the weights with the smallest squared error towards its
/// former outputs, drawn to the weights it had (He, Zhang and Sun, "Channel pruning for accelerating very deep neural networks", 2017,
/// equation 2, with a ridge), and a bias that makes the mean of each output right. Batch normalisation gets the mean and variance
/// under which its output has the mean and spread it had. Where nothing changed, nothing is changed.
struct Reconstruction {
    private let original: Graph
    private let cutter: GraphCutter
    private var graph: Graph
    private var wanted: [[ValueID: Tensor]] = []
    /// Only values that differ from the wanted ones.
    private var changed: [[ValueID: Tensor]] = []

    /// A layer with more inputs than this keeps its weights, as the square of their number has to be factored.
    private static let largestForm = 2048
    /// The ridge, as a share of the mean variance of a layer's inputs.
    private static let ridge = 0.01

    init(original: Graph, pruned: Graph, cutter: GraphCutter) {
        self.original = original
        self.graph = pruned
        self.cutter = cutter
    }

    mutating func run(_ batches: [[Tensor]], progress: ProgressHandler?) throws -> Graph {
        wanted = batches.map { Dictionary(uniqueKeysWithValues: zip(original.inputs, $0)) }
        changed = batches.map { _ in [:] }
        var last: [ValueID: Int] = [:]
        for (position, node) in original.nodes.enumerated() {
            for id in node.inputs.compactMap({ $0 }) + original.captured(by: node) + node.outputs {
                last[id] = position
            }
        }
        let done = Dictionary(grouping: last.keys) { last[$0] ?? 0 }
        for (position, node) in original.nodes.enumerated() {
            let whole = try SingleNode(node, in: original)
            for batch in wanted.indices { try store(whole.run(wanted[batch]), node, in: &wanted[batch]) }
            let isTouched = node.inputs.compactMap { $0 }.contains { id in changed.contains { $0[id] != nil } }
            if isTouched { try recalibrate(node, position) }
            if isTouched || node.outputs.contains(where: { cutter.kept(of: $0) != nil }) {
                let small = try SingleNode(graph.nodes[position], in: graph)
                for batch in wanted.indices {
                    let values = wanted[batch].merging(changed[batch]) { $1 }
                    try store(small.run(values), node, in: &changed[batch])
                }
            }
            for id in done[position] ?? [] {
                for batch in wanted.indices {
                    wanted[batch][id] = nil
                    changed[batch][id] = nil
                }
            }
            try progress?(Double(position + 1) / Double(original.nodes.count))
        }
        return graph
    }

    private func store(_ outputs: [Tensor], _ node: Node, in values: inout [ValueID: Tensor]) throws {
        for (id, tensor) in zip(node.outputs, outputs) {
            if tensor.dtype == .f32, let bad = try tensor.elements(as: Float.self).first(where: { !$0.isFinite }) {
                throw CompressionError.calibration("`\(node.name)` gives \(bad) on the data, which cannot be fitted to")
            }
            values[id] = tensor
        }
    }

    /// What the whole network gave, without the channels that go.
    private func target(_ id: ValueID, _ batch: Int) throws -> Tensor? {
        guard let tensor = wanted[batch][id] else { return nil }
        guard let (axis, indices) = cutter.kept(of: id) else { return tensor }
        return try tensor.selecting(indices, along: axis)
    }

    private func current(_ id: ValueID, _ batch: Int) -> Tensor? { changed[batch][id] ?? wanted[batch][id] }

    private mutating func recalibrate(_ node: Node, _ position: Int) throws {
        if node.op == .batchNormalization { return try normalise(position) }
        guard let layer = WeightLayer(graph.nodes[position], position: position, in: graph),
            let output = node.outputs.first, layer.columns <= Reconstruction.largestForm
        else { return }
        var pairs: [(input: Tensor, output: Tensor)] = []
        for batch in wanted.indices {
            guard let input = current(layer.data, batch), let result = try target(output, batch) else { return }
            pairs.append((input, result))
        }
        var samples = LayerSamples(layer)
        try samples.add(pairs)
        var weights = try layer.weightValues(graph)
        let rows = layer.rows / layer.groups
        var bias = [Float](repeating: 0, count: layer.rows)
        for (group, moments) in samples.moments.enumerated() {
            fit(&weights, moments, rows: group * rows..<(group + 1) * rows, columns: layer.columns)
            for row in 0..<rows {
                let start = (group * rows + row) * layer.columns
                var mean = moments.mean(output: row)
                for column in 0..<layer.columns {
                    mean -= Double(weights[start + column]) * moments.mean(input: column)
                }
                bias[group * rows + row] = Float(mean)
            }
        }
        let name = graph[layer.weights].name
        let newWeights = graph.addConstant(
            name: graph.uniqueValueName(name + "/fitted"), try Tensor(weights, shape: layer.weightShape))
        let newBias = graph.addConstant(
            name: graph.uniqueValueName(node.name + "/bias"), try Tensor(bias, shape: [bias.count]))
        graph.nodes[position].inputs = [layer.data, newWeights, newBias]
    }

    /// `W + (Y Xᵀ - W X Xᵀ) (X Xᵀ + λ I)⁻¹` on centred inputs X and wanted outputs Y.
    private func fit(_ weights: inout [Float], _ moments: LayerMoments, rows: Range<Int>, columns: Int) {
        let covariance = moments.covariance()
        let mean = (0..<columns).reduce(0) { $0 + covariance[$1 * columns + $1] } / Double(max(1, columns))
        guard mean > 0, mean.isFinite else { return }
        var ridged = covariance
        for column in 0..<columns { ridged[column * columns + column] += Reconstruction.ridge * mean }
        guard let factor = Cholesky(ridged, size: columns) else { return }
        for row in rows {
            let start = row * columns
            var gap = moments.crossCovariance(output: row - rows.lowerBound)
            for column in 0..<columns {
                for other in 0..<columns {
                    gap[column] -= Double(weights[start + other]) * covariance[other * columns + column]
                }
            }
            for (column, change) in factor.solve(gap).enumerated() where change.isFinite {
                weights[start + column] += Float(change)
            }
        }
    }

    private mutating func normalise(_ position: Int) throws {
        let node = graph.nodes[position]
        guard let data = node.input(0), let means = node.input(3), let variances = node.input(4),
            var mean = try graph.constants[means]?.floats(), var variance = try graph.constants[variances]?.floats(),
            let axis = cutter.channels.labels[data]?.axis ?? cutter.channels.channelAxis(node, data)
        else { return }
        var (before, after) = (ChannelMoments(count: mean.count), ChannelMoments(count: mean.count))
        for batch in wanted.indices {
            guard let old = try target(data, batch), let new = current(data, batch) else { return }
            try before.add(old, axis: axis)
            try after.add(new, axis: axis)
        }
        let epsilon = Double(node.float("epsilon") ?? 1e-5)
        for channel in mean.indices {
            let (old, new) = (before.variance(channel), after.variance(channel))
            guard old > 1e-12, new > 1e-12 else { continue }
            let width = (Double(variance[channel]) + epsilon) * new / old
            guard width > epsilon, width.isFinite else { continue }
            let scale = (new / old).squareRoot()
            mean[channel] = Float(after.mean(channel) - (before.mean(channel) - Double(mean[channel])) * scale)
            variance[channel] = Float(width - epsilon)
        }
        graph.nodes[position].inputs[3] = graph.addConstant(
            name: graph.uniqueValueName(graph[means].name), try Tensor(mean, shape: [mean.count]))
        graph.nodes[position].inputs[4] = graph.addConstant(
            name: graph.uniqueValueName(graph[variances].name), try Tensor(variance, shape: [variance.count]))
    }
}

/// Mean and variance of each channel.
private struct ChannelMoments {
    private var sums: [Double]
    private var squares: [Double]
    private var count = 0.0

    init(count: Int) {
        sums = [Double](repeating: 0, count: count)
        squares = sums
    }

    mutating func add(_ tensor: Tensor, axis: Int) throws {
        guard axis < tensor.rank, tensor.shape[axis] == sums.count else { return }
        let inner = tensor.shape[(axis + 1)...].reduce(1, *)
        try tensor.withElements(of: Float.self) { values in
            for (position, value) in values.enumerated() {
                let channel = position / inner % sums.count
                sums[channel] += Double(value)
                squares[channel] += Double(value) * Double(value)
            }
            count += Double(values.count / max(1, sums.count))
        }
    }

    func mean(_ channel: Int) -> Double { sums[channel] / max(1, count) }

    func variance(_ channel: Int) -> Double { max(0, squares[channel] / max(1, count) - mean(channel) * mean(channel)) }
}
