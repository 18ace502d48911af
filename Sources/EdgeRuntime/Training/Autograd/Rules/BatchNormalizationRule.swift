import CEdgeKernels
import EdgeModels
import EdgeTensors

/// Batch normalisation, alone or with the `Relu` behind it.
enum BatchNormalizationRule {
    static func differentiate(
        _ context: GradientContext, statistics: RunningStatistics?, fusesRelu: Bool
    ) throws -> Differentiated {
        let data = try context.operand(0).shape
        guard !data.isEmpty else { throw context.refused("it needs an axis of channels") }
        let axis = data.count == 1 || context.node.layout == .channelsLast ? data.count - 1 : 1
        let channels = data[axis]
        for position in 1...4 where try context.operand(position).count != channels {
            throw context.refused("its input \(position) does not hold \(channels) channels")
        }
        let outer = data[..<axis].reduce(1, *)
        let inner = data[(axis + 1)...].reduce(1, *)
        let count = Float(outer * inner)
        let epsilon = context.node.float("epsilon") ?? 1e-5
        let momentum = context.node.float("momentum") ?? 0.9
        let isa = context.isa
        let wants = (context.wants(0), context.wants(1), context.wants(2))
        let bytes = channels * MemoryLayout<Float>.stride
        let scratch = edge_channel_scratch(channels)
        var result = Differentiated()
        // Mean, factor, and whether they are the batch's.
        result.saved = [bytes, bytes, MemoryLayout<Float>.stride]
        result.forwardScratch = [scratch]
        result.backwardScratch = [scratch, bytes, bytes]
        result.readsInputs = [0, 1]
        if fusesRelu { result.readsOutputs = [0] }
        result.exceptions = [1: .addsOnly, 2: .addsOnly]
        result.backwardInPlace = [0]
        result.forward = { memory, pass throws(ModelError) in
            let mean = memory.saved(0)
            let factor = memory.saved(1)
            let usesBatch = pass.training && outer * inner > 0
            memory.saved(2)[0] = usesBatch ? 1 : 0
            if usesBatch {
                edge_channel_moments_f32(
                    isa, outer, channels, inner, memory.input(0), mean, factor, memory.scratch[0])
                if pass.updatesStatistics, let statistics {
                    let correction = count > 1 ? count / (count - 1) : 1
                    for channel in 0..<channels {
                        statistics.mean[channel] =
                            momentum * statistics.mean[channel] + (1 - momentum) * mean[channel]
                        statistics.variance[channel] =
                            momentum * statistics.variance[channel] + (1 - momentum) * factor[channel] * correction
                    }
                }
            } else {
                mean.update(from: memory.input(3), count: channels)
                factor.update(from: memory.input(4), count: channels)
            }
            for channel in 0..<channels { factor[channel] = 1 / (factor[channel] + epsilon).squareRoot() }
            edge_channel_normalize_f32(
                isa, outer, channels, inner, memory.input(0), mean, factor, memory.input(1), memory.input(2), fusesRelu,
                memory.output())
        }
        result.backward = { memory in
            edge_channel_gradient_f32(
                isa, outer, channels, inner, memory.saved(2)[0] != 0, fusesRelu, memory.input(0), memory.output(),
                memory.saved(0), memory.saved(1), memory.input(1), memory.gradient(),
                wants.1 ? memory.inputGradient(1) : memory.scratch(1),
                wants.2 ? memory.inputGradient(2) : memory.scratch(2), memory.adds(0),
                wants.0 ? memory.inputGradient(0) : nil, memory.scratch[0])
        }
        return result
    }
}

/// A `Relu` behind a batch normalisation is the normalisation's last act: one pass over the memory less in each direction.
enum NormalizationFusion {
    /// Batch normalisations by position, and the `Relu` that alone reads their result.
    static func pairs(in graph: Graph) -> [Int: Int] {
        let readers = graph.consumers()
        let outputs = Set(graph.outputs)
        var result: [Int: Int] = [:]
        for (position, node) in graph.nodes.enumerated() where node.op == .batchNormalization {
            guard let output = node.outputs.first, node.outputs.count == 1, !outputs.contains(output),
                let reader = readers[output], reader.count == 1, graph.nodes[reader[0]].op == .relu
            else { continue }
            result[position] = reader[0]
        }
        return result
    }
}
