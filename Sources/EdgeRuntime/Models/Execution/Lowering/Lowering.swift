import EdgeTensors

/// Chooses how a node runs: a fast kernel where one fits, else the plain implementation of its operator.
enum Lowering {
    static func lower(_ context: LoweringContext, states: StateStore) throws(ModelError) -> Lowered {
        if context.options.kernels != .reference, let fast = try FastKernels.lower(context) { return fast }
        if context.node.op == .scan { return try ScanStep.lower(context, states: states) }
        if DynamicActivations.applies(to: context) {
            return try DynamicActivations.lower(context) { inner throws(ModelError) in try plain(inner) }
        }
        return try plain(context)
    }

    private static func plain(_ context: LoweringContext) throws(ModelError) -> Lowered {
        guard ThroughFloat.applies(to: context), !handlesQuantization(context) else {
            if ThroughWider.applies(to: context) {
                return try ThroughWider.lower(context) { inner throws(ModelError) in
                    try FusedActivation.apply(inner, to: try reference(inner))
                }
            }
            return try FusedActivation.apply(context, to: try reference(context))
        }
        return try ThroughFloat.lower(context) { inner throws(ModelError) in
            try FusedActivation.apply(inner, to: try reference(inner))
        }
    }

    /// Operators that know quantized values themselves, and those that only move elements between values of one quantization.
    private static func handlesQuantization(_ context: LoweringContext) -> Bool {
        switch context.node.op {
        case .quantizeLinear, .dequantizeLinear, .sequenceLSTM, .shape, .constant, .argMax, .loop, .conditional, .scan:
            return true
        case .readVariable, .assignVariable: return true
        case .reshape, .flatten, .squeeze, .unsqueeze, .identity, .dropout, .transpose, .slice, .expand, .tile,
            .spaceToDepth,
            .depthToSpace, .spaceToBatch, .batchToSpace, .gather, .pad, .split, .maxPool, .globalMaxPool, .concat:
            guard let first = context.operands.first ?? nil else { return false }
            // Values of one scale for each channel keep it only where no element moves to another channel.
            if first.type.quantization?.axis != nil { return false }
            let declared = context.declared.allSatisfy {
                $0?.quantization == nil || $0?.quantization == first.type.quantization
            }
            guard context.node.op == .concat else { return declared }
            return declared
                && context.operands.allSatisfy {
                    $0?.type.quantization == first.type.quantization && $0?.dtype == first.dtype
                }
        default: return false
        }
    }

    /// Quantized ones arrive here as floats, after the fast kernels were asked about their integers.
    private static func transposedConvolution(_ context: LoweringContext) throws(ModelError) -> Lowered {
        if context.options.kernels != .reference, let fast = try FastKernels.lower(context) { return fast }
        return try ReferenceTransposedConvolution.lower(context)
    }

