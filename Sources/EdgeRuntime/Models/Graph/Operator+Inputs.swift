extension Operator {
    /// How many inputs a node of this operator has; those below the lower bound must be present.
    package var inputCounts: ClosedRange<Int> {
        switch self {
        case .conv, .convTranspose: 2...3
        case .maxPool, .averagePool, .globalAveragePool, .globalMaxPool: 1...1
        case .batchNormalization: 5...5
        case .resize: 1...4
        case .lpPool, .globalLpPool, .determinant, .hannWindow, .hammingWindow, .blackmanWindow, .tfIdfVectorizer,
            .randomNormalLike, .randomUniformLike, .bernoulli, .multinomial:
            1...1
        case .randomNormal, .randomUniform: 0...0
        case .maxUnpool, .negativeLogLikelihoodLoss, .softmaxCrossEntropyLoss: 2...3
        case .columnsToImage, .roiAlign: 3...3
        case .deformableConvolution: 3...5
        case .convInteger, .shortTimeFourierTransform: 2...4
        case .einsum: 1...65536
        case .attention: 3...7
        case .rotaryEmbedding: 3...4
        case .gridSample, .affineGrid, .centerCropPad: 2...2
        case .nonMaxSuppression: 2...5
        case .boundedNonMaxSuppression: 5...6
        case .detectionPostprocess: 3...3
        case .fourierTransform: 1...3
        case .melWeightMatrix: 5...5
        case .gemm: 2...3
        case .matMul, .add, .sub, .mul, .div, .pow, .pRelu, .equal, .less, .greater, .and, .or, .xor, .greaterOrEqual,
            .lessOrEqual, .mod, .bitShift, .bitwiseAnd, .bitwiseOr, .bitwiseXor:
            2...2
        case .maximum, .minimum, .concat: 1...65536
        case .relu, .leakyRelu, .elu, .hardSigmoid, .hardSwish, .sigmoid, .tanh, .sqrt, .exp, .log, .neg, .abs, .floor,
            .ceil, .round, .reciprocal, .erf, .not, .bitCast, .softmax, .logSoftmax, .argMax, .identity, .flatten,
            .transpose, .shape, .constantOfShape, .spaceToDepth, .depthToSpace, .bitwiseNot, .sin, .cos, .tan, .asin,
            .acos, .atan, .sinh, .cosh, .asinh, .acosh, .atanh, .sign, .isNaN, .isInfinite, .gelu, .mish, .swish, .selu,
            .celu, .softplus, .softsign, .shrink, .thresholdedRelu, .argMin, .hardmax, .lpNormalization,
            .localResponseNormalization, .nonZero, .unique, .eyeLike, .size:
            1...1
        // The second input gives the type to cast to, where the attribute does not.
        case .cast: 1...2
        case .layerNormalization: 2...3
        case .rmsNormalization, .gatherElements, .gatherND, .compress, .topK, .reverseSequence, .cumulativeSum,
            .cumulativeProduct:
            2...2
        case .instanceNormalization, .groupNormalization, .scatterElements, .scatterND, .oneHot: 3...3
        case .tensorScatter: 2...3
        case .triangle: 1...2
        case .clip: 1...3
        case .selectWhere, .range: 3...3
        case .reduceMean, .reduceSum, .reduceMax, .reduceMin, .reduceProduct, .reduceL1, .reduceL2, .reduceLogSum,
            .reduceLogSumExp, .reduceSumSquare:
            1...2
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
        case .readVariable: 0...0
        case .assignVariable: 1...1
        case .scan: 1...65536
        case .loop: 2...65536
        case .conditional: 1...1
        case .treeEnsembleClassifier, .treeEnsembleRegressor, .treeEnsemble, .linearClassifier, .linearRegressor,
            .svmClassifier, .svmRegressor, .scaler, .normalizer, .imputer, .binarizer, .labelEncoder, .categoryMapper,
            .oneHotEncoder, .dictVectorizer, .zipMap, .stringNormalizer, .stringSplit, .regexFullMatch, .tokenizer:
            1...1
        case .arrayFeatureExtractor, .stringConcat: 2...2
        case .featureVectorizer: 1...65536
        }
    }
}
