import EdgeModels
import EdgeTensors
import EdgeTraining

/// How much each group of coupled channels matters.
///
/// A channel matters as much as it adds to the layers that read it: (size of its values) × (norm of the weights that read them). The size is
/// judged by the norms of the weights that make it (`magnitude`) or measured on data (`activation`). The product does not change when a
/// channel is scaled up and its readers down, as ReLU networks allow. Scores are divided by their mean within a layer, so that
/// one ranking over all layers is fair.
struct ChannelScores {
    /// By root atom; only channels that may be cut. The unit is the mean of a layer.
    private(set) var byRoot: [Int: Double] = [:]

    init(_ channels: ChannelGraph, criterion: PruneOptions.Criterion, measured: [ValueID: [Double]]) throws {
        switch criterion {
        case .magnitude, .activation:
            for reader in channels.readers {
                let sizes = criterion == .activation ? measured[reader.value] ?? reader.strength : reader.strength
                var values = zip(sizes, reader.norms).map { $0 * $1 }
                // On data a channel may be silent by chance; what its weights say still counts a little.
                if criterion == .activation {
                    for (index, strength) in reader.strength.enumerated() where strength > 0 && values[index] == 0 {
                        values[index] = .leastNormalMagnitude
                    }
                }
                add(values, reader.atoms, channels)
            }
        case .batchNormalization:
            guard !channels.scales.isEmpty else {
                throw CompressionError.option(
                    "the model has no batch normalisation to rank channels by",
                    hint: "it was folded into the layers; use criterion: \"magnitude\"")
            }
            for scale in channels.scales { add(scale.magnitudes, scale.atoms, channels) }
        }
        // Several layers that read the same channels count as their root mean square.
        byRoot = totals.mapValues { ($0.sum / Double($0.count)).squareRoot() }
        if criterion != .batchNormalization {
            // What nothing reads does nothing.
            for layer in channels.layers {
                for atom in layer.atoms where channels.atoms.reason(atom) == nil {
                    let root = channels.atoms.root(atom)
                    if byRoot[root] == nil { byRoot[root] = 0 }
                }
            }
        }
    }

    private var totals: [Int: (sum: Double, count: Int)] = [:]

    private mutating func add(_ values: [Double], _ atoms: [Int], _ channels: ChannelGraph) {
        var sums: [Int: Double] = [:]
        for (value, atom) in zip(values, atoms) { sums[channels.atoms.root(atom), default: 0] += value * value }
        let mean = sums.values.reduce(0) { $0 + $1.squareRoot() } / Double(max(1, sums.count))
        for (root, sum) in sums where channels.atoms.reason(root) == nil {
            let share = mean > 0 ? sum / (mean * mean) : 0
            totals[root, default: (0, 0)].sum += share
            totals[root, default: (0, 0)].count += 1
        }
    }

    /// The root mean square of each channel of the values that layers read, over data.
    static func measure(
        _ model: Model, _ channels: ChannelGraph, on dataset: LabelledDataset, progress: ProgressHandler?
    ) throws -> [ValueID: [Double]] {
        let axes = Dictionary(channels.readers.map { ($0.value, $0.axis) }) { first, _ in first }
        var sums: [ValueID: [Double]] = [:]
        let session = try Session(model)
        try ModelRunner(model).forEachBatch(dataset) { inputs, _, done in
            session.resetState()
            _ = try session.run(inputs) { id, tensor in
                guard let axis = axes[id], tensor.dtype == .f32, axis < tensor.rank else { return }
                let own = try tensor.rootMeanSquares(along: axis)
                guard own.allSatisfy(\.isFinite) else { throw CompressionError.notFinite(value: model.graph[id].name) }
                let total = sums[id] ?? [Double](repeating: 0, count: own.count)
                sums[id] = zip(total, own).map { $0 + $1 * $1 }
            }
            try progress?(Double(done) / Double(max(1, dataset.count)))
        }
        return sums.mapValues { $0.map { $0.squareRoot() } }
    }
}
