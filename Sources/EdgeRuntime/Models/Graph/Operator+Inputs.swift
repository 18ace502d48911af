extension Operator {
    /// How many inputs a node of this operator has; those below the lower bound must be present.
    package var inputCounts: ClosedRange<Int> {
        switch self {
        case .conv, .convTranspose: 2...3
        case .maxPool, .averagePool, .globalAveragePool, .globalMaxPool: 1...1
        case .batchNormalization: 5...5
        case .resize: 1...4
        case .gemm: 2...3
        case .matMul, .add, .sub, .mul, .div, .pow, .pRelu, .equal, .less, .greater, .and, .or: 2...2
        case .maximum, .minimum, .concat: 1...65536
        case .relu, .leakyRelu, .elu, .hardSigmoid, .hardSwish, .sigmoid, .tanh, .sqrt, .exp, .log, .neg, .abs, .floor,
            .ceil, .round, .reciprocal, .erf, .not, .cast, .softmax, .logSoftmax, .argMax, .identity, .flatten,
            .transpose, .shape, .constantOfShape, .spaceToDepth, .depthToSpace:
            1...1
        case .clip: 1...3
        case .selectWhere, .range: 3...3
        case .reduceMean, .reduceSum, .reduceMax, .reduceMin: 1...2
        case .dropout: 1...3
        case .reshape, .expand, .tile, .gather, .unsqueeze: 2...2
        case .squeeze, .split: 1...2
        case .slice: 3...5
        case .pad: 2...4
        case .spaceToBatch, .batchToSpace: 3...3
        case .quantizeLinear, .dequantizeLinear: 1...3
        case .lstm: 3...8
        case .gru, .rnn: 3...6
        case .sequenceLSTM: 20...24
        case .constant: 0...0
        case .scan: 1...65536
        case .loop: 2...65536
        case .conditional: 1...1
        }
    }
}
