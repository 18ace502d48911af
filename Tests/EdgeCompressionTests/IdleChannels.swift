@testable import EdgeCompression
import EdgeModels
import EdgeTensors
import EdgeTraining

/// Makes channels of a network do nothing, so that cutting them must not be felt.
enum IdleChannels {
    /// Zeroes all that makes some channels (filters, biases, the scales and shifts of normalisation), not what reads them.
    ///
    /// - Returns: the changed model and how many groups of coupled channels do nothing now.
    static func make(_ model: Model, share: Double, seed: UInt64 = 3) throws -> (model: Model, groups: Int) {
        let prepared = try Pruner.prepare(model, PruneOptions(.ratio(0)))
        let channels = prepared.channels
        let scores = try ChannelScores(channels, criterion: .magnitude, measured: [:])
        var generator = SeededGenerator(seed: seed)
        let roots = scores.byRoot.keys.sorted()
        // A channel in four of each layer at most, so that no floor is reached.
        var chosen: Set<Int> = []
        var left = channels.layers.map { Int(0.25 * Double($0.atoms.count)) }
        for position in generator.permutation(of: roots.count) where Double(chosen.count) < share * Double(roots.count)
        {
            let own = channels.layers.indices.map { layer in
                channels.layers[layer].atoms.count { channels.atoms.root($0) == roots[position] }
            }
            guard zip(own, left).allSatisfy({ $0 <= $1 }) else { continue }
            left = zip(left, own).map { $0 - $1 }
            chosen.insert(roots[position])
        }
        var result = prepared.model
        let readers = Set(channels.readers.map(\.node))
        for cut in channels.cuts {
            let node = result.graph.nodes[cut.node]
            let isReading =
                cut.input == 1 && readers.contains(cut.node) && cut.axis == (node.op == .matMul ? 0 : 1)
            let isVariance = node.op == .batchNormalization && cut.input == 4
            guard !isReading, !isVariance, [.conv, .gemm, .batchNormalization, .matMul, .add].contains(node.op),
                let id = node.input(cut.input), let tensor = result.graph.constants[id]
            else { continue }
            var values = try tensor.elements(as: Float.self)
            let inner = tensor.shape[(cut.axis + 1)...].reduce(1, *)
            for position in values.indices {
                let atom = cut.atoms[position / inner % cut.atoms.count]
                if chosen.contains(channels.atoms.root(atom)) { values[position] = 0 }
            }
            result.graph.constants[id] = try Tensor(values, shape: tensor.shape)
        }
        return (result, chosen.count)
    }
}