    private static func reference(_ context: LoweringContext) throws(ModelError) -> Lowered {
        switch context.node.op {
        case .conv: try ReferenceConvolution.lower(context)
        case .convTranspose: try transposedConvolution(context)
        case .maxPool where context.node.outputs.count > 1, .lpPool, .globalLpPool:
            try ReferenceNormPooling.lower(context)
        case .maxUnpool: try ReferenceNormPooling.unpool(context)
        case .columnsToImage: try ReferenceNormPooling.columnsToImage(context)
        case .deformableConvolution: try ReferenceDeformableConvolution.lower(context)
        case .convInteger: try ReferenceConvolutionInteger.lower(context)
        case .einsum: try ReferenceEinsum.lower(context)
        case .determinant: try ReferenceDeterminant.lower(context)
        case .attention: try ReferenceAttention.lower(context)
        case .rotaryEmbedding: try ReferenceRotaryEmbedding.lower(context)
        case .gridSample: try ReferenceGridSample.lower(context)
        case .affineGrid: try ReferenceAffineGrid.lower(context)
        case .roiAlign: try ReferenceRoiAlign.lower(context)
        case .nonMaxSuppression: try ReferenceNonMaxSuppression.lower(context)
        case .boundedNonMaxSuppression: try ReferenceBoundedSuppression.lower(context)
        case .detectionPostprocess: try ReferenceDetection.lower(context)
        case .fourierTransform: try ReferenceFourier.dft(context)
        case .shortTimeFourierTransform: try ReferenceFourier.stft(context)
        case .melWeightMatrix: try ReferenceSpectralWindow.mel(context)
        case .hannWindow, .hammingWindow, .blackmanWindow: try ReferenceSpectralWindow.lower(context)
        case .tfIdfVectorizer: try ReferenceTfIdf.lower(context)
        case .randomNormal, .randomNormalLike, .randomUniform, .randomUniformLike, .bernoulli, .multinomial:
            try ReferenceRandom.lower(context)
        case .negativeLogLikelihoodLoss, .softmaxCrossEntropyLoss: try ReferenceCrossEntropy.lower(context)
        case .centerCropPad: try ReferenceCenterCropPad.lower(context)
        case .maxPool, .averagePool, .globalAveragePool, .globalMaxPool: try ReferencePooling.lower(context)
        case .batchNormalization: try ReferenceBatchNormalization.lower(context)
        case .resize: try ReferenceResize.lower(context)
        case .gemm: try ReferenceGemm.lower(context)
        case .matMul: try ReferenceMatMul.lower(context)
        case .add, .sub, .mul, .div, .pow, .maximum, .minimum, .equal, .less, .greater, .and, .or, .pRelu, .xor,
            .greaterOrEqual, .lessOrEqual, .mod, .bitShift, .bitwiseAnd, .bitwiseOr, .bitwiseXor:
            try ReferenceBinary.lower(context)
        case .relu, .leakyRelu, .elu, .hardSigmoid, .hardSwish, .clip, .sigmoid, .tanh, .sqrt, .exp, .log, .neg, .abs,
            .floor, .ceil,
            .round, .reciprocal, .erf, .not, .bitwiseNot, .sin, .cos, .tan, .asin, .acos, .atan, .sinh, .cosh, .asinh,
            .acosh, .atanh, .sign, .isNaN, .isInfinite, .gelu, .mish, .swish, .selu, .celu, .softplus, .softsign,
            .shrink, .thresholdedRelu:
            try ReferenceUnary.lower(context)
        case .selectWhere: try ReferenceSelect.lower(context)
        case .cast: try ReferenceCast.lower(context)
        case .softmax, .logSoftmax: try ReferenceSoftmax.lower(context)
        case .bitCast: try ReferenceCast.bits(context)
        case .hardmax: try ReferenceHardmax.lower(context)
        case .reduceMean, .reduceSum, .reduceMax, .reduceMin, .reduceProduct, .reduceL1, .reduceL2, .reduceLogSum,
            .reduceLogSumExp, .reduceSumSquare:
            try ReferenceReduction.lower(context)
        case .cumulativeSum, .cumulativeProduct: try ReferenceCumulative.lower(context)
        case .layerNormalization, .rmsNormalization: try ReferenceLayerNormalization.lower(context)
        case .instanceNormalization, .groupNormalization: try ReferenceGroupNormalization.lower(context)
        case .lpNormalization: try ReferenceLpNormalization.lower(context)
        case .localResponseNormalization: try ReferenceLocalResponse.lower(context)
        case .gatherElements: try ReferenceGatherElements.lower(context)
        case .gatherND: try ReferenceGatherND.lower(context)
        case .scatterElements: try ReferenceScatter.elements(context)
        case .scatterND: try ReferenceScatter.blocks(context)
        case .tensorScatter: try ReferenceScatter.cache(context)
        case .topK: try ReferenceTopK.lower(context)
        case .nonZero: try ReferenceSelection.nonZero(context)
        case .unique: try ReferenceSelection.unique(context)
        case .compress: try ReferenceSelection.compress(context)
        case .oneHot: try ReferenceOneHot.lower(context)
        case .triangle: try ReferenceTriangle.lower(context)
        case .eyeLike: try ReferenceTriangle.eye(context)
        case .reverseSequence: try ReferenceReverseSequence.lower(context)
        case .size: try ReferenceConstants.size(context)
        case .argMax, .argMin: try ReferenceArgMax.lower(context)
        case .dropout: try ReferenceDropout.lower(context)
        case .identity, .reshape, .flatten, .squeeze, .unsqueeze: try ReferenceReshape.lower(context)
        case .transpose, .slice, .expand, .tile, .spaceToDepth, .depthToSpace: try ReferenceRearrange.lower(context)
        case .concat: try ReferenceJoin.concat(context)
        case .split: try ReferenceJoin.split(context)
        case .gather: try ReferenceGather.lower(context)
        case .pad: try ReferencePad.lower(context)
        case .shape: try ReferenceConstants.shape(context)
        case .constant: try ReferenceConstants.constant(context)
        case .constantOfShape: try ReferenceConstants.constantOfShape(context)
        case .range: try ReferenceConstants.range(context)
        case .spaceToBatch: try ReferenceBatchBlocks.spaceToBatch(context)
        case .batchToSpace: try ReferenceBatchBlocks.batchToSpace(context)
        case .quantizeLinear: try ReferenceQuantizeLinear.quantize(context)
        case .dequantizeLinear: try ReferenceQuantizeLinear.dequantize(context)
        case .lstm: try ReferenceRecurrent.lstm(context)
        case .gru: try ReferenceRecurrent.gru(context)
        case .rnn: try ReferenceRecurrent.rnn(context)
        case .sequenceLSTM: try ReferenceSequenceLSTM.lower(context)
        case .readVariable: try ReferenceVariable.read(context)
        case .assignVariable: try ReferenceVariable.assign(context)
        case .treeEnsembleClassifier: try TreeSteps.classifier(context)
        case .treeEnsembleRegressor, .treeEnsemble: try TreeSteps.regressor(context)
        case .linearClassifier: try LinearSteps.classifier(context)
        case .linearRegressor: try LinearSteps.regressor(context)
        case .svmClassifier: try SupportVectorSteps.classifier(context)
        case .svmRegressor: try SupportVectorSteps.regressor(context)
        case .scaler: try ScalingSteps.scaler(context)
        case .normalizer: try ScalingSteps.normalizer(context)
        case .imputer: try ScalingSteps.imputer(context)
        case .binarizer: try ScalingSteps.binarizer(context)
        case .arrayFeatureExtractor: try FeatureSteps.extractor(context)
        case .featureVectorizer: try FeatureSteps.vectorizer(context)
        case .labelEncoder, .categoryMapper: try CategorySteps.encoder(context)
        case .oneHotEncoder: try CategorySteps.oneHot(context)
        case .dictVectorizer, .zipMap: try FeatureSteps.named(context)
        case .stringConcat: try TextSteps.concat(context)
        case .stringNormalizer: try TextSteps.normalizer(context)
        case .stringSplit: try TextSteps.split(context)
        case .regexFullMatch: try PatternSteps.fullMatch(context)
        case .tokenizer: try PatternSteps.tokenizer(context)
        // Their results depend on data in every way: `EagerEvaluator` runs them.
        case .loop, .conditional, .scan: throw .dependsOnData(context.node)
        }
    }
}
