import EdgeModels
import EdgeTensors

/// Operators that are differentiated as several others.
///
/// Where a gradient goes through such a node, the plan computes it by nodes that have rules of their own; elsewhere, and in the model that
/// comes back from training, the node stays what it is. So its way back follows from theirs, and only the way there has to be written.
///
/// To add one: a case here, its differentiable inputs, a function that makes its nodes, a case in `Tests/Peers/make_gradient_golden.py`.
enum Composition {
    case attention, rotaryEmbedding
    case lpNormalization, localResponseNormalization, lpPool, volume
    case loss, fourier, shortTimeFourier, affineGrid
    case topK, compress, placedMaximum, maxUnpool, remainder, severalOperands
    case recurrence, sequenceLSTM, readVariable, assignVariable, scan

    /// How a node is composed, nil where it has a rule or no gradient at all.
    init?(_ node: Node, in graph: Graph) {
        switch node.op {
        case .attention: self = .attention
        case .rotaryEmbedding: self = .rotaryEmbedding
        case .lpNormalization: self = .lpNormalization
        case .localResponseNormalization: self = .localResponseNormalization
        case .lpPool, .globalLpPool: self = .lpPool
        case .negativeLogLikelihoodLoss, .softmaxCrossEntropyLoss: self = .loss
        case .fourierTransform: self = .fourier
        case .shortTimeFourierTransform: self = .shortTimeFourier
        case .affineGrid: self = .affineGrid
        case .topK: self = .topK
        case .compress: self = .compress
        case .maxUnpool: self = .maxUnpool
        case .mod: self = .remainder
        case .sequenceLSTM: self = .sequenceLSTM
        case .readVariable: self = .readVariable
        case .assignVariable: self = .assignVariable
        case .scan: self = .scan
        case .maximum, .minimum:
            guard node.inputs.count > 2 else { return nil }
            self = .severalOperands
        case .lstm, .gru, .rnn:
            guard RecurrentRule.objection(to: node) != nil else { return nil }
            self = .recurrence
        case .maxPool where node.outputs.count > 1: self = .placedMaximum
        case .conv, .maxPool, .averagePool:
            guard let input = node.input(0), graph.type(of: input)?.shape?.count == 5 else { return nil }
            self = .volume
        default: return nil
        }
    }

    /// What can be said against a gradient before shapes are known.
    func objection(to node: Node) -> String? {
        switch self {
        case .recurrence: RecurrentComposition.objection(to: node)
        case .sequenceLSTM: SequenceLSTMComposition.objection(to: node)
        case .scan: ScanComposition.objection(to: node)
        default: nil
        }
    }

    /// The positions of inputs whose elements the results follow smoothly.
    static func differentiableInputs(_ node: Node) -> [Int] {
        switch node.op {
        case .attention: [0, 1, 2, 3, 4, 5]
        case .rotaryEmbedding: [0, 1, 2]
        case .shortTimeFourierTransform: [0, 2]
        case .mod: [0, 1]
        case .sequenceLSTM: Array(0...17)
        case .scan: Array(node.inputs.indices)
        case .readVariable: []
        default: [0]
        }
    }

    /// The positions of inputs whose constants are learned: no masks, angles, windows.
    static func learnedInputs(_ node: Node) -> [Int] {
        switch node.op {
        case .attention: [0, 1, 2]
        case .sequenceLSTM: Array(1...17)
        case .scan: []
        default: [0]
        }
    }

    func expand(_ builder: inout CompositionBuilder) throws {
        switch self {
        case .attention: try AttentionComposition.expand(&builder)
        case .rotaryEmbedding: try AttentionComposition.expandRotation(&builder)
        case .lpNormalization: try NormComposition.expandNormalization(&builder)
        case .localResponseNormalization: try NormComposition.expandLocalResponse(&builder)
        case .lpPool: try NormComposition.expandPool(&builder)
        case .volume: try VolumeComposition.expand(&builder)
        case .loss: try LossComposition.expand(&builder)
        case .fourier: try FourierComposition.expand(&builder)
        case .shortTimeFourier: try FourierComposition.expandFrames(&builder)
        case .affineGrid: try FourierComposition.expandGrid(&builder)
        case .topK: try SelectionComposition.expandLargest(&builder)
        case .compress: try SelectionComposition.expandCompress(&builder)
        case .placedMaximum: try SelectionComposition.expandPlaces(&builder)
        case .maxUnpool: try SelectionComposition.expandUnpool(&builder)
        case .remainder: try SelectionComposition.expandRemainder(&builder)
        case .severalOperands: try SelectionComposition.expandOperands(&builder)
        case .recurrence: try RecurrentComposition.expand(&builder)
        case .sequenceLSTM: try SequenceLSTMComposition.expand(&builder)
        case .readVariable: try SequenceLSTMComposition.expandRead(&builder)
        case .assignVariable: builder.finish(.identity, [builder.node.input(0)])
        case .scan: try ScanComposition.expand(&builder)
        }
    }

    /// Compositions of compositions: a loop of a recurrence of a volume.
    private static let roundLimit = 8

    /// Replaces the nodes that gradients go through and that have no rule of their own.
    ///
    /// - Parameters:
    ///   - graph: its shapes inferred.
    ///   - shapes: of its inputs.
    ///   - active: values whose gradients are wanted.
    static func expand(_ graph: Graph, shapes: [[Int]], active: Set<ValueID>) throws -> Graph {
        var graph = graph
        for _ in 0..<roundLimit {
            guard let expanded = try round(graph, active) else { return graph }
            graph = try expanded.inferringShapes(for: shapes)
        }
        return graph
    }

    private static func round(_ graph: Graph, _ wanted: Set<ValueID>) throws -> Graph? {
        guard let first = graph.nodes.first else { return nil }
        var active = wanted
        var builder = CompositionBuilder(graph, first)
        var isChanged = false
        let read = Set(graph.nodes.flatMap(\.inputs).compactMap(\.self)).union(graph.outputs)
        for node in graph.nodes {
            let composition = Composition(node, in: graph)
            var carries = GradientRules.differentiableInputs(node).contains {
                node.input($0).map(active.contains) ?? false
            }
            switch composition {
            // States begin at zero in training: what they kept is not the batch's.
            case .readVariable, .assignVariable, .sequenceLSTM: break
            // Bodies read parameters by name.
            case .scan: carries = true
            // Where alone the places are read, they are looked for.
            case .topK, .placedMaximum: carries = carries && node.outputs.first.map(read.contains) ?? false
            default: break
            }
            let isState = composition == .readVariable || composition == .assignVariable || composition == .sequenceLSTM
            if let composition, carries || isState {
                builder.node = node
                try composition.expand(&builder)
                isChanged = true
            } else {
                builder.keep(node)
            }
            if carries { active.formUnion(node.outputs) }
        }
        return isChanged ? builder.finished() : nil
    }
}
