extension Operator {
    /// Operators that only move elements, or choose among them: integers under one quantization pass through unchanged.
    package var movesData: Bool {
        switch self {
        case .maxPool, .globalMaxPool, .identity, .dropout, .reshape, .flatten, .transpose, .squeeze, .unsqueeze,
            .split,
            .slice, .gather, .expand, .tile, .spaceToDepth, .depthToSpace, .spaceToBatch, .batchToSpace, .reduceMax,
            .reduceMin:
            true
        default: false
        }
    }

    /// Operators that apply the same function to each element of their one data input.
    package var isUnaryElementwise: Bool {
        switch self {
        case .relu, .leakyRelu, .elu, .hardSigmoid, .hardSwish, .clip, .sigmoid, .tanh, .sqrt, .exp, .log, .neg, .abs,
            .floor,
            .ceil, .round, .reciprocal, .erf, .not, .cast, .identity, .dropout, .bitwiseNot, .sin, .cos, .tan, .asin,
            .acos,
            .atan, .sinh, .cosh, .asinh, .acosh, .atanh, .sign, .isNaN, .isInfinite, .gelu, .mish, .swish, .selu, .celu,
            .softplus, .softsign, .shrink, .thresholdedRelu:
            true
        default: false
        }
    }

    /// Operators that combine elements of inputs broadcast against each other.
    package var isBroadcasting: Bool {
        switch self {
        case .add, .sub, .mul, .div, .pow, .maximum, .minimum, .pRelu, .equal, .less, .greater, .and, .or, .selectWhere,
            .xor, .greaterOrEqual, .lessOrEqual, .mod, .bitShift, .bitwiseAnd, .bitwiseOr, .bitwiseXor:
            true
        default: false
        }
    }

    /// Reductions along axes that are an input, which came with different opsets.
    package var isReduction: Bool {
        switch self {
        case .reduceMean, .reduceSum, .reduceMax, .reduceMin, .reduceProduct, .reduceL1, .reduceL2, .reduceLogSum,
            .reduceLogSumExp, .reduceSumSquare:
            true
        default: false
        }
    }

    /// Operators of the domain `ai.onnx.ml`: trees, linear models, support vector machines, and what stands around them.
    package var isClassical: Bool {
        switch self {
        case .treeEnsembleClassifier, .treeEnsembleRegressor, .treeEnsemble, .linearClassifier, .linearRegressor,
            .svmClassifier, .svmRegressor, .scaler, .normalizer, .imputer, .binarizer, .arrayFeatureExtractor,
            .featureVectorizer, .labelEncoder, .categoryMapper, .oneHotEncoder, .dictVectorizer, .zipMap:
            true
        default: false
        }
    }

    /// Operators that may give something else for the same inputs: they draw numbers, or look at a state of the session.
    package var isMutable: Bool {
        switch self {
        case .randomNormal, .randomNormalLike, .randomUniform, .randomUniformLike, .bernoulli, .multinomial,
            .readVariable, .assignVariable, .sequenceLSTM:
            true
        default: false
        }
    }
}
